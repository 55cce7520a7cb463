/// <reference lib="dom" />
/** A page that is loaded anew loses where the keyboard was: it goes on from there. */

const KEPT = 'focus'

/** Before the page that the form is on is loaded anew. Whoever points needs no focus, and would see it appear. */
export function keepFocus(form: HTMLElement): void {
  const at = document.activeElement
  if (at === null || !form.contains(at) || !at.matches(':focus-visible')) return
  sessionStorage.setItem(KEPT, nameOf(form))
}

/** To the button that was pressed; what comes after the title, where it has gone with what it was about. */
export function startFocus(): void {
  const kept = sessionStorage.getItem(KEPT)
  sessionStorage.removeItem(KEPT)
  if (kept === null || document.querySelector('main [autofocus]') !== null) return
  const form = [...document.querySelectorAll<HTMLElement>('form[data-call]')].find((one) =>
    nameOf(one) === kept
  )
  const to = form?.querySelector<HTMLElement>('button[type="submit"]') ??
    document.querySelector<HTMLElement>('#main')
  to?.focus()
}

const nameOf = ({ dataset, ariaLabel }: HTMLElement) =>
  JSON.stringify([location.pathname, dataset['call'], ariaLabel])
