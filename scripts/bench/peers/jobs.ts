/** The jobs that all tools are measured at, and what is aimed for. */
import type { Mariadb } from '../../mariadb.ts'
import { columns } from '../orders.ts'
import { type Command, type Job, type Places, targetOf } from './commands.ts'

export interface Planned extends Job {
  /** By hand, and what ours may take of its time where there is an aim. */
  readonly floor?: { readonly what: string; readonly command: Command; readonly aim?: number }
  /** By tool: so many times faster than it. */
  readonly faster?: Readonly<Record<string, number>>
  readonly prepare?: string
}

/** A line of shell in which PSQL stands for psql at the server. */
type Shell = (line: string) => Command

const byHand = `drop table if exists by_hand; create table by_hand (${columns})`

export function jobsOf(places: Places, psql: string, mariadb: Mariadb | null): Planned[] {
  const shell: Shell = (line) => ({
    argv: ['sh', '-c', line.replaceAll('PSQL', `${psql} -qX '${places.postgres}'`)],
  })
  return [
    ...fromPostgres(shell),
    ...fromFiles(shell, places),
    ...(mariadb === null ? [] : fromMariadb(mariadb)),
  ]
}

function fromPostgres(shell: Shell): Planned[] {
  const binary =
    `PSQL -c 'copy orders to stdout (format binary)' | PSQL -c 'copy by_hand from stdin (format binary)'`
  return [
    {
      name: 'PostgreSQL to PostgreSQL',
      from: 'postgres',
      into: 'postgres',
      table: 'orders',
      prepare: byHand,
      floor: { what: 'psql | psql, binary', command: shell(binary), aim: 1 },
    },
    {
      name: 'PostgreSQL to Parquet',
      from: 'postgres',
      into: 'parquet',
      table: 'orders',
      floor: { what: 'bare COPY out', command: shell(`PSQL -c 'copy orders to stdout' >/dev/null`), aim: 2 },
      faster: { sling: 5, dlt: 5 },
    },
    {
      name: 'merge of 10 % changed rows',
      from: 'postgres',
      into: 'postgres',
      table: 'changed',
      merge: true,
      prepare: mergeTargets,
      floor: { what: 'insert … on conflict by hand', command: shell(`PSQL -c "${mergeByHand}"`) },
    },
  ]
}

function fromFiles(shell: Shell, places: Places): Planned[] {
  const copy = `PSQL -c 'copy by_hand from stdin (format csv, header)' <'${places.files.csv}'`
  const fresh = ['pgloader', 'sallyport'].map((tool) => targetOf({ from: 'csv' }, tool)).map((table) =>
    `drop table if exists ${table}; create table ${table} (${columns})`
  )
  return [
    {
      name: 'CSV to PostgreSQL',
      from: 'csv',
      into: 'postgres',
      table: 'orders',
      prepare: [byHand, ...fresh].join(';'),
      floor: { what: 'psql copy', command: shell(copy), aim: 1.1 },
    },
    { name: 'JSONL to PostgreSQL', from: 'jsonl', into: 'postgres', table: 'orders' },
  ]
}

function fromMariadb({ socket, password }: Mariadb): Planned[] {
  const quick =
    `mariadb --no-defaults --quick -N -B -S "$SOCKET" -u root bench -e 'select * from orders' >/dev/null`
  const command: Command = { argv: ['sh', '-c', quick], env: { SOCKET: socket, MYSQL_PWD: password } }
  return [
    {
      name: 'MariaDB to PostgreSQL',
      from: 'mysql',
      into: 'postgres',
      table: 'orders',
      faster: { pgloader: 3 },
    },
    {
      name: 'MariaDB to Parquet',
      from: 'mysql',
      into: 'parquet',
      table: 'orders',
      floor: { what: 'mariadb --quick', command, aim: 1.5 },
    },
  ]
}

const mergedBy = ['sallyport', 'sling', 'ingestr', 'by_hand']

/** Every tool merges into a table of its own that has all rows, and a key. */
const mergeTargets = mergedBy.map((tool) => {
  const table = targetOf({ from: 'postgres', merge: true }, tool)
  return `drop table if exists ${table}; create table ${table} (${columns}, primary key (id));
    insert into ${table} select * from orders`
}).join(';')

const mergeByHand = `insert into by_hand_merged select * from changed on conflict (id) do update set
  customer_id = excluded.customer_id, name = excluded.name, amount = excluded.amount,
  created_at = excluded.created_at, paid = excluded.paid, note = excluded.note, ratio = excluded.ratio`
