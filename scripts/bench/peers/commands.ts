/** How each tool is told to do each job, as its own documentation says. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Command {
  readonly argv: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export type From = 'postgres' | 'mysql' | 'csv' | 'jsonl'

export interface Job {
  readonly name: string
  readonly from: From
  readonly into: 'postgres' | 'parquet'
  /** The table or file that is read, and the table that is written. */
  readonly table: string
  readonly merge?: true
}

/** Where everything is. */
export interface Places {
  readonly folder: string
  /** postgres://user:password@host:port/database */
  readonly postgres: string
  readonly mysql: {
    readonly host: string
    readonly port: number
    readonly user: string
    readonly password: string
  }
  readonly files: Readonly<Record<'csv' | 'jsonl', string>>
}

/** A tool's command for a job, or null where it has none. */
export type Tool = (job: Job, places: Places) => Command | null

const mysqlUrl = ({ mysql: { user, password, host, port } }: Places, scheme = 'mysql') =>
  `${scheme}://${user}:${password}@${host}:${port}/bench`

const postgresql = (places: Places) => places.postgres.replace('postgres:', 'postgresql:')

const fresh = ({ folder }: Places) => mkdtempSync(join(folder, 'job-'))

/** A table of PostgreSQL that the job leaves its rows in, for tools that may name it. */
export const targetOf = ({ from, merge }: Pick<Job, 'from' | 'merge'>, tool: string) =>
  `${tool}_${merge ? 'merged' : from}`

export const sallyport = (binary: string): Tool => (job, places) => {
  const place = fresh(places)
  const { host, port, user, password } = places.mysql
  writeFileSync(
    join(place, 'connections.yaml'),
    `sallyport: 1\nconnections:\n  postgres: { type: postgres, url: "${places.postgres}" }\n` +
      `  mysql: { type: mysql, host: ${host}, port: ${port}, user: ${user}, password: "${password}", database: bench }\n` +
      `  files: { type: files, path: "${places.folder}" }\n`,
  )
  const source = job.from === 'csv' || job.from === 'jsonl' ? 'files' : job.from
  const stream = source === 'files' ? places.files[job.from as 'csv' | 'jsonl'].split('/').at(-1) : job.table
  const to = job.into === 'parquet' ? 'ours.parquet' : targetOf(job, 'sallyport')
  const mode = job.merge ? 'merge, key: [id]' : 'replace'
  const path = join(place, 'pipeline.yaml')
  writeFileSync(
    path,
    `sallyport: 1\nname: bench\nsource: ${source}\ndestination: ${
      job.into === 'parquet' ? 'files' : 'postgres'
    }\n` +
      `streams:\n  - { from: ${stream}, to: ${to}, mode: ${mode} }\n`,
  )
  return {
    argv: [binary, 'run', path, '--json'],
    env: { SALLYPORT_HOME: join(places.folder, 'home') },
  }
}

export const sling = (program: string): Tool => (job, places) => {
  const env: Record<string, string> = {
    PG: `${places.postgres}?sslmode=disable`,
    MY: mysqlUrl(places),
    SLING_HOME_DIR: join(places.folder, 'sling'),
    // Without its own copy of DuckDB's command line, which it would download.
    SLING_DUCKDB_COMPUTE: 'FALSE',
    SLING_DISABLE_TELEMETRY: 'true',
  }
  const from = job.from === 'postgres'
    ? ['--src-conn', 'PG', '--src-stream', `public.${job.table}`]
    : job.from === 'mysql'
    ? ['--src-conn', 'MY', '--src-stream', `bench.${job.table}`]
    : ['--src-stream', `file://${places.files[job.from]}`]
  const into = job.into === 'parquet'
    ? ['--tgt-object', `file://${places.folder}/sling.parquet`]
    : ['--tgt-conn', 'PG', '--tgt-object', `public.${targetOf(job, 'sling')}`]
  const mode = job.merge ? ['--mode', 'incremental', '--primary-key', 'id'] : ['--mode', 'full-refresh']
  const flatten = job.from === 'jsonl' ? ['--src-options', '{ flatten: true }'] : []
  return { argv: [program, 'run', ...from, ...into, ...mode, ...flatten], env }
}

export const ingestr = (program: string): Tool => (job, places) => {
  if (job.into === 'parquet') return null
  const uri = {
    postgres: `${postgresql(places)}?sslmode=disable`,
    mysql: mysqlUrl(places),
    csv: `csv://${places.files.csv}`,
    jsonl: null,
  }[job.from]
  if (uri === null) return null
  const table = job.from === 'postgres'
    ? `public.${job.table}`
    : job.from === 'mysql'
    ? `bench.${job.table}`
    : 'orders'
  const merge = job.merge ? ['--incremental-strategy', 'merge', '--primary-key', 'id'] : []
  return {
    argv: [
      program,
      'ingest',
      '--source-table',
      table,
      '--dest-table',
      `public.${targetOf(job, 'ingestr')}`,
      '--yes',
      '--progress',
      'log',
      ...merge,
    ],
    env: {
      SOURCE_URI: uri,
      DESTINATION_URI: `${postgresql(places)}?sslmode=disable`,
      HOME: join(places.folder, 'ingestr'),
      DISABLE_TELEMETRY: 'true',
      PIPELINES_DIR: join(places.folder, 'ingestr'),
    },
  }
}

export const dlt = (packages: string): Tool => (job, places) => {
  const home = join(places.folder, 'dlt')
  mkdirSync(home, { recursive: true })
  const sql = job.from === 'postgres' || job.from === 'mysql'
  const order = {
    // Every job apart: what one has left behind would be another's schema.
    name: `${job.from}_${job.table}`,
    dataset: `dlt_${job.from}_${job.into}_${job.table}`,
    disposition: job.merge ? 'merge' : 'replace',
    ...(job.merge ? { key: 'id' } : {}),
    ...(sql
      ? {
        kind: 'sql',
        table: job.table,
        schema: job.from === 'postgres' ? 'public' : 'bench',
        // Its fastest.
        backend: 'connectorx',
      }
      : {
        kind: job.from,
        folder: `file://${places.folder}`,
        glob: places.files[job.from as 'csv'].split('/').at(-1),
      }),
    ...(job.into === 'parquet' ? { out: `file://${places.folder}/dlt_files` } : {}),
  }
  return {
    argv: ['python3', join(import.meta.dirname, 'dlt_job.py')],
    env: {
      PYTHONPATH: packages,
      PYTHONWARNINGS: 'ignore',
      DLT_DATA_DIR: home,
      RUNTIME__DLTHUB_TELEMETRY: 'false',
      JOB: JSON.stringify(order),
      SOURCE: job.from === 'mysql' ? mysqlUrl(places, 'mysql+pymysql') : postgresql(places),
      TARGET: postgresql(places),
    },
  }
}

const csvColumns = 'id, customer_id, name, amount, created_at, paid, note, ratio'

export const pgloader = (program: string): Tool => (job, places) => {
  if (job.into === 'parquet' || job.merge || (job.from !== 'mysql' && job.from !== 'csv')) return null
  const path = join(fresh(places), 'job.load')
  writeFileSync(
    path,
    job.from === 'mysql'
      ? `load database from ${mysqlUrl(places)} into ${postgresql(places)}
 with include drop, create tables, no foreign keys including only table names matching '${job.table}';\n`
      : `load csv from '${places.files.csv}' (${csvColumns}) into ${postgresql(places)}
 target table public.${targetOf(job, 'pgloader')} (${csvColumns})
 with skip header = 1, fields optionally enclosed by '"', fields terminated by ',', fields escaped by double-quote;\n`,
  )
  return { argv: [program, path] }
}
