/** How an https connection is written, and which URL a stream's name means. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { Fault } from '../../../shared/faults.ts'
import { contradiction, type FormatOptions, formatOptions } from '../files/config.ts'

export interface HttpsConfig extends FormatOptions {
  /** Name or address, without brackets. */
  readonly host: string
  readonly port: number
  /** Without TLS: loopback alone, where the guard allows it. */
  readonly plain: boolean
  /** Of the URL, as it is sent: a folder when it ends in a slash, else one file. */
  readonly path: string
  /** Sent as `Authorization: Bearer` to this host and port, and to no other. */
  readonly token: string | null
  /** Patterns of hosts that the server may send the agent on to. */
  readonly redirects: readonly string[]
  readonly caFile: string | null
  /** PEM. */
  readonly ca: string | null
}

const pattern = z.string().max(255).regex(
  /^(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/,
  'a host in lowercase, or *. and a domain',
)

const written = z.strictObject({
  url: z.string(),
  ...formatOptions,
  token: z.string().min(1).max(16_384).regex(/^[!-~]+$/, 'visible ASCII signs').optional(),
  redirects: z.array(pattern).max(100).default([]),
  tls: z.strictObject({ ca_file: z.string().min(1).optional(), ca: z.string().min(1).optional() }).default(
    {},
  ),
})

export const config: z.ZodType<HttpsConfig> = written.transform((given, context) => {
  const { url, redirects, tls, token, ...options } = given
  const parsed = parseUrl(url)
  const contradicts = contradiction(options)
  if (contradicts !== null) context.addIssue({ code: 'custom', message: contradicts })
  if (typeof parsed === 'string') {
    context.addIssue({ code: 'custom', message: parsed, path: ['url'] })
    return z.NEVER
  }
  return {
    ...parsed,
    ...options,
    token: token ?? null,
    redirects,
    caFile: tls.ca_file ?? null,
    ca: tls.ca ?? null,
  }
}) as unknown as z.ZodType<HttpsConfig>

/** What a URL says, or what is wrong with it. The complaint quotes nothing. */
function parseUrl(text: string): Pick<HttpsConfig, 'host' | 'port' | 'plain' | 'path'> | string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return 'it is written https://host/path/file.csv'
  const { protocol, username, password, hostname, port, pathname, search, hash } = new URL(text)
  if (username !== '' || password !== '') return 'it has a password in it; give a bearer token as "token"'
  if (search !== '' || hash !== '' || /[?#]/.test(text)) {
    return 'it has a ? or #, which policy could not judge'
  }
  const segments = pathname.split('/').slice(1)
  if (segments.slice(0, -1).includes('') || segments.some(hidesSeparator)) {
    return 'its path has an empty part, or a slash, backslash or dot behind a %'
  }
  const plain = protocol === 'http:'
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  return { host, port: port === '' ? (plain ? 80 : 443) : Number(port), plain, path: pathname }
}

const hidesSeparator = (segment: string) => /%(?:2f|5c|2e|00)/i.test(segment)

/** The stream of a connection that is one file; null for a folder. */
export function onlyStream({ path }: HttpsConfig): string | null {
  const last = path.split('/').at(-1) ?? ''
  return last === '' ? null : decoded(last)
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** The path of a stream's URL, as it is sent. Throws `path_refused` where it leads out, `stream_missing`. */
export function pathOf(config: HttpsConfig, name: string): string {
  const only = onlyStream(config)
  if (only !== null) {
    if (name === only) return config.path
    throw new Fault('stream_missing', `There is no "${name}": the connection is the one file "${only}".`)
  }
  const segments = name.split('/')
  const plain = segments.every((one) => one !== '' && one !== '.' && one !== '..' && !/[\\\0]/.test(one))
  if (!plain) throw new Fault('path_refused', `"${name}" leads out of the connection's folder.`)
  return config.path + segments.map(encodeURIComponent).join('/')
}

/** `https://host:port/path`: how policy, faults and logs call the place. */
export function addressOf({ host, port }: Pick<HttpsConfig, 'host' | 'port'>, path: string): string {
  return `https://${isIP(host) === 6 ? `[${host}]` : host}:${port}${path}`
}
