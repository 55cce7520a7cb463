/// <reference lib="dom" />
/** Problems in words: beside the field they are about, and the rest in the form's alert or the page's. */
import type { Problem } from './api.ts'

const alertOf = (form: HTMLElement) =>
  form.querySelector<HTMLElement>('[data-alert]') ?? document.querySelector<HTMLElement>('#alerts')

export function clear(form: HTMLElement): void {
  const alert = alertOf(form)
  if (alert !== null) alert.textContent = ''
  for (const wrong of form.querySelectorAll('[data-wrong]')) wrong.textContent = ''
  for (const control of form.querySelectorAll('[aria-invalid]')) control.removeAttribute('aria-invalid')
}

export function say(form: HTMLElement, problem: Problem): void {
  const left: string[] = []
  let first: HTMLElement | null = null
  for (const { at, message } of problem.errors ?? []) {
    const name = at.replaceAll('/', '.').replace(/^\./, '')
    const field = fieldOf(form, name)
    if (field === null) left.push(`${name}: ${message}`)
    else {
      field.wrong.textContent = sentence(message)
      field.control?.setAttribute('aria-invalid', 'true')
      first ??= field.control
    }
  }
  const alert = alertOf(form)
  if (alert !== null && (first === null || left.length > 0)) {
    alert.textContent = left.length > 0 ? left.map(sentence).join(' ') : sentence(problem.detail)
    const way = ways[problem.code] ?? wayIn(problem)
    if (way !== undefined) {
      const link = document.createElement('a')
      link.href = way.to()
      link.textContent = way.words
      alert.append(' ', link)
    }
    if (form.querySelector('[data-alert]') === null) alert.scrollIntoView({ block: 'nearest' })
  }
  first?.focus()
}

/** What to do about it, where that is on another page. */
const ways: Readonly<Record<string, { readonly words: string; readonly to: () => string }>> = {
  approval_required: { words: 'See who can approve it', to: () => '/console/approvals' },
  unauthenticated: { words: 'Sign in again', to: () => back('/console/sign-in') },
  second_factor_required: { words: 'Go on', to: () => back('/console/second-factor') },
  link_required: { words: 'Sign in with your password', to: () => '/console/sign-in' },
}

/** Into a tenant whose rules ask for more than the sign-in has shown. */
function wayIn({ missing }: Problem) {
  if (missing?.includes('second_factor') !== true) return undefined
  return { words: 'It asks for a second factor: set one up', to: () => '/console/account' }
}

const back = (path: string) => `${path}?next=${encodeURIComponent(location.pathname + location.search)}`

/** The field by its whole name, or the one that the error is inside of: `scopes.3` → `scopes`. */
function fieldOf(
  form: HTMLElement,
  name: string,
): { readonly wrong: Element; readonly control: HTMLElement | null } | null {
  for (let at = name; at !== ''; at = at.slice(0, Math.max(at.lastIndexOf('.'), 0))) {
    const wrong = form.querySelector(`[data-wrong="${CSS.escape(at)}"]`)
    if (wrong !== null) {
      return { wrong, control: form.querySelector<HTMLElement>(`[name="${CSS.escape(at)}"]`) }
    }
  }
  return null
}

function sentence(text: string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(start) ? start : `${start}.`
}
