/** The way to a server: its addresses, TLS, signing in. */
import { connect as connectSocket, isIP, type Socket } from 'node:net'
import { checkServerIdentity, connect as connectTls } from 'node:tls'
import type { Connection } from 'mysql2'
import type { Context } from '../connector.ts'
import { isSocket, type Tls, tlsOf } from '../database_address.ts'
import { addressesOf } from '../way_out.ts'
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
  const socket = isSocket(config)
  const tls = tlsOf(config, context)
  const addresses = socket ? [config.host] : await addressesOf(config.host, context)
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
  // Loaded by whoever connects: every start of the program would pay for it.
  const { createConnection } = await import('mysql2')
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
