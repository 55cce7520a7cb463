/**
 * What is moved, and what has to come of it: a table as it was and as it is, told apart by SQL of the source's own
 * server, not by what a load of ours has made.
 */
import { SQL } from 'bun'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Binary, type Ended, type Started } from '../e2e/binary.ts'
import type { Postgres } from '../postgres.ts'
import type { Mode, Place } from './places.ts'

export const ROWS = 60_000

/** `changed`: a tenth of the rows is another, a tenth is gone, a tenth is new; `added`: new ones alone. */
export async function fillSource(server: Postgres): Promise<void> {
  await using sql = new SQL({ url: server.url(), max: 1 })
  await sql.unsafe(`
    create table before_run (id bigint primary key, v text not null);
    insert into before_run select g, md5(g::text) from generate_series(1, ${ROWS}) g;
    create table changed (id bigint primary key, v text not null);
    insert into changed select id, case when id % 10 = 1 then 'new ' || v else v end from before_run where id % 10 <> 2;
    insert into changed select g, md5(g::text) from generate_series(${ROWS + 1}, ${ROWS + ROWS / 10}) g;
    create table added (id bigint primary key, v text not null);
    insert into added select g, md5(g::text) from generate_series(${ROWS + 1}, ${2 * ROWS}) g;
    analyze`).simple()
}

const sourceOf = (mode: Mode) => mode === 'append' ? 'added' : 'changed'

const expectedSql: Readonly<Record<Mode, string>> = {
  replace: 'select id, v, 1 from changed',
  append: 'select id, v, 1 from before_run union all select id, v, 1 from added',
  merge:
    'select id, v, 1 from changed union all select id, v, 1 from before_run b where not exists (select from changed c where c.id = b.id)',
  mirror: 'select id, v, 1 from changed',
  history: `select id, v, 1 from changed union all
    select id, v, 0 from before_run b where not exists (select from changed c where c.id = b.id and c.v = b.v)`,
}

export async function expectedRows(server: Postgres, mode: Mode): Promise<string[]> {
  await using sql = new SQL({ url: server.url(), max: 1 })
  const rows = await sql.unsafe(
    `select concat_ws('|', id, v, o) as line from (${expectedSql[mode]}) e(id, v, o)`,
  )
  return [...rows].map(({ line }: { line: string }) => line).sort()
}

export interface Scene {
  readonly folder: string
  readonly binary: Binary
  readonly source: Postgres
  /** Where the source is reached; its own port, or that of something between. */
  readonly sourcePort?: number
}

/** The pipeline file of a load; `table`: what it reads. */
export function writePipeline(
  scene: Scene,
  place: Place,
  { name, mode, table }: { name: string; mode: Mode; table: string },
): string {
  const folder = join(scene.folder, place.name, name)
  mkdirSync(folder, { recursive: true })
  const port = scene.sourcePort ?? scene.source.port
  const url = scene.source.url().replace(`:${scene.source.port}/`, `:${port}/`)
  writeFileSync(
    join(folder, 'connections.yaml'),
    `sallyport: 1\nconnections:\n  source: { type: postgres, url: "${url}" }\n  target: ${place.connection}\n`,
  )
  const path = join(folder, `${table}.yaml`)
  writeFileSync(
    path,
    `sallyport: 1\nname: kills\nsource: source\ndestination: target\nlimits: { retries: 3 }\nstreams:\n` +
      `  - { from: ${table}, to: ${place.target(name)}, mode: ${mode}, key: [id] }\n`,
  )
  return path
}

export interface Load {
  readonly name: string
  readonly mode: Mode
  /** The file of the load that is disturbed. */
  readonly path: string
}

/** A target with the rows of the run before, and the load that comes next. Throws when that run fails. */
export async function prepared(
  scene: Scene,
  place: Place,
  { name, mode }: { name: string; mode: Mode },
): Promise<Load> {
  const before = writePipeline(scene, place, { name, mode, table: 'before_run' })
  const first = await scene.binary.call(['run', before, '--json'])
  if (first.exit !== 0) {
    throw new Error(`the load before failed: ${first.stderr.slice(-1000)} ${first.stdout}`)
  }
  return { name, mode, path: writePipeline(scene, place, { name, mode, table: sourceOf(mode) }) }
}

export function start(scene: Scene, { path }: Load, env: Readonly<Record<string, string>> = {}): Started {
  return scene.binary.start(['run', path, '--json'], { env })
}

export interface Mended {
  /** Runs after the disturbed one, until one ended well. */
  readonly runs: number
  readonly last: Ended
}

/** Runs the file until it ends well, as a person or a schedule would. */
export async function mend(scene: Scene, { path }: Load, most = 4): Promise<Mended> {
  for (let runs = 1;; runs++) {
    const last = await scene.binary.call(['run', path, '--json'])
    if (last.exit === 0 || runs === most) return { runs, last }
  }
}

/** Null when the target holds just what it should, and nothing is left beside it; what is wrong otherwise. */
export async function wrongWith(
  place: Place,
  { name }: Pick<Load, 'name'>,
  expected: readonly string[],
): Promise<string | null> {
  const rows = await place.rows(name)
  if (rows.length !== expected.length) return `${rows.length} rows instead of ${expected.length}`
  const differs = rows.findIndex((row, at) => row !== expected[at])
  if (differs >= 0) return `row ${rows[differs]} instead of ${expected[differs]}`
  const left = await place.leftovers()
  return left.length > 0 ? `left behind: ${left.slice(0, 3).join(', ')}` : null
}
