/** Everything that the demo needs before its story begins: data, databases, policy, connections, pipelines. */
import { randomBytes } from 'node:crypto'
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SQL } from 'bun'
import type { PipelineText } from '../e2e/world.ts'
import type { Postgres } from '../postgres.ts'
import { root } from '../suites.ts'

/** Unlike anything else on this machine: found at the edge, it can only have come from where it was put. */
const mark = () => randomBytes(9).toString('hex')

export interface Stage {
  readonly folders: { readonly in: string; readonly out: string }
  readonly accounts: { readonly loader: Account; readonly mart: Account }
  /** Stands in a row of the data. */
  readonly canary: string
  /** The table of the append, named like nothing else. */
  readonly visitors: { readonly table: string; readonly before: number; readonly file: number }
}

export interface Account {
  readonly user: string
  readonly password: string
  readonly database: string
}

const published = ['flights-3m.parquet', 'birdstrikes.csv', 'airports.csv']

export const publishedFile = (name: string) => join(root, 'node_modules', 'vega-datasets', 'data', name)

const visitorsBefore = 1_000
const visitorsInFile = 20_000

/** Rows of people who do not exist; one of them carries the canary. */
function visitorRows(from: number, count: number, canary: string): string[] {
  return Array.from({ length: count }, (_, at) => {
    const id = from + at
    const name = at === 777 ? canary : `visitor ${id.toString(36)}`
    return `${id},${name},${new Date(1_700_000_000_000 + id * 61_000).toISOString().slice(0, 19)}`
  })
}

function layOutData(folder: string, canary: string): Stage['folders'] {
  const folders = { in: join(folder, 'in'), out: join(folder, 'out') }
  for (const path of Object.values(folders)) mkdirSync(path)
  for (const name of published) copyFileSync(publishedFile(name), join(folders.in, name))
  const rows = visitorRows(visitorsBefore + 1, visitorsInFile, canary)
  writeFileSync(join(folders.in, 'visitors.csv'), `id,name,came_at\n${rows.join('\n')}\n`)
  return folders
}

/** Two databases, each with an owner of its own and a password that nobody has seen before. */
export async function setStage(folder: string, postgres: Postgres): Promise<Stage> {
  // PostgreSQL runs as somebody else when we are root; nothing here is read by it.
  chmodSync(folder, 0o700)
  const canary = `canary-${mark()}`
  const folders = layOutData(folder, canary)
  const account = (database: string): Account => ({
    user: `${database}_${mark()}`,
    password: `pw-${mark()}`,
    database,
  })
  const accounts = { loader: account('warehouse'), mart: account('mart') }
  const admin = new SQL({ url: postgres.url(), max: 1 })
  for (const { user, password, database } of Object.values(accounts)) {
    await admin.unsafe(`create role "${user}" login password '${password}'`)
    await admin.unsafe(`create database ${database} owner "${user}"`)
  }
  await admin.close()
  const table = `visitors_${mark()}`
  const loader = new SQL({ url: urlOf(accounts.loader, postgres.port), max: 1 })
  await loader.unsafe(
    `create table ${table} (id integer primary key, name text not null, came_at timestamp not null)`,
  )
  await loader.unsafe(
    `insert into ${table} select n, 'visitor of yesterday ' || n, timestamp '2023-11-13' + n * interval '1 minute'
     from generate_series(1, ${visitorsBefore}) n`,
  )
  await loader.close()
  return { folders, accounts, canary, visitors: { table, before: visitorsBefore, file: visitorsInFile } }
}

export function urlOf({ user, password, database }: Account, port: number): string {
  return `postgres://${user}:${password}@127.0.0.1:${port}/${database}`
}

export interface Ports {
  readonly postgres: number
  /** Where COMMIT's answer can be withheld. */
  readonly withholding: number
}

/** The lines of the signed policy. */
export function policyOf({ folders, accounts: { loader, mart }, visitors }: Stage, ports: Ports): string[] {
  const line = (direction: string, { user, database }: Account, port: number, prefix = '*') =>
    `{ direction: ${direction}, connector: postgres, endpoint: 127.0.0.1, port: ${port}, account: ${user}, ` +
    `database: ${database}, schema: public, prefix: "${prefix}" }`
  return [
    `{ direction: read, connector: files, path: "${folders.in}" }`,
    `{ direction: write, connector: files, path: "${folders.out}" }`,
    line('write', loader, ports.postgres),
    line('read', loader, ports.postgres),
    line('write', loader, ports.withholding, visitors.table),
    line('write', mart, ports.postgres),
    line('read', mart, ports.postgres),
  ]
}

/** What only the agent's own machine can allow. */
export function localPolicyOf({ folders }: Stage, ports: Ports): string {
  return [
    'references: ["${env:MART_PASSWORD}"]',
    `files: ["${folders.in}", "${folders.out}"]`,
    `plain: ["127.0.0.1:${ports.postgres}", "127.0.0.1:${ports.withholding}"]`,
    'addresses: ["127.0.0.1"]',
    '',
  ].join('\n')
}

/** Name → settings. One password is sealed; the other is a reference that only the agent can follow. */
export function connectionsOf(
  { folders, accounts: { loader, mart } }: Stage,
  ports: Ports,
): Record<string, string> {
  return {
    published: `{ type: files, path: "${folders.in}" }`,
    warehouse: `{ type: postgres, url: "${urlOf(loader, ports.postgres)}" }`,
    'warehouse-withheld': `{ type: postgres, url: "${urlOf(loader, ports.withholding)}" }`,
    mart: `{ type: postgres, host: 127.0.0.1, port: ${ports.postgres}, user: ${mart.user}, ` +
      `database: ${mart.database}, password: "\${env:MART_PASSWORD}" }`,
    lake: `{ type: files, path: "${folders.out}" }`,
  }
}

export interface Flow {
  readonly title: string
  readonly text: PipelineText
  /** `from` and `to` of each stream, in order. */
  readonly streams: readonly (readonly [string, string])[]
}

function flow(
  title: string,
  name: string,
  ends: readonly [string, string],
  streams: Flow['streams'],
  mode = 'replace',
): Flow {
  const lines = streams.map(([from, to]) => `{ from: "${from}", to: "${to}", mode: ${mode} }`)
  return { title, streams, text: { name, source: ends[0], destination: ends[1], streams: lines } }
}

const tables = ['flights', 'birdstrikes', 'airports']

/** The four pipelines of the main story, in the order in which each feeds the next. */
export const flows: readonly Flow[] = [
  flow('Parquet → PostgreSQL', 'flights-in', ['published', 'warehouse'], [[
    'flights-3m.parquet',
    'public.flights',
  ]]),
  flow('CSV → PostgreSQL', 'birds-in', ['published', 'warehouse'], [
    ['birdstrikes.csv', 'public.birdstrikes'],
    ['airports.csv', 'public.airports'],
  ]),
  flow(
    'PostgreSQL → PostgreSQL',
    'to-mart',
    ['warehouse', 'mart'],
    tables.map((name) => [`public.${name}`, `public.${name}`]),
  ),
  flow(
    'PostgreSQL → Parquet',
    'to-lake',
    ['mart', 'lake'],
    tables.map((name) => [`public.${name}`, `${name}.parquet`]),
  ),
]

export function appendFlow({ visitors }: Stage): Flow {
  return flow('CSV → PostgreSQL, append', 'visitors-in', ['published', 'warehouse-withheld'], [
    ['visitors.csv', `public.${visitors.table}`],
  ], 'append')
}

/** What came back, beside what was published. */
export const returned: readonly (readonly [string, string])[] = [
  ['flights-3m.parquet', 'flights.parquet'],
  ['birdstrikes.csv', 'birdstrikes.parquet'],
  ['airports.csv', 'airports.parquet'],
]
