/** How a postgres connection is written, and what it comes down to. */
import { z } from 'zod'

export interface Tls {
  /** Null: verified, except where the guard allows a plain connection. */
  readonly mode: 'verify-full' | 'disable' | null
  readonly caFile: string | null
  /** PEM. */
  readonly ca: string | null
}

export interface PostgresConfig {
  /** Name or address; the folder of a Unix socket when it begins with `/`. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly tls: Tls
  /** Where names without a schema are. */
  readonly schema: string
  /** Schema of Sallyport's own tables in a destination. */
  readonly ledger: string
  /** Sessions that read one large table at once. */
  readonly lanes: number
}

const written = z.strictObject({
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
  schema: z.string().min(1).default('public'),
  ledger: z.string().min(1).default('sallyport'),
  lanes: z.int().min(1).max(8).default(1),
})

interface Address {
  host?: string
  port?: number
  user?: string
  password?: string
  database?: string
  mode?: 'verify-full' | 'disable'
}

export const config: z.ZodType<PostgresConfig> = written.transform((given, context) => {
  const refuse = (message: string, path: string) => {
    context.addIssue({ code: 'custom', message, path: [path] })
    return z.NEVER
  }
  const address = given.url === undefined ? {} : parseUrl(given.url)
  if (typeof address === 'string') return refuse(address, 'url')
  const host = given.host ?? address.host
  const user = given.user ?? address.user
  if (host === undefined) return refuse('a host is missing: give "url", or "host"', 'host')
  if (user === undefined) return refuse('a user is missing: give it in "url", or as "user"', 'user')
  return {
    host,
    port: given.port ?? address.port ?? 5432,
    user,
    password: given.password ?? address.password ?? '',
    database: given.database ?? address.database ?? user,
    tls: {
      mode: given.tls?.mode ?? address.mode ?? null,
      caFile: given.tls?.ca_file ?? null,
      ca: given.tls?.ca ?? null,
    },
    schema: given.schema,
    ledger: given.ledger,
    lanes: given.lanes,
  }
}) as unknown as z.ZodType<PostgresConfig>

const unescaped =
  'it does not parse; write postgres://user:password@host:port/database, with signs like @ / ? # in ' +
  'user and password as %40 %2F %3F %23'

/** What a URL says, or what is wrong with it. The complaint quotes nothing: any part may be the password. */
function parseUrl(text: string): Address | string {
  if (!/^postgres(ql)?:\/\//.test(text)) return 'it does not begin with postgres://'
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
    const socket = url.searchParams.get('host')
    const host = socket ?? decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1')
    if (host.includes(',')) return 'it names several hosts; name one'
    const mode = parseMode(url.searchParams)
    if (typeof mode === 'string' && mode !== 'verify-full' && mode !== 'disable') return mode
    const database = decodeURIComponent(url.pathname.slice(1))
    return {
      ...(host === '' ? {} : { host }),
      ...(url.port === '' ? {} : { port: Number(url.port) }),
      ...(url.username === '' ? {} : { user: decodeURIComponent(url.username) }),
      ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
      ...(database === '' ? {} : { database }),
      ...(mode === undefined ? {} : { mode }),
    } as Address
  } catch {
    return 'a % in it is not followed by two hexadecimal digits'
  }
}

function parseMode(parameters: URLSearchParams): string | undefined {
  for (const name of parameters.keys()) {
    if (name !== 'sslmode' && name !== 'host') return 'it has a parameter other than sslmode and host'
  }
  const mode = parameters.get('sslmode')
  if (mode === null) return undefined
  if (mode === 'verify-full' || mode === 'disable') return mode
  return 'its sslmode is neither verify-full nor disable'
}
