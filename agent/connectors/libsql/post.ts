/** One POST to the server of a connection: to an address that was checked, and to no other. */
import { isIP } from 'node:net'
import { Fault } from '../../../shared/faults.ts'
import type { Context } from '../connector.ts'
import { send } from '../https/send.ts'
import type { LibsqlConfig } from './config.ts'

/** Until the answer is there, whole. */
const answerMs = 60_000

export interface Posted {
  readonly status: number
  readonly text: string
}

/**
 * Throws `address_refused`, `plain_refused`, `redirect_refused` and what stands between here and an answer.
 * `connection_lost`: nobody knows whether the server has done what was asked. The name is resolved, and judged, anew
 * at every call.
 */
export async function post(
  config: LibsqlConfig,
  context: Context,
  asked: { readonly path: string; readonly body: string; readonly signal: AbortSignal },
): Promise<Posted> {
  const { host, port, plain, token } = config
  const named = isIP(host) === 6 ? `[${host}]` : host
  const url = new URL(`${plain ? 'http' : 'https'}://${named}:${port}${asked.path}`)
  return await send(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: asked.body,
    signal: asked.signal,
  }, {
    config,
    context,
    answerMs,
    async take(response) {
      if (response.status >= 300 && response.status < 400) {
        await response.body?.cancel()
        throw new Fault('redirect_refused', `${host} sends the agent on, which a database has no reason to.`)
      }
      return { status: response.status, text: await response.text() }
    },
  })
}
