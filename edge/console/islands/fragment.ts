/// <reference lib="dom" />
/**
 * Secrets of mailed links stand in the URL's fragment, which no browser sends. It goes into the form's field, and out of
 * the address and the history at once.
 */

const given = decode(location.hash.slice(1))
let taken = given === null

/**
 * Whether the form has its secret. What is marked `data-with-secret` shows then, `data-without-secret` otherwise. With
 * `data-keep` the secret outlives signing in on the way, in this tab alone.
 */
export function takeFragment(form: HTMLFormElement): boolean {
  const name = form.dataset['fragment']
  if (name === undefined) return false
  const keep = form.dataset['keep']
  const secret = given ?? (keep === undefined ? null : sessionStorage.getItem(keep))
  if (secret !== null && keep !== undefined) sessionStorage.setItem(keep, secret)
  const field = form.elements.namedItem(name)
  if (given !== null && !taken) {
    taken = true
    history.replaceState(null, '', location.pathname + location.search)
  }
  const there = secret !== null && field instanceof HTMLInputElement
  if (there) field.value = secret
  for (const part of document.querySelectorAll<HTMLElement>('[data-with-secret]')) part.hidden = !there
  for (const part of document.querySelectorAll<HTMLElement>('[data-without-secret]')) part.hidden = there
  return there
}

/** A fragment that was meant for the page where this one leads: it came along with being led to signing in. */
export function passedOn(): string {
  return taken ? '' : location.hash
}

/** Once it is used, or when it turned out to be good for nothing. */
export function forget({ dataset: { keep } }: HTMLFormElement): void {
  if (keep !== undefined) sessionStorage.removeItem(keep)
}

/** A secret of ours, or the code of a device; null for what cannot be one. */
function decode(hash: string): string | null {
  return /^[A-Za-z0-9_-]{4,200}$/.test(hash) && hash !== 'main' ? hash : null
}
