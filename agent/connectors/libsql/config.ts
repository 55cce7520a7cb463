/** How a libsql connection is written. */
import { z } from 'zod'

export interface LibsqlConfig {
  /** Name or address, without brackets. */
  readonly host: string
  readonly port: number
  /** Without TLS: loopback alone, where the guard allows it. */
  readonly plain: boolean
  /** Sent as `Authorization: Bearer`, and nowhere else. */
  readonly token: string | null
  readonly caFile: string | null
  /** PEM. */
  readonly ca: string | null
}

const written = z.strictObject({
  url: z.string(),
  token: z.string().min(1).max(16_384).regex(/^[!-~]+$/, 'visible ASCII signs').optional(),
  tls: z.strictObject({ ca_file: z.string().min(1).optional(), ca: z.string().min(1).optional() }).default(
    {},
  ),
})

export const config: z.ZodType<LibsqlConfig> = written.transform(({ url, token, tls }, context) => {
  const parsed = parseUrl(url)
  if (typeof parsed === 'string') {
    context.addIssue({ code: 'custom', message: parsed, path: ['url'] })
    return z.NEVER
  }
  return { ...parsed, token: token ?? null, caFile: tls.ca_file ?? null, ca: tls.ca ?? null }
}) as unknown as z.ZodType<LibsqlConfig>

/** What a URL says, or what is wrong with it. The complaint quotes nothing. */
function parseUrl(text: string): Pick<LibsqlConfig, 'host' | 'port' | 'plain'> | string {
  const plain = text.startsWith('http://')
  const address = text.replace(/^libsql:/, 'https:')
  if (!/^https?:\/\//.test(address) || !URL.canParse(address)) {
    return 'it is written libsql://host, https://host or, on this machine, http://127.0.0.1:port'
  }
  const { username, password, hostname, port, pathname, search, hash } = new URL(address)
  if (username !== '' || password !== '') return 'it has a password in it; give the token as "token"'
  if (search !== '' || hash !== '' || /[?#]/.test(text)) return 'it has a ? or #; give the token as "token"'
  if (pathname !== '/' && pathname !== '') return 'it has a path, which a database server has not'
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  return { host, port: port === '' ? (plain ? 80 : 443) : Number(port), plain }
}
