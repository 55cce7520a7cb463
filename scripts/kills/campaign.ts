/** All disturbances, one after the other: each has the machine for itself. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { currentBinary } from '../build_agent.ts'
import { binaryAt, placeBinary } from '../e2e/binary.ts'
import { startMariadb, withoutMariadb } from '../mariadb.ts'
import { startPostgres } from '../postgres.ts'
import { cursorModes, killCursor } from './cursor.ts'
import { killAgent, randomOf } from './moments.ts'
import { filesPlace, libsqlPlace, mariadbPlace, type Place, postgresPlace, sqlitePlace } from './places.ts'
import type { Outcome } from './report.ts'
import { fillSource, type Scene } from './scene.ts'
import { blackHole, fullDisk, restartServer, terminateBackends, twoAgents, wiredTo } from './servers.ts'

export interface Campaign {
  /** How many random moments for every mode and destination. */
  readonly moments: number
  readonly seed: number
  /** Only disturbances whose name holds this word: `postgres`, `disk`, `backend`, … */
  readonly only: string
  readonly onOutcome: (outcome: Outcome) => void
  readonly onSkipped: (what: string, why: string) => void
}

type Work = () => Promise<Outcome | readonly Outcome[]>

export async function disturb({ moments, seed, only, onOutcome, onSkipped }: Campaign): Promise<Outcome[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-kills-'))
  await currentBinary()
  await using source = await startPostgres()
  const mariadb = withoutMariadb ? null : await startMariadb()
  if (withoutMariadb) onSkipped('mysql', withoutMariadb)
  const outcomes: Outcome[] = []
  try {
    await fillSource(source)
    const home = join(folder, 'home')
    mkdirSync(home)
    const scene: Scene = { folder, source, binary: binaryAt(placeBinary(join(folder, 'bin')), home) }
    const random = randomOf(seed)
    const places: Place[] = [
      await postgresPlace(source),
      ...(mariadb === null ? [] : [mariadbPlace(mariadb)]),
      sqlitePlace(folder),
      await libsqlPlace(folder),
      filesPlace(join(folder, 'files')),
    ]
    for (const [name, work] of disturbances(scene, places, { moments, random })) {
      if (!name.includes(only)) continue
      try {
        for (const one of [await work()].flat()) {
          outcomes.push(one)
          onOutcome(one)
        }
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        if (/cannot be mounted/.test(message)) {
          onSkipped(name, message)
          continue
        }
        const failed = { fault: name, where: '', times: 0, met: 0, ends: {}, wrong: [message] }
        outcomes.push(failed)
        onOutcome(failed)
      }
    }
    for (const place of places) await place[Symbol.asyncDispose]()
  } finally {
    await mariadb?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }
  return outcomes
}

function disturbances(
  scene: Scene,
  places: readonly Place[],
  { moments, random }: { moments: number; random: () => number },
): [name: string, work: Work][] {
  const [postgres] = places as [Place, ...Place[]]
  const few = Math.max(1, Math.ceil(moments / 4))
  const apart = async (
    work: (wired: Awaited<ReturnType<typeof wiredTo>>) => Promise<Outcome | Outcome[]>,
  ) => {
    await using target = await startPostgres()
    await using wired = await wiredTo(scene, target)
    return await work(wired)
  }
  return [
    ...places.flatMap((place) =>
      place.modes.map((mode): [string, Work] => [
        `agent killed ${place.name} ${mode}`,
        () => killAgent(scene, place, { mode, times: moments, random }),
      ])
    ),
    ...places.flatMap((place) =>
      cursorModes.filter((mode) => place.modes.includes(mode)).map((mode): [string, Work] => [
        `cursor ${place.name} ${mode}`,
        () => killCursor(scene, place, { mode, times: few, random }),
      ])
    ),
    ...postgres.modes.flatMap((mode) =>
      (['source', 'destination'] as const).map((side): [string, Work] => [
        `backend terminated ${side} ${mode}`,
        () => terminateBackends(scene, postgres, { side, mode, times: few, random }),
      ])
    ),
    ['server restarted before', () => apart((wired) => restartServer(wired, 'before COMMIT'))],
    ['server restarted after', () => apart((wired) => restartServer(wired, 'after COMMIT'))],
    ['black hole', () => apart((wired) => blackHole(wired, { times: few, random }))],
    ...places.map((
      place,
    ): [string, Work] => [`two agents ${place.name}`, () => twoAgents(scene, place, few)]),
    ['disk full', async () => {
      await using target = await startPostgres()
      return await fullDisk(scene, target)
    }],
  ]
}
