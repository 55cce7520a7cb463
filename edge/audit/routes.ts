import { z } from 'zod'
import { fromUtf8, toBase64, toHex, utf8 } from '../../shared/bytes.ts'
import { checkpointLine, leafLine } from '../../shared/log/export.ts'
import { Id, Time } from '../../shared/schemas/fields.ts'
import { AuditCheckpoint, AuditConsistency, AuditEntry, AuditInclusion } from '../../shared/schemas/audit.ts'
import type { Reader } from '../db/database.ts'
import { integerParameter } from '../http/parameter.ts'
import { Page, pageOf, shortPage, window } from '../http/page.ts'
import { InvalidRequest } from '../http/problem.ts'
import { query, type Route } from '../http/route.ts'
import { search } from './search.ts'
import { leaves } from './store.ts'
import type { SignedHead, TenantLogs } from './tenant_log.ts'

const Count = integerParameter({ min: 0, max: Number.MAX_SAFE_INTEGER })

const leaf = '{"v":1,"time":"2026-11-22T08:00:00.000Z","plan":"019a9f3e-7c00-7000-8000-000000000001",' +
  '"actor":{"kind":"setup"},"action":"tenant.created","target":"019a9f3e-7c00-7000-8000-000000000000"}'
const root = '6ab0e5a2c5ad9d0f4f1b1c0d6d6cf6a0c5f87d3d1b6ce5fb7a3f0f0f8f4b9d21'
const node = 'arDlosWtnQ9PGxwNbWz2oMX4fT0bbOX7ej8PD49LnSE='
const note = `sallyport/019a9f3e-7c00-7000-8000-000000000000\n1\n${node}\n\n— sallyport/… …\n`

const tag = 'Audit'
const permission = 'audit.read'

export function auditRoutes(logs: TenantLogs): readonly Route[] {
  return [listRoute, ...proofRoutes(logs), exportRoute(logs)]
}

const listRoute = query({
  id: 'listAudit',
  path: '/v1/audit',
  tag,
  permission,
  summary: 'The audit log, oldest first',
  description:
    'Every command leaves one entry, written in the same commit as the change itself. A search looks at a part of the ' +
    'log at a time: a page may be short or empty, and is the last one where `next_cursor` is left out.',
  query: Page.extend({
    after: Count.optional().meta({ description: 'Entries behind this index.' }),
    action: z.string().regex(/^[a-z_]+\.[a-z_]*$/).max(100).optional().meta({
      description: '`member.invited`; `member.` is everything that begins so.',
    }),
    actor: Id.optional().meta({ description: 'Who did it: a member, an account or an agent.' }),
    target: z.string().min(1).max(200).optional(),
    since: Time.optional().meta({ description: 'From then on.' }),
    until: Time.optional().meta({ description: 'Before then.' }),
  }),
  reply: pageOf(AuditEntry),
  example: { query: { after: '0' }, reply: { data: [{ index: 1, leaf }] } },
  async handle({ db, principal, query }) {
    const { after, limit } = window(query)
    const start = after === null ? query.after ?? -1 : Number(after)
    if (!Number.isSafeInteger(start)) {
      throw new InvalidRequest([{ at: 'query/cursor', message: 'none of ours' }])
    }
    const { action, actor, target, since, until } = query
    const wanted = { action, actor, target, since, until }
    const { entries, goOn } = await search(db, principal.tenant, { wanted, after: start, limit })
    return shortPage(entries, goOn === null ? null : String(goOn))
  },
})

function proofRoutes(logs: TenantLogs): readonly Route[] {
  return [
    query({
      id: 'getAuditCheckpoint',
      path: '/v1/audit/checkpoint',
      tag,
      permission,
      summary: 'The newest signed checkpoint of the log',
      reply: AuditCheckpoint,
      example: { reply: { checkpoint: note, size: 1, root } },
      async handle({ principal }) {
        const { checkpoint, size, root } = await logs.checkpoint(principal.tenant)
        return { checkpoint, size, root: toHex(root) }
      },
    }),
    query({
      id: 'getAuditConsistency',
      path: '/v1/audit/consistency',
      tag,
      permission,
      summary: 'Proof that the log at one size begins with the log at another',
      query: z.strictObject({ from: Count, to: Count }),
      reply: AuditConsistency,
      faults: ['not_found'],
      example: { query: { from: '1', to: '1' }, reply: { from: 1, to: 1, proof: [] } },
      async handle({ principal, query }) {
        const proof = await logs.consistency(principal.tenant, query)
        return { ...query, proof: proof.map(toBase64) }
      },
    }),
    query({
      id: 'getAuditInclusion',
      path: '/v1/audit/inclusion',
      tag,
      permission,
      summary: 'Proof that an entry is in the log',
      query: z.strictObject({ index: Count, size: Count }),
      reply: AuditInclusion,
      faults: ['not_found'],
      example: {
        query: { index: '0', size: '1' },
        reply: { index: 0, size: 1, leaf_hash: root, proof: [] },
      },
      async handle({ principal, query }) {
        const { leafHash, proof } = await logs.inclusion(principal.tenant, query)
        return { ...query, leaf_hash: toHex(leafHash), proof: proof.map(toBase64) }
      },
    }),
  ]
}

function exportRoute(logs: TenantLogs): Route {
  return query({
    id: 'exportAudit',
    path: '/v1/audit/export',
    tag,
    permission: 'audit.export',
    fresh: true,
    summary: 'The whole log with its checkpoint, as JSON lines',
    description: 'One `{"leaf":"…"}` a line, in order, and one `{"checkpoint":"…"}` at the end; ' +
      '`sallyport audit verify` checks it offline.',
    media: 'application/jsonl',
    reply: z.string(),
    example: { reply: leafLine(leaf) + checkpointLine(note) },
    async handle({ db, principal }) {
      const head = await logs.checkpoint(principal.tenant)
      return exportStream(db, principal.tenant, head)
    },
  })
}

/** The leaves below the checkpoint, page by page as the reader takes them, and the checkpoint. */
export function exportStream(
  db: Reader,
  tenant: string,
  head: Pick<SignedHead, 'size' | 'checkpoint'>,
): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    async pull(controller) {
      if (at < head.size) {
        const more = await leaves(db, tenant, { start: at, end: head.size, take: 500 })
        if (more.length === 0) throw new Error('a leaf is missing')
        at += more.length
        controller.enqueue(utf8(more.map((leaf) => leafLine(fromUtf8(leaf))).join('')))
        return
      }
      controller.enqueue(utf8(checkpointLine(head.checkpoint)))
      controller.close()
    },
  })
}
