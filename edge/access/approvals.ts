/** Two people for one act: a request that a tenant wants approved waits until another member has said yes to exactly it. */
import { createHash } from 'node:crypto'
import { lengthPrefixed, toHex, utf8 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { newId } from '../../shared/ids.ts'
import type { Approval } from '../../shared/schemas/access.ts'
import { type Reader, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import type { Storage } from '../db/storage.ts'
import { change } from '../http/change.ts'
import { actorOf, freshIdentity, planOf } from '../http/entry.ts'
import { ApprovalRequired } from '../http/problem.ts'
import type { ApprovalAsked } from '../http/services.ts'
import type { TwoPerson } from '../http/route.ts'

const HOUR_MS = 60 * 60_000
/** How long a request waits for somebody. */
const WAIT_MS = 24 * HOUR_MS

export interface ApprovalRow {
  readonly id: string
  readonly tenant: string
  readonly kind: TwoPerson
  readonly operation: string
  readonly request: string
  readonly asked_by: string
  readonly created: number
  /** Of the wait; once it is approved, of the approval. */
  readonly expires: number
  readonly decided_by: string | null
  readonly decided: number | null
  readonly state: 'waiting' | 'approved' | 'refused' | 'used'
}

/** A row, and what its asker is called. */
export interface NamedApproval extends ApprovalRow {
  readonly asked_by_name: string | null
}

/** What those who could approve are told by: steps of the request's plan, and what is due once it is durable. */
export interface Told {
  readonly steps: readonly Step[]
  readonly committed: () => void
}

export type Tell = (waiting: {
  readonly tenant: string
  readonly member: string
  /** Of the operation. */
  readonly summary: string
  readonly now: number
}) => Promise<Told>

export interface ApprovalsOptions {
  readonly storage: Storage
  readonly db: Reader
  readonly randomBytes: (length: number) => Uint8Array
  /** Whether the tenant's rules want two people for it. */
  readonly wanted: (tenant: string, kind: TwoPerson) => Promise<boolean>
  readonly tell: Tell
}

/**
 * The steps that use up the approval of a request; none where the tenant wants none. Throws `ApprovalRequired` with the id
 * that another member approves: of a request that is asked the first time, it is made here.
 */
export async function approve(options: ApprovalsOptions, asked: ApprovalAsked): Promise<readonly Step[]> {
  const { kind, principal: { tenant, id: member }, now } = asked
  if (!await options.wanted(tenant, kind)) return []
  const request = hashOf(asked)
  if (asked.approval !== null) {
    const row = await approval(options.db, tenant, asked.approval)
    const same = row !== null && row.request === request && row.asked_by === member
    if (same && row.state === 'refused') throw new Fault('forbidden', 'Another person refused this.')
    // One that is used makes the step fail, unless the request is a repeated one that has happened.
    const repeated = same && row.state === 'used' && !asked.asksOnly
    if (repeated || (same && row.state === 'approved' && row.expires > now)) {
      return [useApproval(row, now)]
    }
  }
  const waiting = await options.db.selectFrom('approval').select('id').where('tenant', '=', tenant)
    .where('request', '=', request).where('asked_by', '=', member).where('state', '=', 'waiting')
    .where('expires', '>', now).executeTakeFirst()
  throw new ApprovalRequired(waiting?.id ?? await ask(options, asked, request))
}

/** What is approved is this method, path and body, and nothing that looks like it. */
function hashOf({ method, path, bytes }: ApprovalAsked): string {
  const text = lengthPrefixed(utf8('sallyport approval'), utf8(method), utf8(path), bytes)
  return toHex(createHash('sha256').update(text).digest())
}

async function ask(options: ApprovalsOptions, asked: ApprovalAsked, request: string): Promise<string> {
  const { kind, operation, summary, principal, now } = asked
  const { storage, randomBytes } = options
  const row: ApprovalRow = {
    id: newId(now, randomBytes),
    tenant: principal.tenant,
    kind,
    operation,
    request,
    asked_by: principal.id,
    created: now,
    expires: now + WAIT_MS,
    decided_by: null,
    decided: null,
    state: 'waiting',
  }
  const told = await options.tell({ tenant: principal.tenant, member: principal.id, summary, now })
  const asking = change({
    writes: [step(writes.insertInto('approval').values(row)), ...told.steps],
    target: row.id,
    facts: { kind, operation, request },
    reply: () => null,
  })
  const entry = { ...actorOf(principal, asking), action: 'approval.requested', now }
  await storage.write(planOf(asking, { identity: freshIdentity(now, randomBytes), entry, randomBytes }))
  told.committed()
  return row.id
}

function useApproval({ tenant, id }: ApprovalRow, now: number): Step {
  const query = writes.updateTable('approval').set({ state: 'used' }).where('tenant', '=', tenant)
    .where('id', '=', id).where('state', '=', 'approved').where('expires', '>', now)
  return step(query, { otherwise: 'approval_required' })
}

export async function approval(db: Reader, tenant: string, id: string): Promise<NamedApproval | null> {
  const query = named(db, tenant).where('approval.id', '=', id)
  return await query.executeTakeFirst() ?? null
}

/** Newest first. */
export async function approvals(
  db: Reader,
  tenant: string,
  { after, take }: { readonly after: string | null; readonly take: number },
): Promise<NamedApproval[]> {
  let query = named(db, tenant)
  if (after !== null) query = query.where('approval.id', '<', after)
  return await query.orderBy('approval.id', 'desc').limit(take).execute()
}

function named(db: Reader, tenant: string) {
  return db.selectFrom('approval').leftJoin(
    'member',
    (join) =>
      join.onRef('member.tenant', '=', 'approval.tenant').onRef('member.id', '=', 'approval.asked_by'),
  )
    .selectAll('approval').select('member.name as asked_by_name').where('approval.tenant', '=', tenant)
}

/** The row as it is once somebody decided: a yes holds for an hour. */
export function decided(
  row: NamedApproval,
  { yes, by, now }: { readonly yes: boolean; readonly by: string; readonly now: number },
): NamedApproval {
  const state = yes ? 'approved' : 'refused'
  return { ...row, state, decided_by: by, decided: now, expires: yes ? now + HOUR_MS : row.expires }
}

/** Refused with `conflict` when somebody has decided already, or the wait is over. */
export function decide({ tenant, id, state, decided_by, decided, expires }: ApprovalRow): Step {
  const query = writes.updateTable('approval').set({ state, decided_by, decided, expires })
    .where('tenant', '=', tenant).where('id', '=', id).where('state', '=', 'waiting')
    .where('expires', '>', decided ?? 0)
  return step(query, { otherwise: 'conflict' })
}

/** `summary` is that of the operation. */
export function toApproval(
  row: NamedApproval,
  { now, summary }: { readonly now: number; readonly summary: string },
): Approval {
  const { id, kind, operation, request, asked_by, asked_by_name, decided_by, created, expires } = row
  const open = row.state === 'waiting' || row.state === 'approved'
  return {
    id,
    kind,
    operation,
    summary,
    request,
    asked_by,
    asked_by_name,
    state: open && expires <= now ? 'expired' : row.state,
    created: new Date(created).toISOString(),
    expires: new Date(expires).toISOString(),
    ...(decided_by === null ? {} : { decided_by }),
    ...(row.decided === null ? {} : { decided: new Date(row.decided).toISOString() }),
  }
}
