/**
 * A stream by cursor, in slices that last: the agent is killed, the source goes on, and the next runs have to come to
 * what the source has, with every row once.
 */
import { Database } from 'bun:sqlite'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Moments } from './moments.ts'
import type { Place } from './places.ts'
import { counted, type Outcome } from './report.ts'
import { type Load, mend, type Scene, start, wrongWith } from './scene.ts'

export const cursorModes = ['append', 'merge', 'mirror'] as const
type CursorMode = typeof cursorModes[number]

const ROWS = 60_000
/** Keys lie so far apart that the rows of one load are several slices. */
const SPAN = 100

class Growing {
  readonly path: string
  #last = 0

  constructor(path: string) {
    this.path = path
    this.#run('create table log (id integer primary key, v text not null, at integer not null)')
  }

  #run(sql: string): void {
    using database = new Database(this.path, { create: true, readwrite: true })
    database.run('pragma busy_timeout = 10000')
    database.run(sql)
  }

  add(rows: number): void {
    this.#run(`with recursive g(n) as (select ${this.#last + 1} union all select n + 1 from g
      where n < ${this.#last + rows}) insert into log select n * ${SPAN}, 'v' || n, n from g`)
    this.#last += rows
  }

  /** What a table that is merged sees, and one that is appended to does not. */
  change(deletes: boolean): void {
    const end = this.#last
    this.#run(`update log set v = 'new ' || v, at = at + ${end} where id % ${7 * SPAN} = 0`)
    if (deletes) this.#run(`delete from log where id % ${11 * SPAN} = 0`)
    this.#last = 2 * end
  }

  rows(): string[] {
    using database = new Database(this.path, { readonly: true })
    return database.query(`select id || '|' || v || '|1' from log`).values().map(([row]) => String(row))
      .sort()
  }
}

/** A target with the first half, and a load of the second. Throws when the run before fails. */
async function halfway(
  scene: Scene,
  place: Place,
  { name, mode }: { name: string; mode: CursorMode },
): Promise<{ load: Load; source: Growing }> {
  const folder = join(scene.folder, place.name, name)
  mkdirSync(folder, { recursive: true })
  const source = new Growing(join(folder, 'source.db'))
  writeFileSync(
    join(folder, 'connections.yaml'),
    `sallyport: 1\nconnections:\n  source: { type: sqlite, path: "${source.path}" }\n  target: ${place.connection}\n`,
  )
  const path = join(folder, 'log.yaml')
  writeFileSync(
    path,
    `sallyport: 1\nname: kills\nsource: source\ndestination: target\nlimits: { retries: 3 }\nstreams:\n` +
      `  - { from: log, to: ${place.target(name)}, mode: ${mode}, key: [id], cursor: { column: at } }\n`,
  )
  source.add(ROWS / 2)
  const first = await scene.binary.call(['run', path, '--json'])
  if (first.exit !== 0) {
    throw new Error(`the load before failed: ${first.stderr.slice(-1000)} ${first.stdout}`)
  }
  source.add(ROWS / 2)
  return { load: { name, mode, path }, source }
}

export async function killCursor(
  scene: Scene,
  place: Place,
  { mode, times, random }: Moments & { mode: CursorMode },
): Promise<Outcome> {
  const wrong: string[] = []
  const ends: string[] = []
  const calm = await halfway(scene, place, { name: `cursor_${mode}_calm`, mode })
  const began = performance.now()
  await start(scene, calm.load).ended
  const whole = performance.now() - began
  let met = 0
  for (let turn = 0; turn < times; turn++) {
    const { load, source } = await halfway(scene, place, { name: `cursor_${mode}_${turn}`, mode })
    const run = start(scene, load)
    const timer = setTimeout(() => run.child.kill('SIGKILL'), random() * whole)
    const { exit } = await run.ended
    clearTimeout(timer)
    ends.push(exit === null ? 'killed' : exit === 0 ? 'done' : 'failed')
    if (exit === null) met++
    if (mode !== 'append') source.change(mode === 'mirror')
    source.add(ROWS / 10)
    // The first goes on with what was killed, and reads its range; the second has what came after.
    const runs = [await mend(scene, load), await mend(scene, load)]
    const failed = runs.find(({ last }) => last.exit !== 0)
    const found = failed === undefined
      ? await wrongWith(place, load, source.rows())
      : `no run ends well: ${failed.last.stdout.slice(0, 400)}`
    if (found !== null) wrong.push(found)
  }
  return {
    fault: 'agent killed in slices of a cursor',
    where: `sqlite → ${place.name}, ${mode}`,
    times,
    met,
    ends: counted(ends),
    wrong,
  }
}
