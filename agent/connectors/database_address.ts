/** How the server of a database is written in a connection: as a URL, its parts, or both; and whether TLS is spoken. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import type { Context } from './connector.ts'
import { authorityOf } from './way_out.ts'

export interface DatabaseAddress {
  /** Name or address; the path of a Unix socket, or of its folder, when it begins with `/`. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly tls: {
    /** Null: verified, except where the guard allows a plain connection. */
    readonly mode: 'verify-full' | 'disable' | null
    readonly caFile: string | null
    /** PEM. */
    readonly ca: string | null
  }
}

/** What of a connection `readAddress` reads. */
export const addressFields = {
  url: z.string().optional(),
  host: z.string().min(1).optional(),
  port: z.int().min(1).max(65535).optional(),
  user: z.string().min(1).optional(),
  password: z.string().optional(),
  database: z.string().min(1).optional(),
  tls: z.strictObject({
    mode: z.enum(['verify-full', 'disable']).optional(),
    ca_file: z.string().min(1).optional(),
    ca: z.string().min(1).optional(),
  }).optional(),
}

type Written = z.infer<z.ZodObject<typeof addressFields>>
type Parts = Pick<Written, 'host' | 'port' | 'user' | 'password' | 'database'> & {
  mode?: 'verify-full' | 'disable'
}

/** How URLs of one kind of server look. */
export interface UrlForm {
  /** Before `://`; complaints name the first. */
  readonly schemes: readonly [string, ...string[]]
  readonly port: number
  /** The only parameters: of TLS, and of a Unix socket in place of the host. */
  readonly tls: string
  readonly socket: string
}

/** Null after a complaint to `context`; database: null where none is written. */
export function readAddress(
  given: Written,
  form: UrlForm,
  context: z.RefinementCtx,
): DatabaseAddress & { readonly database: string | null } | null {
  const refuse = (message: string, path: string) => {
    context.addIssue({ code: 'custom', message, path: [path] })
    return null
  }
  const url = given.url === undefined ? {} : parseUrl(given.url, form)
  if (typeof url === 'string') return refuse(url, 'url')
  const host = given.host ?? url.host
  const user = given.user ?? url.user
  if (host === undefined) return refuse('a host is missing: give "url", or "host"', 'host')
  if (user === undefined) return refuse('a user is missing: give it in "url", or as "user"', 'user')
  return {
    host,
    port: given.port ?? url.port ?? form.port,
    user,
    password: given.password ?? url.password ?? '',
    database: given.database ?? url.database ?? null,
    tls: {
      mode: given.tls?.mode ?? url.mode ?? null,
      caFile: given.tls?.ca_file ?? null,
      ca: given.tls?.ca ?? null,
    },
  }
}

/** What a URL says, or what is wrong with it. The complaint quotes nothing: any part may be the password. */
function parseUrl(text: string, form: UrlForm): Parts | string {
  const [scheme] = form.schemes
  const unescaped =
    `it does not parse; write ${scheme}://user:password@host:port/database, with signs like @ / ? # in ` +
    'user and password as %40 %2F %3F %23'
  if (!form.schemes.some((one) => text.startsWith(`${one}://`))) return `it does not begin with ${scheme}://`
  // With a sign in it that should have been escaped, a part of the password would be taken for the host and looked up.
  if ((text.match(/@/g)?.length ?? 0) > 1 || text.includes('#')) return unescaped
  let url: URL
  try {
    // A socket's URL has no host; the parser wants one.
    url = new URL(text.replace(/^(\w+:\/\/[^/?#]*@)(?=\/)/, '$1localhost'))
  } catch {
    return unescaped
  }
  try {
    const host = url.searchParams.get(form.socket) ??
      decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1')
    if (host.includes(',')) return 'it names several hosts; name one'
    for (const name of url.searchParams.keys()) {
      if (name === form.tls || name === form.socket) continue
      return `it has a parameter other than ${form.tls} and ${form.socket}`
    }
    const mode = url.searchParams.get(form.tls)
    if (mode !== null && mode !== 'verify-full' && mode !== 'disable') {
      return `its ${form.tls} is neither verify-full nor disable`
    }
    const database = decodeURIComponent(url.pathname.slice(1))
    return {
      ...(host === '' ? {} : { host }),
      ...(url.port === '' ? {} : { port: Number(url.port) }),
      ...(url.username === '' ? {} : { user: decodeURIComponent(url.username) }),
      ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
      ...(database === '' ? {} : { database }),
      ...(mode === null ? {} : { mode }),
    }
  } catch {
    return 'a % in it is not followed by two hexadecimal digits'
  }
}

export const isSocket = ({ host }: DatabaseAddress) => host.startsWith('/')

export interface Tls {
  /** PEM; null: those that come with the binary. */
  readonly ca: string | string[] | null
}

/** Null: none is spoken. Throws `plain_refused` where that is not allowed. */
export function tlsOf(address: DatabaseAddress, context: Context): Tls | null {
  const { host, port, tls } = address
  const target = isSocket(address) ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`
  const plainAllowed = context.guard.plain(target)
  const mode = tls.mode ?? (plainAllowed ? 'disable' : 'verify-full')
  if (mode === 'disable') {
    if (!plainAllowed) throw new Fault('plain_refused')
    return null
  }
  if (isSocket(address)) {
    throw new Fault('tls_failed', 'A Unix socket carries no TLS; write tls: { mode: disable }.')
  }
  const { ca } = context.network
  return { ca: authorityOf(tls, context) ?? (ca === null ? null : [...ca]) }
}
