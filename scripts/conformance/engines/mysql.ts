/** MySQL's family, as MariaDB: a server whose zone, character set and mode are not what one expects. */
import type { Mariadb } from '../../mariadb.ts'
import { type Cell, type Made, slugOf, type Trap } from '../trap.ts'
import { type Contents, type Engine, literal, longCell, quoted, spelled, type TargetPlace } from './engine.ts'

export const mariadbSettings = [
  'default-time-zone=-05:00',
  'character-set-server=latin1',
  'sql-mode=NO_ENGINE_SUBSTITUTION',
  'max-allowed-packet=1G',
]

/** Of the session that makes and reads: literals as standard SQL has them, times as UTC. */
const session = `set names utf8mb4; set time_zone = '+00:00'; set sql_mode = 'NO_BACKSLASH_ESCAPES'; `

const ticked = (name: string) => `\`${name.replaceAll('`', '``')}\``

export function mysqlEngine(server: Mariadb): Engine {
  const create = (name: string) => {
    server.run(`drop database if exists ${name}; create database ${name} character set utf8mb4`)
    return (statements: string) => server.run(`use ${name}; ${session}${statements}`)
  }
  const connection = (database: string) =>
    `{ type: mysql, host: 127.0.0.1, port: ${server.port}, user: ${server.user}, ` +
    `password: "${server.password}", database: ${database} }`
  return {
    name: 'mysql',
    source(name, traps) {
      const sql = create(name)
      for (const trap of traps) {
        const { mysql } = trap.sources
        if (mysql !== undefined) sql(statementsOf(trap, mysql).join(';\n'))
      }
      const from = (trap: Trap) => {
        const made = trap.sources.mysql
        return (typeof made === 'object' && 'statements' in made ? made.from : undefined) ?? slugOf(trap)
      }
      return Promise.resolve({ connection: connection(name), from })
    },
    target(name, traps) {
      const sql = create(name)
      for (const trap of traps) {
        for (const statement of trap.target?.mysql ?? []) {
          sql(statement.replaceAll('{target}', ticked(targetName(trap))))
        }
      }
      return Promise.resolve(targetIn(name, sql, connection(name)))
    },
    workshop(name) {
      const sql = create(name)
      return Promise.resolve({
        connection: connection(name),
        from: (table) => table,
        change(statements) {
          if (statements.length > 0) sql(statements.map((one) => spelled(one, words)).join(';\n'))
          return Promise.resolve()
        },
      })
    },
    async [Symbol.asyncDispose]() {},
  }
}

const words = {
  timestamp: 'datetime(6)',
  alter: (table: string, column: string, type: string) => `alter table ${table} modify ${column} ${type}`,
}

/** The client reads line ends of its own out of what stands between quotes: there, digits stand for bytes. */
const literalOf = (text: Cell) =>
  text !== null && /[\r\n\0]/.test(text) ? `_utf8mb4 x'${Buffer.from(text).toString('hex')}'` : literal(text)

const targetName = (trap: Trap) => trap.to?.mysql ?? slugOf(trap)

function statementsOf(trap: Trap, made: Made): readonly string[] {
  if (typeof made === 'string') return statementsOf(trap, { type: made })
  if ('statements' in made) return made.statements.map((text) => text.replaceAll('{table}', slugOf(trap)))
  if (!('type' in made)) throw new Error(`${trap.name}: mysql has no files`)
  const values = made.values ?? trap.expected.rows.map(([, text]) => literalOf(text ?? null))
  const name = ticked(slugOf(trap))
  // Without "null", the first TIMESTAMP of a table would be given a default.
  return [
    ...(made.setUp ?? []),
    `create table ${name} (id integer primary key, v ${made.type} null)`,
    ...(values.length === 0
      ? []
      : [`insert into ${name} values ${values.map((value, at) => `(${at + 1}, ${value})`).join(', ')}`]),
  ]
}

function targetIn(database: string, sql: (statements: string) => string, connection: string): TargetPlace {
  return {
    connection,
    nameOf: targetName,
    to: (trap) => /[".]/.test(targetName(trap)) ? quoted(targetName(trap)) : targetName(trap),
    names() {
      const found = lines(
        sql(
          `select hex(table_name) from information_schema.tables where table_schema = '${database}' order by 1`,
        ),
      ).map(([name]) => textOf(name ?? '')).filter((name) => !name.startsWith('sallyport'))
      return Promise.resolve(found)
    },
    read: (trap) => Promise.resolve(readTable(database, sql, targetName(trap))),
    aside: (trap) => Promise.resolve(readTable(database, sql, `${targetName(trap)}__quarantine`)),
  }
}

const textOf = (hex: string) => Buffer.from(hex, 'hex').toString('utf8')

const lines = (text: string) => text.split('\n').filter((line) => line !== '').map((line) => line.split('\t'))

/** Everything travels as hexadecimal digits, so that nothing in between can read it as something else. */
function readTable(database: string, sql: (statements: string) => string, name: string): Contents | null {
  const described = lines(sql(
    `select hex(column_name), hex(column_type), is_nullable, column_key
     from information_schema.columns where table_schema = '${database}' and table_name = ${literal(name)}
     order by ordinal_position`,
  ))
  if (described.length === 0) return null
  const columns = described.map(([column = '', type = '', nullable]) => ({
    name: textOf(column),
    type: textOf(type),
    nullable: nullable === 'YES',
  }))
  const cells = columns.map(({ name, type }) => cellOf(ticked(name), type))
  const rows = lines(sql(`select ${cells.join(', ')} from ${ticked(name)}`))
  return {
    columns,
    key: columns.filter((_, at) => described[at]?.[3] === 'PRI').map(({ name }) => name),
    rows: rows.map((row) => row.map((hex): Cell => hex === 'NULL' ? null : textOf(hex.slice(1)))),
  }
}

/** The value's text in hexadecimal behind an x: an empty text is no empty field then. */
function cellOf(name: string, type: string): string {
  const text = textOfType(name, type)
  const short = `if(char_length(${text}) > ${longCell}, concat('md5:', md5(${text})), ${text})`
  return `if(${name} is null, 'NULL', concat('x', hex(${short})))`
}

function textOfType(name: string, type: string): string {
  if (/blob|binary|geometry|point/.test(type)) return `concat('\\x', lower(hex(${name})))`
  const [, bits] = /^bit\((\d+)\)/.exec(type) ?? []
  if (bits !== undefined) return `lpad(bin(${name}), ${bits}, '0')`
  // A FLOAT as text has six digits.
  if (type.startsWith('float')) return `cast(cast(${name} as double) as char)`
  return `convert(cast(${name} as char) using utf8mb4)`
}
