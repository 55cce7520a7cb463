/// <reference lib="dom" />
/** Puts moments into the reader's own zone. What they are in UTC stays in their title. */

export function startTimes(): void {
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
  for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-local]')) {
    time.textContent = format.format(new Date(time.dateTime))
  }
}
