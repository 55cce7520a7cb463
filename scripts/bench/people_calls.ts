/** Plain calls of the edge's API, for what a bench sets up. */

// deno-lint-ignore no-explicit-any -- the edge's own answers
type Json = any

/** Throws what the edge said where it refused. */
export type Call = (method: string, path: string, body?: unknown, token?: string) => Promise<Json>

export function callerOf(url: string): Call {
  return async (method, path, body, token) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const reply = await response.json()
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(reply)}`)
    return reply
  }
}

/** A tenant, and its owner's token. */
export async function setUp(call: Call, setupToken: string): Promise<{ readonly token: string }> {
  const tenant = { id: '019a9f3e-7c00-7000-8000-000000000000', name: 'Acme' }
  return await call('POST', '/v1/setup', { tenant, person: { name: 'Ada' } }, setupToken)
}
