/** One connection to PostgreSQL, to an address that was checked, and never silently another one. */
import { SQL } from 'bun'
import { isIP } from 'node:net'
import { checkServerIdentity } from 'node:tls'
import { Fault } from '../../../shared/faults.ts'
import { ownPiece } from '../../engine/pieces.ts'
import type { Context } from '../connector.ts'
import { isSocket, tlsOf } from '../database_address.ts'
import { addressesOf } from '../way_out.ts'
import type { PostgresConfig } from './config.ts'
import { faultOf, stateOf } from './errors.ts'
import { quoteText } from './names.ts'

export interface CopyOut {
  readonly bytes: ReadableStream<Uint8Array>
  /** Rows, once the server has said that this was all. */
  readonly rows: Promise<number>
}

export interface CopyIn {
  /** `close` waits until the server has stored the rows; `abort` stores none. */
  readonly bytes: WritableStream<Uint8Array>
  readonly rows: Promise<number>
}

/**
 * Every value is written and read the same way on both sides, whatever server, role or database have set. Set in each
 * transaction: behind a connection pool a session is whatever server is free, and what is set there outlives us.
 */
const settings = {
  client_encoding: 'UTF8',
  datestyle: 'ISO, YMD',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  lc_monetary: 'C',
  xmloption: 'content',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  // For questions to the catalog; `unbounded` lifts it for what reads or writes rows.
  statement_timeout: '5min',
  // A long load is no idle transaction.
  idle_in_transaction_session_timeout: '0',
  // Rows hidden by a row security policy would be missing without a word; like this they are an error.
  row_security: 'off',
  // A re-read finds the rows in the same order.
  synchronize_seqscans: 'off',
  max_parallel_workers_per_gather: '0',
  // A peer that has vanished gives its locks back within a minute.
  tcp_keepalives_idle: '30',
  tcp_keepalives_interval: '10',
  tcp_keepalives_count: '3',
} as const

const connectSeconds = 15

export class Session implements AsyncDisposable {
  readonly #pool: SQL
  readonly #sql: SQL
  readonly #side: 'source' | 'destination'
  #closed = false

  private constructor(pool: SQL, sql: SQL, side: 'source' | 'destination') {
    this.#pool = pool
    this.#sql = sql
    this.#side = side
  }

  /** Throws a Fault: resolving, address rules, TLS, login. */
  static async open(
    config: PostgresConfig,
    context: Context,
    side: 'source' | 'destination',
  ): Promise<Session> {
    const pool = await connect(config, context, side)
    try {
      return new Session(pool, await pool.reserve(), side)
    } catch (error) {
      await pool.close({ timeout: 0 })
      throw faultOf(error, side)
    }
  }

  /**
   * Begins a transaction, with all settings in it. `characteristics`: as BEGIN takes them. `snapshot`: one that another
   * session has exported.
   */
  async begin(characteristics: string, snapshot: string | null = null): Promise<void> {
    const statements = Object.entries(settings).map(([name, value]) =>
      `set local ${name} = ${quoteText(value)}`
    )
    const shared = snapshot === null ? [] : [`set transaction snapshot ${quoteText(snapshot)}`]
    await this.run([`begin ${characteristics}`, ...shared, ...statements].join('; '))
  }

  /** Rows of one statement; every value that matters is cast to text, boolean or float8 in it. */
  async rows<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    try {
      return [...(await this.#sql.unsafe(sql, [...parameters])) as Row[]]
    } catch (error) {
      const fault = faultOf(error, this.#side)
      // Nobody but the server's own clock cancels a question.
      throw stateOf(fault) === '57014' ? new Fault('stalled', undefined, { cause: error }) : fault
    }
  }

  /** No statement of this transaction is too slow from now on. */
  async unbounded(): Promise<void> {
    await this.run('set local statement_timeout = 0')
  }

  /** One or more statements without results. Returns the last one's command tag. */
  async run(sql: string): Promise<string | null> {
    try {
      const result = await this.#sql.unsafe(sql).simple() as SQL.ResultMetadata | SQL.ResultMetadata[]
      return (Array.isArray(result) && result.length > 0 && 'command' in Object(result.at(-1))
        ? result.at(-1) as SQL.ResultMetadata
        : result as SQL.ResultMetadata).command
    } catch (error) {
      throw faultOf(error, this.#side)
    }
  }

  /** Rows that one statement wrote. */
  async count(sql: string): Promise<number> {
    try {
      return (await this.#sql.unsafe(sql) as SQL.ResultMetadata).affectedRows
    } catch (error) {
      throw faultOf(error, this.#side)
    }
  }

  /** As `server_version_num`: 180002. */
  async version(): Promise<number> {
    const [row] = await this.rows<{ version: string }>(
      `select current_setting('server_version_num') as version`,
    )
    return Number(row?.version)
  }

  /** Commits, and throws when the server rolled back instead, which it reports as a success of its own. */
  async commit(): Promise<void> {
    const tag = await this.run('commit')
    if (tag !== 'COMMIT') {
      throw new Fault('target_failed', 'The destination rolled back instead of committing.')
    }
  }

  copyOut(sql: string): CopyOut {
    const query = this.#sql.unsafe(sql)
    const bytes = onSide(query.readable() as ReadableStream<Uint8Array>, this.#side)
    const rows = query.then((result) => result.count, (error) => Promise.reject(faultOf(error, this.#side)))
    rows.catch(() => undefined)
    return { bytes, rows }
  }

  copyIn(sql: string): CopyIn {
    const query = this.#sql.unsafe(sql)
    const bytes = query.writable() as WritableStream<Uint8Array>
    const rows = query.then((result) => result.count, (error) => Promise.reject(faultOf(error, this.#side)))
    rows.catch(() => undefined)
    return { bytes, rows }
  }

  /** Ends the connection at once; an open transaction is rolled back by the server. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#pool.close({ timeout: 0 }).catch(() => undefined)
  }
}

/** Asks over a connection of its own whether the server answers. Throws when it does not. */
export async function probe(
  config: PostgresConfig,
  context: Context,
  { side, signal }: { side: 'source' | 'destination'; signal: AbortSignal },
): Promise<void> {
  signal.throwIfAborted()
  const asked = (async () => {
    await using session = await Session.open(config, context, side)
    await session.rows('select 1')
  })()
  let stop: (() => void) | null = null
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop)
  })
  try {
    await Promise.race([asked, aborted])
  } finally {
    if (stop !== null) signal.removeEventListener('abort', stop)
    asked.catch(() => undefined)
  }
}

/**
 * A server sends 8 kB at a time, and a turn for each of them costs three times what their bytes cost: after a small
 * piece, what is under way has a moment to arrive. The socket holds it, and the next piece is all of it.
 */
const [smallBytes, gatherMs] = [64 << 10, 1]

/** Its errors are of this side, whoever reads it: a query that the source refuses is no fault of the destination. */
function onSide(
  bytes: ReadableStream<Uint8Array>,
  side: 'source' | 'destination',
): ReadableStream<Uint8Array> {
  const reader = bytes.getReader()
  let last = Infinity
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        if (last < smallBytes) await Bun.sleep(gatherMs)
        const { done, value } = await reader.read()
        if (done) return controller.close()
        last = value.byteLength
        controller.enqueue(ownPiece(value))
      } catch (error) {
        controller.error(faultOf(error, side))
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 })
}

type Options = SQL.PostgresOrMySQLOptions

async function connect(
  config: PostgresConfig,
  context: Context,
  side: 'source' | 'destination',
): Promise<SQL> {
  const socket = isSocket(config)
  const tls = tlsOptions(config, context)
  const addresses = socket ? [config.host] : await addressesOf(config.host, context)
  let last: unknown = null
  for (const address of addresses) {
    // The first argument keeps the driver from reading a URL out of the environment; the options name the rest.
    const pool = new SQL('postgres://localhost', {
      ...(socket ? { path: address } : { hostname: address }),
      port: config.port,
      username: config.user,
      password: () => config.password,
      database: config.database,
      tls,
      max: 1,
      prepare: false,
      channelBinding: 'prefer',
      connectionTimeout: connectSeconds,
      connection: { application_name: `sallyport ${context.runId} ${context.fence}` },
    } as Options)
    try {
      return await pool.connect()
    } catch (error) {
      await pool.close({ timeout: 0 }).catch(() => undefined)
      last = error
      if (faultOf(error, side).code !== 'connection_refused') break
    }
  }
  throw faultOf(last, side)
}

function tlsOptions(config: PostgresConfig, context: Context): Options['tls'] {
  const tls = tlsOf(config, context)
  if (tls === null) return false
  return {
    rejectUnauthorized: true,
    ...(isIP(config.host) ? {} : { serverName: config.host }),
    ...(tls.ca === null ? {} : { ca: tls.ca }),
    // The name that the person wrote is what the certificate must carry; the driver only knows the address.
    checkServerIdentity: (_, certificate) => checkServerIdentity(config.host, certificate),
  }
}
