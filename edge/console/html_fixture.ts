/** What a page's HTML says: its forms and the calls that they make. Our own renderer writes it, so patterns do. */

export interface FormCall {
  /** `POST /v1/accounts`. */
  readonly target: string
  /** Top-level names of what it sends; of the path's too. */
  readonly names: readonly string[]
  /** Values that are fixed in the page. */
  readonly fixed: Readonly<Record<string, string>>
}

const attribute = (tag: string, name: string): string | null =>
  new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll('&amp;', '&') ?? null

/** Every call that a form of the page makes; those of passkeys make two. */
export function formCalls(html: string): FormCall[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].flatMap(([, tag = '', inside = '']) => {
    const controls = [...inside.matchAll(/<(?:input|select|textarea)\b[^>]*>/g)].map(([control]) => control)
    const named = controls.filter((control) => attribute(control, 'name') !== null)
    const names = [
      ...new Set(named.map((control) => (attribute(control, 'name') as string).split('.')[0] as string)),
    ]
    const fixed = Object.fromEntries(
      named.filter((control) => attribute(control, 'type') === 'hidden')
        .map((control) => [attribute(control, 'name'), attribute(control, 'value') ?? '']),
    )
    const calls: [string | null, Omit<FormCall, 'target'>][] = [
      [attribute(tag, 'data-call'), { names, fixed }],
      [attribute(tag, 'data-options'), { names: [], fixed: {} }],
      [attribute(tag, 'data-verify'), { names: [...names, 'credential'], fixed }],
    ]
    return calls.flatMap(([target, call]) => target === null ? [] : [{ target, ...call }])
  })
}

/** Every address of this origin that the page links to or loads. */
export function addressesIn(html: string): string[] {
  return [...html.matchAll(/\s(?:href|src|action)="([^"]*)"/g)].map(([, address = '']) =>
    address.replaceAll('&amp;', '&')
  )
}
