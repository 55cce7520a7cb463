/** Shows the edge which sealing keys this agent holds: it opens what is sealed to them for it alone. */
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import type { Ring } from '../../shared/schemas/ring.ts'
import { type Context, schemas } from '../../shared/seal/context.ts'
import { open } from '../../shared/seal/envelope.ts'
import type { AgentEdge } from '../edge_client/agent_edge.ts'
import { native } from '../primitives.ts'
import { openingKeys } from '../trust/ring.ts'

/** What a challenge holds; anything else is no challenge, and is not told to whoever asks. */
const ANSWER_BYTES = 32

export interface Possessing {
  readonly ring: Ring
  readonly agentId: string
  readonly edge: Pick<AgentEdge, 'challenges' | 'prove'>
}

/** Returns the kids that were proved; those that the ring lacks are left out. Throws `edge_…`. */
export async function provePossession(
  { ring, agentId, edge }: Possessing,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const keys = openingKeys(ring)
  const context: Context = {
    tenant: ring.tenant,
    project: null,
    type: 'possession',
    id: agentId,
    version: 1,
    schema: schemas.possession,
  }
  const challenges = await edge.challenges(signal)
  const answers = challenges.flatMap(({ kid, sealed }) => {
    if (!ring.sealing.some((key) => key.kid === kid)) return []
    try {
      const plaintext = open(native, { context, envelope: fromBase64(sealed), keys })
      return plaintext.length === ANSWER_BYTES ? [{ kid, answer: toBase64(plaintext) }] : []
    } catch (error) {
      // Of a key that is retired here, or no challenge at all: either way there is nothing to answer.
      if (error instanceof Fault && error.class === 'refused') return []
      throw error
    }
  })
  if (answers.length > 0) await edge.prove(answers, signal)
  return answers.map(({ kid }) => kid)
}
