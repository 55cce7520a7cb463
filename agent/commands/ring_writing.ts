/** The ring as security staff change it: compared with what was seen, and its sealed copy written along. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../../shared/faults.ts'
import { Ring } from '../../shared/schemas/ring.ts'
import type { Recovery } from '../../shared/schemas/trust_document.ts'
import { readPrivate, writeAtomic } from '../files.ts'
import { parseFile } from '../home.ts'
import type { Keystore } from '../keystore/keystore.ts'
import { copyPath, writeCopy } from '../keystore/recovery_copy.ts'

export interface RingPlace {
  readonly home: string
  readonly keystore: Keystore
  /** The file of the sealed copy, where it is not beside the home's other things. */
  readonly recoveryOut: string | undefined
}

export async function readRing({ keystore }: RingPlace): Promise<{ ring: Ring; text: string }> {
  const text = await keystore.read()
  return { text, ring: parseFile(Ring, text, keystore.place) }
}

/** Where a ring waits to be put into a keystore that only its platform writes. */
function waitingPath({ home }: RingPlace, pool: string): string {
  return join(home, `ring-${pool}.next.json`)
}

export interface Written {
  readonly ring: Ring
  /** The file to be put into the keystore by hand; null when it is there already. */
  readonly waiting: string | null
}

/**
 * Changes the ring. Where the keystore is only read, the next ring goes to a private file, and that one is changed
 * further until it has been put in place. Throws `keystore_moved` when somebody else keeps being faster.
 */
export async function changeRing(
  place: RingPlace,
  change: (ring: Ring) => Ring,
  recovery: Recovery | null,
): Promise<Written> {
  const { keystore } = place
  for (let attempt = 0; attempt < 5; attempt++) {
    const seen = await readRing(place)
    const ring = change(keystore.swap === null ? waitingAfter(place, seen.ring) : seen.ring)
    const text = JSON.stringify(ring, null, 2) + '\n'
    if (JSON.stringify(ring) === JSON.stringify(seen.ring)) {
      keepCopy(place, ring, recovery)
      return { ring, waiting: null }
    }
    if (keystore.swap === null) {
      const path = waitingPath(place, ring.pool)
      writeAtomic(path, text)
      keepCopy(place, ring, recovery)
      return { ring, waiting: path }
    }
    // The copy first: a ring whose copy is missing is worse than a copy whose ring never came to be.
    keepCopy(place, ring, recovery)
    if (await keystore.swap(seen.text, text)) return { ring, waiting: null }
  }
  throw new Fault('keystore_moved', `${keystore.place} changes faster than it can be replaced.`)
}

function keepCopy(place: RingPlace, ring: Ring, recovery: Recovery | null): void {
  if (recovery === null) return
  writeCopy(place.recoveryOut ?? copyPath(place.home, ring.pool), ring, { recovery, now: Date.now() })
}

/** What was written before and is not in its place yet goes on being changed, unless the keystore has moved past it. */
function waitingAfter(place: RingPlace, ring: Ring): Ring {
  const path = waitingPath(place, ring.pool)
  if (!existsSync(path)) return ring
  const waiting = parseFile(Ring, readPrivate(path, 'next ring'), path)
  const kids = new Set(waiting.sealing.map(({ kid }) => kid))
  return ring.sealing.every(({ kid }) => kids.has(kid)) ? waiting : ring
}

/**
 * The ring whose keys wait to be put into the keystore, or null. Its file goes once it is there as a whole.
 */
export function waitingRing(
  place: RingPlace,
  ring: Ring,
): { readonly ring: Ring; readonly path: string } | null {
  const path = waitingPath(place, ring.pool)
  if (!existsSync(path)) return null
  const waiting = parseFile(Ring, readPrivate(path, 'next ring'), path)
  const held = new Set(ring.sealing.map(({ kid }) => kid))
  if (waiting.sealing.some(({ kid }) => !held.has(kid))) return { ring: waiting, path }
  if (JSON.stringify(waiting) === JSON.stringify(ring)) rmSync(path)
  return null
}
