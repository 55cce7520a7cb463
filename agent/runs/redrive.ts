/**
 * A signed redrive: leave to attempt a run again that has used up its attempts, or has ended short of its end. It is
 * the same run, under its own id and its own trigger: what it has committed before is in the ledger of its destination,
 * and is not loaded twice.
 */
import { Fault } from '../../shared/faults.ts'
import { runId } from '../../shared/ids.ts'
import type { PipelineAnchor } from '../../shared/schemas/anchor.ts'
import { verifyAuthored } from '../../shared/trust/authority.ts'
import { native } from '../primitives.ts'
import { type Asked, skewMs } from './trigger.ts'

export interface Redrive {
  /** Of the request, as if it were a trigger: by it the anchor knows that it has been used. */
  readonly id: string
  /** When it was signed, in ms. */
  readonly began: number
  readonly until: number
}

/**
 * What the job's redrive allows, or null where it has none. It lets `job.run.id` be attempted again and nothing else.
 * Throws `signature_invalid`, `signer_not_allowed`, `denied`, `request_mismatch`, `request_expired`,
 * `index_rolled_back`. One that the anchor knows may since have expired.
 */
export function checkRedrive(asked: Asked, { runs }: Pick<PipelineAnchor, 'runs'>): Redrive | null {
  const { job: { run }, footing, index, pipeline, now } = asked
  if (run.redrive === undefined) return null
  const { document } = verifyAuthored(native, {
    trust: footing.chain.document,
    deny: footing.floor?.deny ?? [],
    type: 'request',
    project: pipeline.document.project,
    dsse: run.redrive,
  })
  const { redrive, pipeline: wanted, pool, issued, expires, nonce } = document
  if (redrive !== run.id) throw mismatch('lets another run be attempted again')
  if (wanted.id !== pipeline.document.id) throw mismatch('is for another pipeline')
  if (wanted.hash !== pipeline.hash) throw mismatch('is for another version of the pipeline')
  if (pool !== footing.ring.pool) throw mismatch('is for another pool')
  if (document.index > index.document.number) {
    throw new Fault(
      'index_rolled_back',
      `The redrive was signed by index ${document.index}; the edge shows an older one.`,
    )
  }
  const { tenant } = footing.pin
  const id = runId(native, { tenant, pipeline: wanted.id, trigger: { kind: 'request', issued, nonce } })
  const until = Date.parse(expires)
  const began = Date.parse(issued)
  const known = runs.some((one) => one.id === run.id && one.redrives?.includes(id))
  if (now >= until && !known) throw new Fault('request_expired', 'The signed redrive has expired.')
  if (now < began - skewMs) {
    throw new Fault('request_expired', 'The redrive was issued in the future: is the clock right?')
  }
  return { id, began, until }
}

function mismatch(why: string): Fault {
  return new Fault('request_mismatch', `The redrive ${why}.`)
}
