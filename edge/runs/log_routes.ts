/** Logs of runs: from the agent that ran it to the readers of its project, past an edge that cannot read them. */
import { z } from 'zod'
import { fromBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { withinLogQuota } from '../tenants/quotas.ts'
import { Id, Time } from '../../shared/schemas/fields.ts'
import type { RunLog } from '../../shared/schemas/receipt.ts'
import { MAX_LOG_BYTES, PutRunLog, RunLogRecord } from '../../shared/schemas/run_log.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { verifyPooled } from '../../shared/trust/authority.ts'
import { logRecipients } from '../../shared/trust/recipients.ts'
import type { Reader } from '../db/database.ts'
import { change, unchanged } from '../http/change.ts'
import { fitting, Page, paged, pageOf, window } from '../http/page.ts'
import type { AgentPrincipal } from '../http/principal.ts'
import { InvalidRequest } from '../http/problem.ts'
import { inProject } from '../http/grants.ts'
import { command, query, type Route } from '../http/route.ts'
import { native } from '../primitives.ts'
import { at, ids, sealedToBoth, signedLog } from '../trust/examples.ts'
import { checkEnvelope, requireTrust } from '../trust/rules.ts'
import { isoTime, type PublishedTrust, trustSince } from '../trust/store.ts'
import { logHash, logs, logSizes, putLog, type SignedLog } from './log_store.ts'
import type { Queue } from './queue.ts'
import { isHeld } from './states.ts'
import { isHolder, renewLease, run, type RunRow } from './store.ts'

/** Base64 of the largest envelope, and the document beside it. */
const MAX_BODY_BYTES = Math.ceil(MAX_LOG_BYTES / 3) * 4 + 64 * 1024

/** So long an agent may stand on a trust document that has been followed by another one. */
const STALE_MS = 15 * 60_000

const params = z.strictObject({ id: Id })
const example = { document: signedLog.dsse, sealed: sealedToBoth }

/** The log as far as the edge can tell: who reads it verifies all of it again. */
async function readLog(
  db: Reader,
  principal: AgentPrincipal,
  { row, body, now }: { readonly row: RunRow; readonly body: PutRunLog; readonly now: number },
): Promise<SignedLog> {
  const trust = await requireTrust(db, row.tenant)
  const { document, hash } = verifyPooled(native, {
    trust,
    deny: [],
    type: 'log',
    pool: row.pool,
    dsse: body.document,
  })
  const place: Partial<RunLog> = {
    project: row.project,
    run: row.id,
    pipeline: row.pipeline,
    agent: principal.id,
    fence: body.fence,
  }
  const wrong = Object.entries(place).find(([field, value]) => document[field as keyof RunLog] !== value)
  if (wrong !== undefined) {
    throw new InvalidRequest([{ at: `document/${wrong[0]}`, message: 'not that of the run and its lease' }])
  }
  if (fromBase64(body.sealed).length > MAX_LOG_BYTES) {
    throw new InvalidRequest([{ at: 'sealed', message: `more than ${MAX_LOG_BYTES} bytes` }])
  }
  // A run that takes hours still stands on what it was verified against.
  const since = Math.min(now, row.started ?? now) - STALE_MS
  checkReaders(await trustSince(db, row.tenant, since), { document, sealed: body.sealed })
  return { document, dsse: body.document, hash, sealed: body.sealed }
}

/** Sealed to exactly those whom one of the trust documents says. */
function checkReaders(
  recent: readonly PublishedTrust[],
  { document, sealed }: { readonly document: RunLog; readonly sealed: string },
): void {
  const [newest, ...before] = recent.map((trust) => () => {
    const kids = logRecipients(trust.document, document).map(({ publicKey }) => keyId(native, publicKey))
    checkEnvelope(sealed, { at: 'sealed', kids, exactly: true })
  })
  const passes = (check: () => void) => {
    try {
      check()
      return true
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return false
    }
  }
  if (!before.some(passes)) newest?.()
}

function putRoute(queue: Queue): Route {
  return command({
    id: 'putRunLog',
    method: 'put',
    path: '/v1/agent/runs/{id}/log',
    tag: 'Agent',
    summary: 'Hand over the sealed log of an attempt, before it is completed; renews the lease too',
    description:
      'The document is signed by the key of the pool and commits to the log; the envelope is for the ' +
      'active keys of the pool and the readers of the project, and nobody else. Sent again it replaces what was sent before.',
    permission: 'agent:approved',
    audit: 'run.logged',
    params,
    body: PutRunLog,
    maxBodyBytes: MAX_BODY_BYTES,
    reply: z.object({ until: Time }),
    faults: [
      'not_found',
      'lease_lost',
      'quota_reached',
      'trust_missing',
      'signature_invalid',
      'document_invalid',
      'wrong_pool',
    ],
    example: {
      params: { id: ids.run },
      body: { fence: 1, ...example },
      reply: { until: '2026-11-22T09:00:45.000Z' },
    },
    async handle({ db, principal, params, body, now }) {
      const { tenant } = principal
      const row = await run(db, tenant, params.id)
      if (row === null) throw new Fault('not_found')
      const holder = { tenant, run: row.id, agent: principal.id, fence: body.fence }
      if (!isHolder(row, holder)) throw new Fault('lease_lost')
      const log = await readLog(db, principal, { row, body, now })
      // The answer got lost, and the attempt may have been completed since.
      const kept = await logHash(db, tenant, holder)
      if (kept === log.hash) return unchanged({ until: isoTime(row.lease_until ?? now) })
      if (!isHeld(row.state)) throw new Fault('lease_lost')
      const until = queue.leaseUntil
      return change({
        writes: [
          renewLease(holder, until),
          ...putLog(log, now),
          ...await withinLogQuota(db, tenant, { bytes: fromBase64(log.sealed).length, now }),
        ],
        target: row.id,
        facts: { fence: body.fence, hash: log.hash },
        reply: () => ({ until: isoTime(until) }),
      })
    },
  })
}

const list = query({
  id: 'listRunLogs',
  path: '/v1/runs/{id}/logs',
  tag: 'Runs',
  summary: 'The sealed logs of a run, one an attempt, the first one first',
  description:
    'A page has 8 MiB at most, or one log. `document` says which attempt it is, signed by the key of the pool: verify ' +
    'that first. `sealed` opens with a reader’s key, in the context of type `log`, and its body has the commitment of ' +
    '`document`.',
  permission: 'runs.read',
  within: async ({ db, tenant, params }) => inProject(await run(db, tenant, params.id)),
  params,
  query: Page,
  reply: pageOf(RunLogRecord),
  faults: ['not_found'],
  example: { params: { id: ids.run }, reply: { data: [{ fence: 1, ...example, created: at }] } },
  async handle({ db, principal, params, query }) {
    if (await run(db, principal.tenant, params.id) === null) throw new Fault('not_found')
    const { after, take, limit: asked } = window(query)
    const fence = after === null ? 0 : Number(after)
    if (!Number.isSafeInteger(fence)) {
      throw new InvalidRequest([{ at: 'query/cursor', message: 'none of ours' }])
    }
    const place = { run: params.id, after: fence }
    const limit = fitting(await logSizes(db, principal.tenant, { ...place, take }), asked)
    const rows = await logs(db, principal.tenant, { ...place, take: limit + 1 })
    return paged(rows, { limit, key: (row) => String(row.fence), item: (row) => row })
  },
})

export function runLogRoutes(queue: Queue): readonly Route[] {
  return [putRoute(queue), list]
}
