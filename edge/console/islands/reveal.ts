/// <reference lib="dom" />
/** Shows a part of the page that waits for a reply, and fills it from there. */
import { text } from './api.ts'
import { qr } from './qr.ts'

export function reveal(id: string, json: Readonly<Record<string, unknown>>): void {
  const part = document.getElementById(id)
  if (part === null) return
  for (const place of part.querySelectorAll<HTMLElement>('[data-fill]')) {
    place.textContent = text(json, place.dataset['fill'] ?? '') || (place.dataset['fillOtherwise'] ?? '–')
  }
  for (const place of part.querySelectorAll<HTMLElement>('[data-qr]')) {
    place.replaceChildren(qr(text(json, place.dataset['qr'] ?? '')))
  }
  for (const field of part.querySelectorAll<HTMLInputElement>('input[data-from]')) {
    field.value = text(json, field.dataset['from'] ?? '')
  }
  const instead = document.getElementById(part.dataset['instead'] ?? '')
  if (instead !== null) instead.hidden = true
  part.hidden = false
  const first = part.querySelector<HTMLElement>('input:not([type="hidden"]), h2[tabindex], [data-focus]') ??
    part
  if (first === part) part.tabIndex = -1
  first.focus()
}
