/** Whether a pipeline file says what is signed, sealed and listed already: then there is nothing to apply. */
import { fromBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { describeEnvelope } from '../../shared/seal/envelope.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { pipelineRecipients } from '../../shared/trust/recipients.ts'
import type { PipelineFile } from '../pipeline_files/pipeline.ts'
import { native } from '../primitives.ts'
import { bodyFor, verifiedPipeline } from './pipeline_show.ts'
import { signedTriggers } from './pipeline_triggers.ts'
import { entriesOf, type Entry, entryNamed, type Project } from './project.ts'

/**
 * The entry, or null when anything differs: the file, the keys that it should be sealed to, or whose signature counts;
 * and where no reader key here opens what is sealed.
 */
export async function sameAsListed(
  home: string,
  project: Project,
  file: PipelineFile,
): Promise<Entry | null> {
  const entry = entriesOf(project, 'pipeline').find(({ name }) => name === file.name)
  if (entry === undefined) return null
  try {
    const { signed, sealed } = await verifiedPipeline(project, entry)
    const { document } = signed
    const body = bodyFor(home, signed, sealed)
    const id = (name: string) => entryNamed(project, 'connection', name).id
    const connections = { source: id(file.source), destination: id(file.destination) }
    const { pool, triggers, parameters, limits } = document
    const listed = [body, document.connections, pool, triggers, parameters, limits]
    const signs = await signedTriggers(project, file.triggers)
    const written = [file.body, connections, file.pool, signs, file.parameters, file.limits]
    return JSON.stringify(listed) === JSON.stringify(written) && sealedToAll(project, document, sealed)
      ? entry
      : null
  } catch (error) {
    if (error instanceof Fault && error.class === 'refused') return null
    throw error
  }
}

function sealedToAll(
  { trust }: Project,
  document: { pool: string; project: string },
  sealed: string,
): boolean {
  const { kids } = describeEnvelope(fromBase64(sealed))
  const wanted = pipelineRecipients(trust.chain.document, document).map(({ publicKey }) =>
    keyId(native, publicKey)
  )
  return kids.toSorted().join() === wanted.toSorted().join()
}
