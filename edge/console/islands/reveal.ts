/// <reference lib="dom" />
/** Shows a part of the page that waits for a reply, and fills it from there. */
import { text } from './api.ts'
import { qr } from './qr.ts'

type Reply = Readonly<Record<string, unknown>>

export function reveal(id: string, json: Reply): void {
  const part = document.getElementById(id)
  if (part === null) return
  repeat(part, json)
  fill(part, json)
  const instead = document.getElementById(part.dataset['instead'] ?? '')
  if (instead !== null) instead.hidden = true
  part.hidden = false
  const first =
    part.querySelector<HTMLElement>('input:not([type="hidden"]), h2[tabindex], [data-focus], button') ??
      part
  if (first === part) part.tabIndex = -1
  first.focus()
}

function fill(part: ParentNode, json: Reply): void {
  for (const place of part.querySelectorAll<HTMLElement>('[data-fill]')) {
    place.textContent = text(json, place.dataset['fill'] ?? '') || (place.dataset['fillOtherwise'] ?? '–')
  }
  for (const place of part.querySelectorAll<HTMLElement>('[data-qr]')) {
    place.replaceChildren(qr(text(json, place.dataset['qr'] ?? '')))
  }
  for (const field of part.querySelectorAll<HTMLInputElement>('input[data-from]')) {
    field.value = text(json, field.dataset['from'] ?? '')
  }
}

/** A template stands for each item of a list of the reply. */
function repeat(part: HTMLElement, json: Reply): void {
  for (const template of part.querySelectorAll<HTMLTemplateElement>('template[data-each]')) {
    const list = json[template.dataset['each'] ?? '']
    const items = Array.isArray(list) ? list as Reply[] : []
    for (const place of part.querySelectorAll<HTMLElement>('[data-if-empty]')) place.hidden = items.length > 0
    for (const item of items) {
      const made = template.content.cloneNode(true) as DocumentFragment
      fill(made, item)
      const forms = [...made.querySelectorAll<HTMLFormElement>('form')]
      part.append(made)
      // What `fill` of the whole part comes by later is the items' own already.
      for (const form of forms) {
        for (const filled of form.querySelectorAll('[data-fill], [data-from]')) {
          filled.removeAttribute('data-fill')
          filled.removeAttribute('data-from')
        }
      }
    }
  }
}
