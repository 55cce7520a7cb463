/** Cookies of a request, and whether a page of ours sent it. RFC 6265 section 5.4, OWASP on CSRF by Origin. */
import { Fault } from '../../shared/faults.ts'

/** The cookie that a session's secret stands in. The prefix binds it to this host, https and the path `/`. */
export const SESSION_COOKIE = '__Host-session'

/** The value of a cookie; null when it is absent, or there twice, which no browser does with one of ours alone. */
export function cookieOf(headers: Headers, name: string): string | null {
  const text = headers.get('cookie')
  if (text === null || !text.includes(name)) return null
  const values = text.split(';').map((pair) => pair.trim()).filter((pair) => pair.startsWith(`${name}=`))
  return values.length === 1 ? (values[0] as string).slice(name.length + 1) : null
}

/**
 * Throws Fault `origin_refused` for a request that would change something and that a page of another site may have
 * sent. Without a cookie there is nothing of ours for it to use; a browser that says where it comes from is held to it
 * all the same, so that nobody is signed in to another person's account.
 */
export function checkOrigin(
  { method, headers }: { readonly method: string; readonly headers: Headers },
  { origin, cookie }: { readonly origin: string; readonly cookie: boolean },
): void {
  if (method === 'GET' || method === 'HEAD') return
  const from = headers.get('origin')
  const site = headers.get('sec-fetch-site')
  const ours = from === null ? !cookie : from === origin
  if (!ours || (site !== null && site !== 'same-origin' && (cookie || from !== null))) {
    throw new Fault('origin_refused')
  }
}
