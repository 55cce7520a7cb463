/// <reference lib="dom" />
/**
 * Secrets of mailed links stand in the URL's fragment, which no browser sends. It goes into the form's field, and out of
 * the address and the history at once.
 */

/** Whether the form has its secret. What is marked `data-without-secret` shows where there is none. */
export function takeFragment(form: HTMLFormElement): boolean {
  const name = form.dataset['fragment']
  if (name === undefined) return false
  const secret = decode(location.hash.slice(1))
  const field = form.elements.namedItem(name)
  const there = secret !== null && field instanceof HTMLInputElement
  if (there) {
    field.value = secret
    history.replaceState(null, '', location.pathname + location.search)
  }
  for (const part of document.querySelectorAll<HTMLElement>('[data-with-secret]')) part.hidden = !there
  for (const part of document.querySelectorAll<HTMLElement>('[data-without-secret]')) part.hidden = there
  return there
}

/** Null for what cannot be one of ours. */
function decode(hash: string): string | null {
  return /^sp_[a-z]+_[A-Za-z0-9]{20,200}$/.test(hash) ? hash : null
}
