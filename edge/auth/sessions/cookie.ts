/**
 * The cookies of signing in. The prefix `__Host-` has the browser refuse them from any other host, without https and
 * for another path (RFC 6265bis section 4.1.3.2): no neighbour's page can plant one.
 */
import { createHash } from 'node:crypto'
import { SESSION_COOKIE } from '../../http/cookies.ts'

const SAME = 'HttpOnly; Secure; SameSite=Lax; Path=/'
const DEVICE_SECONDS = 365 * 86_400

/** A value of Set-Cookie. It goes with the browser's session, and counts as long as the edge's row says. */
export function sessionCookie(secret: string): string {
  return `${SESSION_COOKIE}=${secret}; ${SAME}`
}

/** Takes the cookie away. */
export function endedCookie(): string {
  return `${SESSION_COOKIE}=; ${SAME}; Max-Age=0`
}

/** The cookie that a browser is known by to one account. Several people may share a browser. */
export function deviceCookieName(account: string): string {
  return `__Host-device-${createHash('sha256').update(account).digest('hex').slice(0, 12)}`
}

export function deviceCookie(account: string, secret: string): string {
  return `${deviceCookieName(account)}=${secret}; ${SAME}; Max-Age=${DEVICE_SECONDS}`
}
