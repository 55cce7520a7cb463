/** One connection to MySQL or MariaDB, to an address that was checked, and never silently another one. */
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { Connection, Query, ResultSetHeader } from 'mysql2'
import { Fault } from '../../../shared/faults.ts'
import type { Context } from '../connector.ts'
import type { MysqlConfig } from './config.ts'
import { connect, inside } from './connecting.ts'
import { codeOfNumber, faultOf, MysqlFault, placeOf, type Side } from './errors.ts'

export interface Server {
  readonly mariadb: boolean
  /** 10.11.6 as 101106. */
  readonly version: number
  readonly localInfile: boolean
  /** Bytes of one statement. */
  readonly maxPacket: number
}

/** Called for each row as it came: `bytes[start, end)` are its values, each behind its length; 0xfb alone is NULL. */
export type OnRow = (bytes: Buffer, start: number, end: number) => void

export interface RawRead {
  /** Resolves once the server has said that this was all, and every row has been handed over. */
  readonly done: Promise<void>
  pause(): void
  resume(): void
}

export interface Outcome {
  readonly rows: number
  readonly warnings: number
}

/** Bytes of one packet to the server, which takes none that is larger than a bound of its own. */
const packetBytes = 512 * 1024
/** Seconds until the server gives up on a peer that takes nothing, or sends nothing, in the middle of a stream. */
const patience = 3600

/**
 * What a session is, whatever server, account or database have set. Strings have no escapes but a doubled quote and
 * `"` stands around names: a condition of a pipeline is judged by these rules, and has to be read by them.
 */
const modes = [
  'ANSI_QUOTES',
  'NO_BACKSLASH_ESCAPES',
  'STRICT_ALL_TABLES',
  'STRICT_TRANS_TABLES',
  'ERROR_FOR_DIVISION_BY_ZERO',
  'NO_AUTO_VALUE_ON_ZERO',
  'NO_ENGINE_SUBSTITUTION',
].join(',')

const settings: readonly string[] = [
  `sql_mode = '${modes}'`,
  `time_zone = '+00:00'`,
  `net_write_timeout = ${patience}`,
  `net_read_timeout = ${patience}`,
  `wait_timeout = 28800`,
  `sql_select_limit = default`,
  `sql_big_selects = 1`,
  `sql_auto_is_null = 0`,
  `sql_safe_updates = 0`,
  `sql_notes = 1`,
  `sql_warnings = 0`,
  `foreign_key_checks = 1`,
  `unique_checks = 1`,
  `lc_messages = 'en_US'`,
  `max_error_count = 64`,
  `lock_wait_timeout = 10`,
  `innodb_lock_wait_timeout = 10`,
  `group_concat_max_len = 1048576`,
]

/** Known to one of the two, or to some versions only: what a server does not have cannot be set wrong. */
const optional: readonly string[] = [
  `max_statement_time = 0`,
  `max_execution_time = 0`,
  `idle_transaction_timeout = 0`,
  `idle_readonly_transaction_timeout = 0`,
  `idle_write_transaction_timeout = 0`,
  `sql_generate_invisible_primary_key = off`,
  `sql_require_primary_key = off`,
  `system_versioning_alter_history = keep`,
  `explicit_defaults_for_timestamp = 1`,
]

interface Packet {
  readonly buffer: Buffer
  readonly offset: number
  readonly end: number
  isEOF(): boolean
}

interface RowReader {
  row(packet: Packet, connection: unknown): unknown
}

export class Session implements AsyncDisposable {
  readonly server: Server
  /** The server's number of this connection. */
  readonly id: number
  readonly #connection: Connection
  readonly #side: Side
  #closed = false

  private constructor(connection: Connection, side: Side, server: Server) {
    this.#connection = connection
    this.#side = side
    this.server = server
    this.id = connection.threadId
  }

  /** Throws a Fault: resolving, address rules, TLS, login. `database`: null for none. */
  static async open(config: MysqlConfig, context: Context, side: Side): Promise<Session> {
    const connection = await connect(config, context, side)
    try {
      const [facts] = await ask(
        connection,
        `select version(), @@local_infile, @@max_allowed_packet, @@version_comment`,
      ) as [string, string, string, string][]
      const server = serverOf(facts as [string, string, string, string])
      await ask(connection, 'set names utf8mb4')
      await ask(connection, `set session ${settings.join(', ')}`)
      for (const setting of optional) {
        await ask(connection, `set session ${setting}`).catch((error) => {
          // ER_UNKNOWN_SYSTEM_VARIABLE, ER_GLOBAL_VARIABLE, not ours to set: then it is as it is.
          if (![1193, 1227, 1229, 1232, 1231, 1238].includes(error?.errno)) throw error
        })
      }
      return new Session(connection, side, server)
    } catch (error) {
      connection.destroy()
      throw faultOf(error, side)
    }
  }

  /** Rows of one statement, every value as the server spells it. */
  async rows<Row extends readonly (string | null)[]>(sql: string): Promise<Row[]> {
    try {
      return await ask(this.#connection, sql) as Row[]
    } catch (error) {
      throw faultOf(error, this.#side)
    }
  }

  /** One statement without rows. */
  async run(sql: string): Promise<Outcome> {
    try {
      const header = await ask(this.#connection, sql) as ResultSetHeader
      return { rows: Number(header.affectedRows ?? 0), warnings: header.warningStatus ?? 0 }
    } catch (error) {
      throw faultOf(error, this.#side)
    }
  }

  /** Sets a variable of the session; its value travels beside the statement, never in it. */
  async bind(variable: string, value: string): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.#connection.execute(
          `set @${variable} = ?`,
          [value],
          (error) => error ? reject(error) : resolve(),
        )
      })
      this.#connection.unprepare(`set @${variable} = ?`)
    } catch (error) {
      throw faultOf(error, this.#side)
    }
  }

  /** Reads rows as they come, without ever looking into them. Nothing else may be asked before it is done. */
  read(sql: string, onRow: OnRow): RawRead {
    const { stream } = inside(this.#connection)
    const done = new Promise<void>((resolve, reject) => {
      let failed: unknown = null
      const query = this.#connection.query(sql, (error: unknown) => {
        if (error || failed !== null) reject(faultOf(failed ?? error, this.#side))
        else resolve()
      })
      const reader = query as unknown as RowReader
      const ended = Object.getPrototypeOf(query) as RowReader
      const each = (packet: Packet, connection: unknown): unknown => {
        if (packet.isEOF()) return ended.row.call(query, packet, connection)
        if (failed === null) {
          try {
            onRow(packet.buffer, packet.offset, packet.end)
          } catch (error) {
            failed = error
          }
        }
        return each
      }
      reader.row = each
    })
    done.catch(() => undefined)
    // The socket, not the connection: that one would copy every packet it has read already.
    return { done, pause: () => stream.pause(), resume: () => stream.resume() }
  }

  /**
   * `LOAD DATA LOCAL INFILE 'stream' …`. The server gets what the stream has and nothing else, whatever it asks for.
   * A stream that fails ends the connection: the server cannot be told otherwise that it was not the end.
   */
  async load(sql: string, stream: AsyncIterable<Uint8Array>): Promise<Outcome> {
    let asked = false
    let broken: unknown = null
    const guarded = async function* (this: Session) {
      try {
        for await (const chunk of stream) {
          for (let at = 0; at < chunk.length; at += packetBytes) {
            const length = Math.min(packetBytes, chunk.length - at)
            // The driver writes whatever comes, whether the server takes it or not.
            await taken(inside(this.#connection).stream)
            yield Buffer.from(chunk.buffer, chunk.byteOffset + at, length)
          }
        }
      } catch (error) {
        broken = error
        this.#connection.destroy()
        throw error
      }
    }
    try {
      const header = await new Promise<ResultSetHeader>((resolve, reject) => {
        const options = {
          sql,
          infileStreamFactory: (name: string) => {
            if (asked || name !== streamName) {
              this.#connection.destroy()
              reject(new Fault('target_failed', 'The server asked for a file.'))
              return Readable.from([])
            }
            asked = true
            const readable = Readable.from(guarded.call(this), { objectMode: false, highWaterMark: 1 })
            readable.on('error', reject)
            return readable
          },
        }
        const query: Query = this.#connection.query(
          options,
          (error: unknown, result: unknown) => error ? reject(error) : resolve(result as ResultSetHeader),
        )
        query.on('error', reject)
      })
      return { rows: Number(header.affectedRows ?? 0), warnings: header.warningStatus ?? 0 }
    } catch (error) {
      throw broken instanceof Fault ? broken : faultOf(broken ?? error, this.#side)
    }
  }

  /** What the last statement warned of, as a fault; null when it did not. */
  async warned(): Promise<MysqlFault | null> {
    const warnings = await this.rows<[string, string, string]>('show warnings')
    // ER_BINLOG_UNSAFE_STATEMENT speaks of replicas, not of values.
    const first = warnings.find(([, number]) => number !== '1592')
    if (!first) return null
    const [, number, message] = first
    const code = codeOfNumber(Number(number)) ?? 'value_refused'
    return new MysqlFault(code, placeOf(message), { cause: new Error(message), number: Number(number) })
  }

  /** Ends the connection at once; an open transaction is rolled back by the server. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#connection.destroy()
  }
}

/** Resolves once a socket has little left to send, or is gone. */
async function taken(socket: Socket): Promise<void> {
  if (!socket.writableNeedDrain || socket.destroyed) return
  await new Promise<void>((resolve) => {
    const settle = () => {
      socket.off('drain', settle)
      socket.off('close', settle)
      resolve()
    }
    socket.once('drain', settle)
    socket.once('close', settle)
  })
}

/** What LOAD DATA names instead of a file. */
export const streamName = 'stream'

/** One statement; rows as arrays of text and null, or the header of its result. */
function ask(connection: Connection, sql: string): Promise<unknown> {
  return new Promise((resolve, reject) =>
    connection.query(sql, (error: unknown, result: unknown) => error ? reject(error) : resolve(result))
  )
}

function serverOf([version, infile, packet, comment]: [string, string, string, string]): Server {
  const [, major = '0', minor = '0', patch = '0'] = /^(?:5\.5\.5-)?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ??
    []
  return {
    mariadb: /mariadb/i.test(`${version} ${comment}`),
    version: Number(major) * 10_000 + Number(minor) * 100 + Number(patch),
    localInfile: infile === '1' || infile === 'ON',
    maxPacket: Number(packet),
  }
}
