/** What waits for a second person. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Approval } from '../../shared/schemas/access.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { change } from '../http/change.ts'
import { Page, paged, pageOf, window } from '../http/page.ts'
import { command, query, type Route } from '../http/route.ts'
import { approval, approvals, decide, decided, type NamedApproval, toApproval } from './approvals.ts'
import { checkApprover } from './approver.ts'
import type { AccessOptions } from './options.ts'

type Shown = (row: NamedApproval, now: number) => Approval

const tag = 'Approvals'
const params = z.strictObject({ id: Id })
const id = '019a9f3e-7c00-7000-8000-00000000000a'
const example = {
  id,
  kind: 'deletion',
  operation: 'deletePipeline',
  summary: 'Delete a pipeline',
  request: '6ab0e5a2c5ad9d0f4f1b1c0d6d6cf6a0c5f87d3d1b6ce5fb7a3f0f0f8f4b9d21',
  asked_by: '019a9f3e-7c00-7000-8000-000000000002',
  asked_by_name: 'Ada',
  state: 'waiting',
  created: '2026-11-22T08:00:00.000Z',
  expires: '2026-11-23T08:00:00.000Z',
} as const

const list = (shown: Shown) =>
  query({
    id: 'listApprovals',
    path: '/v1/approvals',
    tag,
    permission: 'approvals.read',
    summary: 'Requests that needed a second person, newest first',
    query: Page,
    reply: pageOf(Approval),
    example: { reply: { data: [example] } },
    async handle({ db, principal, query, now }) {
      const { after, take, limit } = window(query)
      const rows = await approvals(db, principal.tenant, { after, take })
      return paged(rows, { limit, key: (row) => row.id, item: (row) => shown(row, now) })
    },
  })

const get = (shown: Shown) =>
  query({
    id: 'getApproval',
    path: '/v1/approvals/{id}',
    tag,
    permission: 'approvals.read',
    summary: 'One request that needed a second person',
    params,
    reply: Approval,
    faults: ['not_found'],
    example: { params: { id }, reply: example },
    async handle({ db, principal, params, now }) {
      const row = await approval(db, principal.tenant, params.id)
      if (row === null) throw new Fault('not_found')
      return shown(row, now)
    },
  })

function deciding(verb: 'approve' | 'refuse', shown: Shown): Route {
  const yes = verb === 'approve'
  return command({
    id: `${verb}Request`,
    method: 'post',
    path: `/v1/approvals/{id}/${verb}`,
    tag,
    permission: 'approvals.write',
    fresh: true,
    audit: yes ? 'approval.given' : 'approval.refused',
    summary: yes ? 'Approve a request of another member: they repeat it within an hour' : 'Refuse a request',
    description: yes
      ? 'In person: by a session or a signed-in machine, not by an API token, and of another account than who asked, who has ' +
        'been here since before that. They send the same request again, with the header `Approval` naming this id. It is ' +
        'good once.'
      : 'Also one’s own, to take it back.',
    params,
    reply: Approval,
    faults: ['not_found', 'separation_of_duties', 'conflict'],
    example: {
      params: { id },
      reply: {
        ...example,
        state: yes ? 'approved' : 'refused',
        decided_by: '019a9f3e-7c00-7000-8000-000000000006',
        decided: '2026-11-22T09:00:00.000Z',
      },
    },
    async handle({ db, principal, params, now }) {
      const row = await approval(db, principal.tenant, params.id)
      if (row === null) throw new Fault('not_found')
      if (yes) await checkApprover(db, { principal, row, now })
      const next = decided(row, { yes, by: principal.id, now })
      return change({
        writes: [decide(next)],
        target: row.id,
        facts: { kind: row.kind, operation: row.operation, asked_by: row.asked_by },
        reply: () => shown(next, now),
      })
    },
  })
}

export function approvalRoutes({ summaryOf }: Pick<AccessOptions, 'summaryOf'>): readonly Route[] {
  const shown: Shown = (row, now) => toApproval(row, { now, summary: summaryOf(row.operation) })
  return [list(shown), get(shown), deciding('approve', shown), deciding('refuse', shown)]
}
