/**
 * A run's log for people: sealed here to the readers of its project and signed by the pool, so that the edge that
 * passes it on can neither read nor forge it. FORMAT.md, "Run log".
 */
import { fromBase64, toBase64, utf8 } from '../../shared/bytes.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { Policy } from '../../shared/schemas/policy.ts'
import { MAX_LOG_BYTES } from '../../shared/schemas/run_log.ts'
import { type Context, schemas } from '../../shared/seal/context.ts'
import { seal } from '../../shared/seal/envelope.ts'
import { commit } from '../../shared/seal/record.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import { connectionRecipients, logRecipients } from '../../shared/trust/recipients.ts'
import type { Held } from '../edge_client/agent_edge.ts'
import { native } from '../primitives.ts'
import type { Footing } from '../trust/footing.ts'

/** Where the log belongs, as it was verified. */
export interface LogPlace {
  readonly footing: Pick<Footing, 'ring' | 'chain'>
  readonly project: string
  readonly pipeline: string
  readonly agent: string
  readonly held: Held
}

export interface SealedLog {
  readonly document: Dsse
  /** Base64. */
  readonly sealed: string
}

/** Whether the policy lets logs go, and somebody may read them. */
export function mayRelay(policy: Pick<Policy, 'relay'>, { footing, project }: LogPlace): boolean {
  const { pool } = footing.ring
  const { document } = footing.chain
  const agents = connectionRecipients(document, { pools: [pool] })
  return policy.relay?.logs === true && logRecipients(document, { pool, project }).length > agents.length
}

/** The newest lines that fit; the first line says how many came before them. `text`: one line of JSON each. */
export function sealLog(text: string, place: LogPlace): SealedLog {
  const lines = text.split('\n').filter((line) => line !== '')
  for (let most = MAX_LOG_BYTES;; most = Math.floor(most * 0.8)) {
    const made = sealLines(newest(lines, most), place)
    if (made.sealed.length <= Math.floor(MAX_LOG_BYTES / 3) * 4 || most < 4096) return made
  }
}

function newest(lines: readonly string[], mostBytes: number): string[] {
  let bytes = 0
  let from = lines.length
  while (from > 0) {
    bytes += utf8(JSON.stringify(lines[from - 1])).length + 1
    if (bytes > mostBytes) break
    from--
  }
  const cut = { level: 'info', message: 'the beginning of this log stayed with its agent', lines: from }
  return from === 0 ? [...lines] : [JSON.stringify(cut), ...lines.slice(from)]
}

function sealLines(
  lines: readonly string[],
  { footing, project, pipeline, agent, held }: LogPlace,
): SealedLog {
  const { ring, chain } = footing
  const { tenant, pool } = ring
  const { run, fence } = held
  const { plaintext, commitment } = commit(native, utf8(JSON.stringify({ lines })))
  const context: Context = { tenant, project, type: 'log', id: run, version: fence, schema: schemas.log }
  const recipients = logRecipients(chain.document, { pool, project })
  const sealed = seal(native, { context, plaintext, recipients })
  const document = { type: 'log' as const, tenant, project, pool, run, pipeline, agent, fence, commitment }
  const { dsse } = signDocument(native, { type: 'log', document, seeds: [fromBase64(ring.pool_key)] })
  return { document: dsse, sealed: toBase64(sealed) }
}
