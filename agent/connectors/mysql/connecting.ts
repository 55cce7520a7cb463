/** The way to a server: its addresses, TLS, signing in. */
import { readFileSync } from 'node:fs'
import { connect as connectSocket, isIP, type Socket } from 'node:net'
import { resolve } from 'node:path'
import { checkServerIdentity, connect as connectTls } from 'node:tls'
import { type Connection, createConnection } from 'mysql2'
import { Fault } from '../../../shared/faults.ts'
import type { Context } from '../connector.ts'
import type { MysqlConfig } from './config.ts'
import { faultOf, type Side } from './errors.ts'

const connectMs = 15_000

/** The driver's own side, of which its types say nothing. */
interface Inside {
  stream: Socket
  readonly packetParser: { execute(data: Buffer): void }
  startTLS(onSecure: (error?: Error) => void): void
  _handleNetworkError(error: Error): void
}

export const inside = (connection: Connection) => connection as unknown as Inside

/** Throws a Fault: resolving, address rules, TLS, login. */
export async function connect(config: MysqlConfig, context: Context, side: Side): Promise<Connection> {
  const socket = config.host.startsWith('/')
  const tls = tlsOf(config, context, socket)
  const addresses = socket ? [config.host] : await resolved(config, context)
  let last: unknown = null
  for (const address of addresses) {
    try {
      return await connectTo(address, { config, context, side, tls, socket })
    } catch (error) {
      last = error
      if (faultOf(error, side).code !== 'connection_refused') break
    }
  }
  throw faultOf(last, side)
}

interface Way {
  readonly config: MysqlConfig
  readonly context: Context
  readonly side: Side
  readonly tls: Tls | null
  readonly socket: boolean
}

async function connectTo(address: string, { config, context, side, tls, socket }: Way): Promise<Connection> {
  const stream = socket ? connectSocket(address) : connectSocket(config.port, address)
  stream.setNoDelay(true)
  // A peer that has vanished is found out within minutes, also while a statement of hours is at work.
  stream.setKeepAlive(true, 30_000)
  const connection = createConnection({
    // A stream that is open already: the driver resolves no name of its own.
    stream,
    ...(socket ? { socketPath: address } : { host: config.host, port: config.port }),
    user: config.user,
    password: config.password,
    database: config.database,
    connectTimeout: connectMs,
    charset: 'utf8mb4_general_ci',
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    rowsAsArray: true,
    typeCast: (field) => field.string(),
    flags: ['-IGNORE_SPACE', '-ODBC', ...(side === 'source' ? ['-LOCAL_FILES'] : [])],
    connectAttributes: { program_name: `sallyport ${context.runId} ${context.fence}` },
    ...(tls === null ? {} : { ssl: { rejectUnauthorized: true } }),
  })
  // Without a listener, what comes while nothing is asked would end the process. The next statement hears of it.
  connection.on('error', () => undefined)
  if (tls !== null) secure(connection, config.host, tls)
  try {
    await new Promise<void>((resolve, reject) => {
      connection.once('error', reject)
      connection.connect((error) => error ? reject(error) : resolve())
    })
    return connection
  } catch (error) {
    connection.destroy()
    throw error
  }
}

interface Tls {
  /** PEM; null: those that come with the binary. */
  readonly ca: string | string[] | null
}

/**
 * Takes the place of the driver's own way into TLS, which verifies the name of no address and takes the certificate's
 * word otherwise. The name that the person wrote is what the certificate must carry, before a password is sent.
 */
function secure(connection: Connection, host: string, { ca }: Tls): void {
  const driver = inside(connection)
  driver.startTLS = (onSecure) => {
    const plain = driver.stream
    plain.removeAllListeners('data')
    let settled = false
    const settle = (error?: Error) => {
      if (settled) return error && driver._handleNetworkError(error)
      settled = true
      onSecure(error)
    }
    const encrypted = connectTls({
      socket: plain,
      rejectUnauthorized: true,
      ...(isIP(host) ? {} : { servername: host }),
      ...(ca === null ? {} : { ca }),
      checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
    }, () => {
      const wrong = encrypted.authorized
        ? checkServerIdentity(host, encrypted.getPeerCertificate())
        : undefined
      if (!encrypted.authorized || wrong) {
        encrypted.destroy()
        settle(Object.assign(new Error('the certificate does not verify'), { code: 'ERR_TLS_CERT' }))
      } else settle()
    })
    encrypted.on(
      'error',
      (error) =>
        settle(
          settled
            ? error
            : Object.assign(error, { code: `ERR_TLS_${(error as { code?: string }).code ?? ''}` }),
        ),
    )
    encrypted.on('data', (data: Buffer) => driver.packetParser.execute(data))
    driver.stream = encrypted
  }
}

/** The addresses that the guard has seen and let pass: only these are connected to, and each time anew. */
async function resolved({ host }: MysqlConfig, { network, guard }: Context): Promise<readonly string[]> {
  const addresses = await network.resolve(host)
  guard.address(host, addresses)
  return addresses
}

function tlsOf(config: MysqlConfig, context: Context, socket: boolean): Tls | null {
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  const plainAllowed = context.guard.plain(socket ? config.host : `${host}:${config.port}`)
  const mode = config.tls.mode ?? (plainAllowed ? 'disable' : 'verify-full')
  if (mode === 'disable') {
    if (!plainAllowed) throw new Fault('plain_refused')
    return null
  }
  if (socket) throw new Fault('tls_failed', 'A Unix socket needs no TLS; write tls: { mode: disable }.')
  const own = config.tls.ca ?? (config.tls.caFile === null ? null : readCa(config.tls.caFile, context))
  return { ca: own ?? (context.network.ca === null ? null : [...context.network.ca]) }
}

function readCa(file: string, context: Context): string {
  const path = resolve(context.base, file)
  context.guard.path(path)
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Fault('file_unreadable', 'The file of tls.ca_file cannot be read.', { cause: error })
  }
}
