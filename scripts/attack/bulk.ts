/** Parts of a job that are larger than any writer makes them, under a genuine job's other parts. */
import { toBase64, utf8 } from '../../shared/bytes.ts'
import type { Json } from '../e2e/tampering_proxy.ts'
import type { Attack } from './attack.ts'
import { alterJobs } from './forge.ts'
import { peakMb, refusalOf, rowsGained, unsigned } from './watch.ts'

/** Suite 2: kid, encapsulated key, data key with its tag. */
const WRAP_BYTES = 16 + 1120 + 48
/** Less than a reply may have, and many times what a count may say. */
const WRAPS = 30_000

/** An envelope that says to be sealed to so many, by ascending key ids as it has to be, and to nobody in truth. */
function hugeEnvelope(wraps: number): string {
  const bytes = new Uint8Array(12 + wraps * WRAP_BYTES + 4096)
  const view = new DataView(bytes.buffer)
  bytes.set(utf8('SALLYENV'))
  view.setUint16(8, 2)
  view.setUint16(10, wraps)
  for (let at = 0; at < wraps; at++) view.setUint32(12 + at * WRAP_BYTES, at)
  return toBase64(bytes)
}

/** A job of the largest size is held several times while it is parsed and judged: far below this. */
const MOST_MB = 1000

function memoryGained(pid: number): string | null {
  const peak = Math.round(peakMb(pid))
  return peak > MOST_MB ? `${peak} MB of the agent's memory` : null
}

const huge: Attack = {
  name: 'envelope of too many recipients',
  tried:
    `a sealed pipeline of 34 MB that says to have ${WRAPS} recipients, for the agent to look itself up in`,
  codes: ['envelope_invalid'],
  without: [{
    check: 'an envelope has as many recipients as a trust document can name',
    file: 'shared/seal/envelope_bytes.ts',
    find: 'if (count < 1 || count > MAX_RECIPIENTS) refuse',
    put: 'if (count < 1) refuse',
  }],
  async attempt(scene) {
    const sealed = hugeEnvelope(WRAPS)
    const { pid } = await scene.agent()
    alterJobs(scene, ({ pipeline }) => (pipeline.sealed = sealed))
    const refusal = await refusalOf(scene, 'tick', unsigned(scene, 'tick'))
    // Nothing but looking itself up in all of them tells an agent that it is in none.
    const read = refusal.code === 'kid_missing' ? `${WRAPS} wraps read, one by one` : null
    return { ...refusal, gained: read ?? memoryGained(pid) }
  },
}

const SIGNATURES = 100_000

const crowd: Attack = {
  name: 'document of too many signatures',
  tried: `the genuine pipeline with ${SIGNATURES} signatures by strangers beside the signer's own`,
  codes: ['document_invalid'],
  without: [{
    check: 'a document has so many signatures and no more',
    file: 'shared/schemas/dsse.ts',
    find: '})).min(1).max(64),',
    put: '})).min(1),',
  }],
  async attempt(scene) {
    const { pid } = await scene.agent()
    const sig = toBase64(new Uint8Array(64))
    const strangers = Array.from({ length: SIGNATURES }, (_, at) => ({
      keyid: at.toString(16).padStart(32, '0'),
      sig,
    }))
    alterJobs(scene, ({ pipeline: { document } }: Json) => document.signatures.push(...strangers))
    const refusal = await refusalOf(scene, 'tick', unsigned(scene, 'tick'))
    const carriedOut = `a run by a document of ${SIGNATURES} signatures`
    const gained = await rowsGained(scene.sql, 'public.tick', carriedOut)
    return { ...refusal, gained: gained ?? memoryGained(pid) }
  },
}

export const bulk: readonly Attack[] = [huge, crowd]
