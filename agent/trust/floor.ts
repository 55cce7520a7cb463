/** The floor: the least that is accepted. Publishers write it before the edge, agents read it. */
import { Fault } from '../../shared/faults.ts'
import { Floor } from '../../shared/schemas/floor.ts'
import { parseFile } from '../home.ts'
import { type Store, storeAt, update } from './store.ts'

/** Null for `none`: then a revocation can be withheld until the trust document expires. */
export function floorAt(setting: string): Store | null {
  return setting === 'none' ? null : storeAt(setting, 'floor')
}

/** Null where none is configured. Throws `floor_missing`, `file_…`, or `ring_mismatch` for another tenant's. */
export async function readFloor(store: Store | null, tenant: string): Promise<Floor | null> {
  if (store === null) return null
  const seen = await store.read()
  if (seen === null) throw new Fault('floor_missing', `There is no floor at ${store.place}.`)
  return parseFloor(seen.text, { place: store.place, tenant })
}

function parseFloor(text: string, { place, tenant }: { place: string; tenant: string }): Floor {
  const floor = parseFile(Floor, text, place)
  if (floor.tenant !== tenant) throw new Fault('ring_mismatch', `The floor at ${place} is of another tenant.`)
  return floor
}

/** Raises the floor by `change`. It never falls: a lower version or number than the stored one is kept. */
export async function raiseFloor(
  store: Store,
  first: Floor,
  change: (floor: Floor) => Floor,
): Promise<Floor> {
  return await update(store, (text) => {
    const now = text === null ? first : parseFloor(text, { place: store.place, tenant: first.tenant })
    const next = noLower(now, change(now))
    return { text: JSON.stringify(next, null, 2) + '\n', result: next }
  })
}

function noLower(now: Floor, next: Floor): Floor {
  const index = { ...next.index }
  for (const [project, was] of Object.entries(now.index)) {
    if ((index[project]?.number ?? 0) < was.number) index[project] = was
  }
  return { ...next, trust: next.trust.version < now.trust.version ? now.trust : next.trust, index }
}
