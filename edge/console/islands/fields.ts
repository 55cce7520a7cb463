/// <reference lib="dom" />
/** The fields of a form as the JSON that its call takes. */

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement
interface Target {
  [name: string]: unknown
}

/** Names with dots are objects in objects, and lists where a number follows; what is empty and does not say otherwise is left out. */
export function bodyOf(form: HTMLFormElement): Target {
  const body: Target = {}
  for (const element of form.elements) {
    if (!isControl(element) || element.name === '' || element.disabled) continue
    const value = valueOf(element)
    if (value === undefined) continue
    const path = element.name.split('.')
    const last = path.pop() as string
    const rest = [...path.slice(1), last]
    const at = path.reduce<Target>(
      (inside, name, i) => (inside[name] ??= /^\d+$/.test(rest[i] as string) ? [] : {}) as Target,
      body,
    )
    if (element.dataset['as'] === 'list') {
      if (value === true) ((at[last] ??= []) as unknown[]).push(element.value)
    } else at[last] = value
  }
  return body
}

function isControl(element: Element): element is Control {
  return element instanceof HTMLInputElement || element instanceof HTMLSelectElement ||
    element instanceof HTMLTextAreaElement
}

/** What an empty field sends when it says so. */
const blanks: Readonly<Record<string, unknown>> = { text: '', list: [] }

/** Undefined for what is left out. */
function valueOf(control: Control): unknown {
  const { as, empty } = control.dataset
  if (control instanceof HTMLInputElement && control.type === 'checkbox') return control.checked
  if (control instanceof HTMLInputElement && control.type === 'radio' && !control.checked) return undefined
  const text = control.type === 'password' ? control.value : control.value.trim()
  if (text === '') return blanks[empty ?? ''] ?? (empty === 'null' ? null : undefined)
  if (as === 'lines') return text.split(/[\n,]/).map((line) => line.trim()).filter((line) => line !== '')
  if (as === 'pairs') {
    return text.split('\n').map((line) => line.trim().split(/\s+/)).filter(([domain]) => domain)
      .map(([domain, provider = '']) => ({ domain, provider }))
  }
  if (as === 'number') return Number(text)
  if (as === 'json') return JSON.parse(text)
  if (control instanceof HTMLInputElement && control.classList.contains('digits')) {
    return text.replaceAll(/\s/g, '')
  }
  return text
}
