/** What must be nowhere at the edge, where that is looked for, and that the looking works. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fromBase64 } from '../../shared/bytes.ts'
import type { World } from '../e2e/world.ts'
import type { Secret } from './needles.ts'
import { keySecret, needlesFor, textSecret } from './needles.ts'
import type { Finding } from './needles.ts'
import { control } from './plant.ts'
import type { Control } from './plant.ts'
import { searchPlace } from './search.ts'
import type { Place, Recording } from './search.ts'
import type { Stage } from './stage.ts'

interface RingFile {
  readonly sealing: readonly { readonly kid: string; readonly private: string }[]
  readonly pool_key: string
  readonly state_key: string
  readonly mask_key: string
}

const json = <T>(path: string) => JSON.parse(readFileSync(path, 'utf8')) as T

/** Passwords, accounts, data, names that are sealed, and every private key of the customer's. */
export function secretsOf(world: World, { accounts, canary, visitors }: Stage): Secret[] {
  const { person, machine } = world
  const ring = json<RingFile>(join(person.home, 'ring.json'))
  const keys = readdirSync(join(person.home, 'keys')).map((name) =>
    [name.replace('.json', ''), json<{ private: string }>(join(person.home, 'keys', name)).private] as const
  )
  const agent = json<{ private: string }>(join(machine.home, 'agent', 'agent.json')).private
  return [
    ...Object.values(accounts).flatMap(({ database, user, password }) => [
      textSecret(`password of ${database}`, password),
      textSecret(`account of ${database}`, user),
    ]),
    textSecret('data canary', canary),
    textSecret('a published row', 'BARKSDALE AIR FORCE BASE ARPT'),
    textSecret('a published column', 'Wildlife Species'),
    textSecret('a table', visitors.table),
    ...ring.sealing.map(({ kid, private: key }) =>
      keySecret(`sealing key ${kid.slice(0, 8)}`, fromBase64(key))
    ),
    keySecret('pool key', fromBase64(ring.pool_key)),
    keySecret('state key', fromBase64(ring.state_key)),
    keySecret('mask key', fromBase64(ring.mask_key)),
    ...keys.map(([name, key]) => keySecret(name, fromBase64(key))),
    keySecret('agent key', fromBase64(agent)),
  ]
}

/** Copies of everything in the edge's folder, taken while it is at rest. The write-ahead log is among them. */
export function edgePlaces(world: World, folder: string): Place[] {
  mkdirSync(folder, { recursive: true })
  const home = join(world.folder, 'edge')
  const names = readdirSync(home).filter((name) => !name.endsWith('-shm')).sort()
  const changed = () => names.map((name) => statSync(join(home, name)).mtimeMs).join()
  if (statSync(`${world.edge.database}-wal`).size === 0) {
    throw new Error('the edge has no write-ahead log to search')
  }
  // Housekeeping may write between two copies; then they do not belong together.
  for (let before = ''; before !== changed();) {
    before = changed()
    for (const name of names) copyFileSync(join(home, name), join(folder, name))
  }
  return names.map((name) => ({
    kind: name.endsWith('.db') ? 'database' : 'file',
    name,
    path: join(folder, name),
  }))
}

export interface Found {
  readonly control: Control
  readonly secrets: number
  readonly needles: number
  readonly bytes: number
  readonly findings: readonly Finding[]
  /** In how many places something turns up that is there in the clear: they are the real ones. */
  readonly clear: number
}

export interface SearchOptions {
  readonly places: readonly (Place | Recording)[]
  readonly secrets: readonly Secret[]
  /** What the edge may know: the name of a pipeline, say. */
  readonly inTheClear: string
  /** Takes the planted copies, for as long as the control lasts. */
  readonly folder: string
}

/** First the control, then the search itself. */
export async function searchAll({ places, secrets, inTheClear, folder }: SearchOptions): Promise<Found> {
  const shown = await control(places, folder)
  rmSync(folder, { recursive: true })
  const needles = needlesFor(secrets)
  const clear = needlesFor([textSecret('in the clear', inTheClear)])
  let inClear = 0
  const findings: Finding[] = []
  let bytes = 0
  for (const place of places) {
    const searched = await searchPlace(needles, place)
    findings.push(...searched.findings)
    bytes += searched.bytes
    if ((await searchPlace(clear, place)).findings.length > 0) inClear++
  }
  return { control: shown, secrets: secrets.length, needles: needles.length, bytes, findings, clear: inClear }
}
