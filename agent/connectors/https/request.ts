/** One GET or HEAD: to an address that was checked, and on to other hosts only where both sides have declared them. */
import { Fault } from '../../../shared/faults.ts'
import type { Context } from '../connector.ts'
import { addressOf, type HttpsConfig } from './config.ts'
import { bareHost, portOf, send } from './send.ts'

const mostHops = 5
/** Until the head of an answer is there. */
const answerMs = 30_000

export interface Asked {
  readonly method: 'GET' | 'HEAD'
  /** Of the URL, as it is sent. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/**
 * Whatever the last host answers. Throws `redirect_refused`, `host_not_declared`, `policy_denied`, `address_refused`, `plain_refused`
 * and what it is that stands between here and an answer. The name is resolved, and judged, anew at every call and hop.
 */
export async function request(config: HttpsConfig, context: Context, asked: Asked): Promise<Response> {
  const from = addressOf(config, asked.path)
  const start = new URL(config.plain ? from.replace(/^https:/, 'http:') : from)
  let url = start
  for (let hops = 0;; hops++) {
    const own = url.origin === start.origin
    const headers: Record<string, string> = { ...asked.headers, 'accept-encoding': 'identity' }
    if (own && config.token !== null) headers['authorization'] = `Bearer ${config.token}`
    const response = await send(url, {
      method: asked.method,
      headers,
      // What is verified for one name must not serve another one at the same address.
      keepalive: false,
      // Lengths and digests are of what is sent.
      decompress: false,
      signal: asked.signal,
    }, { config, context, answerMs, take: (head) => Promise.resolve(head) })
    if (![301, 302, 303, 307, 308].includes(response.status)) return response
    await response.body?.cancel()
    if (hops >= mostHops) {
      throw new Fault('redirect_refused', `${from} sends the agent on more than ${mostHops} times.`)
    }
    url = nextOf(response, { url, start })
    if (url.origin === start.origin) {
      context.guard.onward({ from, path: url.pathname })
      continue
    }
    context.guard.derived({
      connector: 'https',
      from,
      host: bareHost(url),
      port: portOf(url),
      declared: config.redirects,
    })
  }
}

/** Where it leads on to. Throws `redirect_refused`; the target is not quoted, it may carry a signature. */
function nextOf(response: Response, { url, start }: { url: URL; start: URL }): URL {
  const refuse = (why: string) => new Fault('redirect_refused', `${url.host} sends the agent on ${why}.`)
  const location = response.headers.get('location')
  if (location === null || !URL.canParse(location, url.href)) throw refuse('without saying where to')
  const next = new URL(location, url)
  if (next.protocol !== 'https:' && next.origin !== start.origin) {
    throw refuse('to an address that is not https')
  }
  if (next.username !== '' || next.password !== '') throw refuse('with a user or password in the address')
  return next
}
