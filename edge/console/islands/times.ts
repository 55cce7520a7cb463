/// <reference lib="dom" />
/** Puts moments into the reader's own zone. What they are in UTC stays in their title. */

export function startTimes(): void {
  const inStyle = (timeStyle: 'short' | 'medium') =>
    new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle })
  const [minute, second] = [inStyle('short'), inStyle('medium')]
  for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-local]')) {
    const format = time.dataset['local'] === 'medium' ? second : minute
    time.textContent = format.format(new Date(time.dateTime))
  }
}
