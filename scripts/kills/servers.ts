/** Faults of servers and networks in the middle of a load from PostgreSQL into PostgreSQL. */
import { SQL } from 'bun'
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Ended } from '../e2e/binary.ts'
import { type Postgres, unprivileged } from '../postgres.ts'
import type { Moments } from './moments.ts'
import { filesPlace, type Mode, modes, type Place, postgresPlace } from './places.ts'
import { counted, type Outcome } from './report.ts'
import {
  expectedRows,
  type Load,
  mend,
  prepared,
  type Scene,
  start,
  writePipeline,
  wrongWith,
} from './scene.ts'
import { type Moment, startWire, type Wire } from './wire.ts'

/** The code that a run ended with; `done` for a good end. */
export function codeOf({ exit, value, code }: Ended): string {
  if (exit === 0) return 'done'
  return value?.streams?.find((stream: { code: string | null }) => stream.code !== null)?.code ?? code ??
    `exit ${exit}`
}

/** The state after a disturbed run, mended where it did not end well by itself. */
async function judged(scene: Scene, place: Place, { load, ended, expected }: {
  readonly load: Load
  readonly ended: Ended
  readonly expected: readonly string[]
}): Promise<string | null> {
  const { last } = ended.exit === 0 ? { last: ended } : await mend(scene, load)
  if (last.exit !== 0) return `no run ends well: ${last.stdout.slice(0, 300)} ${last.stderr.slice(-300)}`
  return await wrongWith(place, load, expected)
}

export type Side = 'source' | 'destination'

/** Ends the backend that copies, at a random moment of the load. */
export async function terminateBackends(
  scene: Scene,
  place: Place,
  { side, mode, times, random }: Moments & { side: Side; mode: Mode },
): Promise<Outcome> {
  await using sql = new SQL({ url: scene.source.url(), max: 1 })
  const expected = await expectedRows(scene.source, mode)
  const copying = side === 'source' ? 'copy % to stdout%' : 'copy % from stdin%'
  const ends: string[] = []
  const wrong: string[] = []
  let met = 0
  for (let turn = 0; turn < times; turn++) {
    const load = await prepared(scene, place, { name: `${mode}_${side}_${turn}`, mode })
    const run = start(scene, load)
    let over = false
    run.ended.then(() => (over = true))
    const patience = Math.floor(random() * 40)
    for (let seen = 0; !over;) {
      const found = await sql.unsafe(
        `select pid from pg_stat_activity where application_name like 'sallyport %' and query ilike '${copying}' and state = 'active'`,
      )
      if (found.length === 0 || seen++ < patience) continue
      await sql.unsafe(`select pg_terminate_backend(${Number(found[0].pid)})`)
      met++
      break
    }
    const ended = await run.ended
    ends.push(codeOf(ended))
    const found = await judged(scene, place, { load, ended, expected })
    if (found !== null) wrong.push(found)
  }
  return {
    fault: `backend of the ${side} terminated`,
    where: `postgres → postgres, ${mode}`,
    times,
    met,
    ends: counted(ends),
    wrong,
  }
}

/** A scene whose destination is reached through a wire. */
interface Wired {
  readonly scene: Scene
  readonly target: Postgres
  readonly wire: Wire
  readonly place: Place
}

export async function wiredTo(scene: Scene, target: Postgres): Promise<Wired & AsyncDisposable> {
  const wire = await startWire(() => target.port)
  const place = await postgresPlace(target, wire.port)
  return {
    scene,
    target,
    wire,
    place,
    async [Symbol.asyncDispose]() {
      await place[Symbol.asyncDispose]()
      await wire[Symbol.asyncDispose]()
    },
  }
}

/** The destination's server crashes and comes back at just that moment of the load. */
export async function restartServer({ scene, target, wire }: Wired, moment: Moment): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const mode of modes) {
    const expected = await expectedRows(scene.source, mode)
    const name = `${mode}_${moment.startsWith('before') ? 'restart' : 'restarted'}`
    // Each load's own witness: the server's crash ends connections.
    const load = await (async () => {
      await using place = await postgresPlace(target, wire.port)
      return await prepared(scene, place, { name, mode })
    })()
    const strike = wire.at(moment, async () => {
      await target.stop('immediate')
      await target.start()
    })
    const run = start(scene, load)
    const ended = await run.ended
    // The run may have ended while the server was still away.
    if (strike.met) await strike.done
    await using place = await postgresPlace(target, wire.port)
    const found = await judged(scene, place, { load, ended, expected })
    outcomes.push({
      fault: `server restarted ${moment}`,
      where: `postgres → postgres, ${mode}`,
      times: 1,
      met: Number(strike.met),
      ends: counted([codeOf(ended)]),
      wrong: found === null ? [] : [found],
    })
  }
  return outcomes
}

/** From a moment on nothing passes between agent and destination; later the network is whole again. */
export async function blackHole({ scene, wire, place }: Wired, { times, random }: Moments): Promise<Outcome> {
  const mode = 'merge'
  const expected = await expectedRows(scene.source, mode)
  const ends: string[] = []
  const wrong: string[] = []
  let met = 0
  for (let turn = 0; turn < times; turn++) {
    const load = await prepared(scene, place, { name: `${mode}_hole_${turn}`, mode })
    const swallowed = wire.swallow(Math.floor(random() * 2_000_000))
    const run = start(scene, load, { SALLYPORT_STALL_MS: '200' })
    const reached = await Promise.race([swallowed.then(() => true), run.ended.then(() => false)])
    if (reached) {
      met++
      // The agent gives up by itself: a stall is told apart from a slow server, and ends in a code.
      await run.says(/stalled|connection_lost|connection_refused/).catch(() => undefined)
    }
    wire.open()
    const ended = await run.ended
    ends.push(codeOf(ended))
    const found = await judged(scene, place, { load, ended, expected })
    if (found !== null) wrong.push(found)
  }
  return {
    fault: 'black hole before the destination',
    where: `postgres → postgres, ${mode}`,
    times,
    met,
    ends: counted(ends),
    wrong,
  }
}

/** Two runs of their own load one target at the same time. */
export async function twoAgents(scene: Scene, place: Place, times: number): Promise<Outcome> {
  const expected = await expectedRows(scene.source, 'append')
  const added = expected.filter((row) => Number(row.split('|')[0]) > expected.length / 2)
  const wanted = [...expected, ...added].sort()
  const ends: string[] = []
  const wrong: string[] = []
  for (let turn = 0; turn < times; turn++) {
    const name = `append_two_${turn}`
    const load = await prepared(scene, place, { name, mode: 'append' })
    const other = {
      ...load,
      path: writePipeline(scene, { ...place, name: `${place.name}_other` }, {
        name,
        mode: 'append',
        table: 'added',
      }),
    }
    const ended = await Promise.all([start(scene, load).ended, start(scene, other).ended])
    ends.push(...ended.map(codeOf))
    for (const [at, one] of [load, other].entries()) if (ended[at]?.exit !== 0) await mend(scene, one)
    const found = await wrongWith(place, load, wanted)
    if (found !== null) wrong.push(found)
  }
  return {
    fault: 'two agents on one target',
    where: `postgres → ${place.name}, append`,
    times,
    met: times,
    ends: counted(ends),
    wrong,
  }
}

/** A file system of so many megabytes, as root on Linux; throws elsewhere. */
export function mountSmall(
  folder: string,
  megabytes: number,
): Disposable & { grow(megabytes: number): void } {
  mkdirSync(folder, { recursive: true })
  const mount = (...options: readonly string[]) => {
    const { status, stderr } = spawnSync('mount', [...options, folder], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`a small file system cannot be mounted: ${stderr.trim()}`)
  }
  mount('-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs')
  chmodSync(folder, 0o777)
  return {
    grow: (size) => mount('-o', `remount,size=${size}m`),
    [Symbol.dispose]: () => void spawnSync('umount', ['-l', folder]),
  }
}

/** The disk under the target fills up in the middle; after somebody has made room, the load is done. */
export async function fullDisk(scene: Scene, target: Postgres): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const mode of ['replace', 'append'] as const) {
    const folder = join(scene.folder, `small_${mode}`)
    using small = mountSmall(folder, 4)
    await using place = filesPlace(folder)
    outcomes.push(await filled({ scene, place, mode, small }))
  }
  await using sql = new SQL({ url: target.url(), max: 1 })
  for (const mode of modes) {
    const space = join(target.folder, `small_${mode}`)
    // The rows of before fit, and not much more.
    using small = mountSmall(space, 9)
    const owner = unprivileged()
    if (owner) chownSync(space, owner.uid, owner.gid)
    await sql.unsafe(`create tablespace small_${mode} location '${space}'`)
    await sql.unsafe(`alter role postgres set default_tablespace = 'small_${mode}'`)
    {
      await using place = await postgresPlace(target)
      outcomes.push(await filled({ scene, place, mode, small }))
    }
    await sql.unsafe('alter role postgres reset default_tablespace')
    await sql.unsafe('drop schema kills cascade; drop schema sallyport cascade').simple()
    await sql.unsafe(`drop tablespace small_${mode}`)
  }
  return outcomes
}

interface Filling {
  readonly scene: Scene
  readonly place: Place
  readonly mode: Mode
  readonly small: { grow(megabytes: number): void }
}

async function filled({ scene, place, mode, small }: Filling): Promise<Outcome> {
  const name = `${mode}_full`
  const load = await prepared(scene, place, { name, mode })
  const before = await place.rows(name)
  const ended = await start(scene, load).ended
  const kept = ended.exit === 0 ? null : await wrongWith(place, load, before)
  small.grow(200)
  const found = await judged(scene, place, { load, ended, expected: await expectedRows(scene.source, mode) })
  return {
    fault: 'disk of the target full',
    where: `postgres → ${place.name}, ${mode}`,
    times: 1,
    met: ended.exit === 0 ? 0 : 1,
    ends: counted([codeOf(ended)]),
    wrong: [...(kept === null ? [] : [`before the retry: ${kept}`]), ...(found === null ? [] : [found])],
  }
}
