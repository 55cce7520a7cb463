/// <reference lib="dom" />
/** One call of the JSON API with the session's cookie. What comes back is a reply or a problem document. */

export interface Problem {
  readonly code: string
  readonly detail: string
  /** Where the request does not parse. */
  readonly errors?: readonly { readonly at: string; readonly message: string }[]
  /** Of `approval_required`. */
  readonly approval?: string
  /** Of `sign_in_not_enough`: what the tenant asks for besides. */
  readonly missing?: readonly string[]
}

export type Reply =
  | { readonly ok: true; readonly json: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly status: number; readonly problem: Problem }

const unreachable: Problem = {
  code: 'unreachable',
  detail: 'The edge does not answer. Look at your network and try again.',
}

/** `target` is `POST /v1/accounts`. Never rejects. */
export async function call(
  target: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  const [method = '', path = ''] = target.split(' ')
  try {
    const answer = await fetch(path, {
      method,
      credentials: 'same-origin',
      redirect: 'error',
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const json = await answer.json() as Record<string, unknown>
    if (answer.ok) return { ok: true, json }
    return { ok: false, status: answer.status, problem: json as unknown as Problem }
  } catch {
    return { ok: false, status: 0, problem: unreachable }
  }
}

/** The field of a reply as text; lists one a line, and '' for what is not there. */
export function text(json: Readonly<Record<string, unknown>>, field: string): string {
  const value = field.split('.').reduce<unknown>(
    (at, name) => typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined,
    json,
  )
  if (Array.isArray(value)) return value.map(String).join('\n')
  return value === undefined || value === null ? '' : String(value)
}
