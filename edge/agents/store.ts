/** Agents and the one-time tokens by which they enrol. */
import { toBase64 } from '../../shared/bytes.ts'
import type { Agent, Pool } from '../../shared/schemas/agent.ts'
import { type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import { lookup } from '../db/prepared.ts'
import { isoTime } from '../trust/store.ts'
import { type ReportRow, toHealth } from './presence_store.ts'

export interface AgentRow {
  readonly id: string
  readonly tenant: string
  readonly pool: string
  readonly name: string
  readonly public_key: Uint8Array
  readonly fingerprint: string
  readonly version: string
  readonly state: 'pending' | 'approved' | 'revoked'
  readonly created: number
  readonly approved: number | null
  readonly revoked: number | null
  readonly last_seen: number | null
  readonly ephemeral: number
  readonly removed: number | null
  readonly lost: number | null
  readonly stopped: number | null
  readonly draining: number | null
}

/** Of an agent that nothing has been heard of yet. */
export const unheard = { last_seen: null, lost: null, stopped: null, draining: null } as const

export function toAgent(row: AgentRow, report?: ReportRow): Agent {
  return {
    id: row.id,
    name: row.name,
    pool: row.pool,
    state: row.state,
    public_key: toBase64(row.public_key),
    fingerprint: row.fingerprint,
    version: row.version,
    created: isoTime(row.created),
    ...(row.approved === null ? {} : { approved: isoTime(row.approved) }),
    ...(row.revoked === null ? {} : { revoked: isoTime(row.revoked) }),
    ...(row.last_seen === null ? {} : { last_seen: isoTime(row.last_seen) }),
    ...(row.lost === null ? {} : { lost: isoTime(row.lost) }),
    ...(row.stopped === null ? {} : { stopped: isoTime(row.stopped) }),
    ...(row.draining === null ? {} : { draining: isoTime(row.draining) }),
    ...(report === undefined ? {} : { health: toHealth(report) }),
    ephemeral: row.ephemeral === 1,
  }
}

const agentById = lookup(
  (of: { readonly tenant: string; readonly id: string }) =>
    writes.selectFrom('agent').selectAll().where('tenant', '=', of.tenant).where('id', '=', of.id),
  { steady: true },
)

export async function agent(db: Reader, tenant: string, id: string): Promise<AgentRow | null> {
  return await agentById(db, { tenant, id })
}

/** With when its tenant was suspended, or null. */
export type KnownAgent = AgentRow & { readonly suspended: number | null }

/** Of whatever tenant: the key of a signed request says who asks. */
export async function agentByKeyId(db: Reader, id: string): Promise<KnownAgent | null> {
  return await agentOfAnybody(db, { id })
}

const agentOfAnybody = lookup(
  (of: { readonly id: string }) =>
    writes.selectFrom('agent').innerJoin('tenant', 'tenant.id', 'agent.tenant').selectAll('agent')
      .select('tenant.suspended').where('agent.id', '=', of.id),
  { steady: true },
)

export async function agentByKey(
  db: Reader,
  tenant: string,
  publicKey: Uint8Array,
): Promise<AgentRow | null> {
  const row = await db.selectFrom('agent').selectAll().where('tenant', '=', tenant)
    .where('public_key', '=', publicKey).executeTakeFirst()
  return row ?? null
}

/** Newest first. */
export async function agents(
  db: Reader,
  tenant: string,
  page: { readonly after: string | null; readonly take: number },
): Promise<AgentRow[]> {
  let query = db.selectFrom('agent').selectAll().where('tenant', '=', tenant)
  if (page.after !== null) query = query.where('id', '<', page.after)
  return await query.orderBy('id', 'desc').limit(page.take).execute()
}

/** The pools of these names, with the agents in each that are not revoked. */
export async function poolsWithAgents(db: Reader, tenant: string, names: readonly string[]): Promise<Pool[]> {
  const counts = await db.selectFrom('agent')
    .select(({ fn }) => ['pool', 'state', fn.countAll<number>().as('count')])
    .where('tenant', '=', tenant).groupBy(['pool', 'state']).execute()
  const count = (pool: string, state: string) =>
    counts.find((row) => row.pool === pool && row.state === state)?.count ?? 0
  return names.map((name) => ({
    name,
    agents: { pending: count(name, 'pending'), approved: count(name, 'approved') },
  }))
}

export function insertAgent(row: AgentRow): Step {
  return step(writes.insertInto('agent').values(row), { otherwise: 'already_exists' })
}

/** Only an agent that waits is approved: a second approval is no second decision. */
export function approveAgent(tenant: string, id: string, now: number): Step {
  const query = writes.updateTable('agent').set({ state: 'approved', approved: now })
    .where('tenant', '=', tenant).where('id', '=', id).where('state', '=', 'pending')
  return step(query, { otherwise: 'conflict' })
}

/** For good, also of one that silence has removed: it does not come back. */
export function revokeAgent(tenant: string, id: string, now: number): Step {
  const query = writes.updateTable('agent').set({ state: 'revoked', revoked: now, removed: null })
    .where('tenant', '=', tenant).where('id', '=', id).where(({ or, eb }) =>
      or([eb('state', '!=', 'revoked'), eb('removed', 'is not', null)])
    )
  return step(query, { otherwise: 'conflict' })
}

/** An agent that silence has removed is back, in the pool that vouches for it now. */
export function rejoinAgent(
  tenant: string,
  id: string,
  set: Pick<AgentRow, 'pool' | 'name' | 'version' | 'approved'>,
) {
  const query = writes.updateTable('agent')
    .set({ ...set, ...unheard, state: 'approved', revoked: null, removed: null })
    .where('tenant', '=', tenant).where('id', '=', id).where('ephemeral', '=', 1).where(
      'removed',
      'is not',
      null,
    )
  return step(query, { otherwise: 'conflict' })
}

// Partial indexes serve only statements that spell their condition out.
const comesAndGoes = sql<boolean>`ephemeral = 1 AND state = 'approved'`
const lastWord = sql<number>`coalesce(last_seen, approved)`

/** Agents of any tenant that joined by their pool's key and have said nothing since. */
export async function silentAgents(db: Reader, since: number, take: number): Promise<AgentRow[]> {
  return await db.selectFrom('agent').selectAll().where(comesAndGoes).where(lastWord, '<', since)
    .limit(take).execute()
}

/** Refused with `conflict` where it has been heard of meanwhile. */
export function removeSilent(
  { tenant, id }: AgentRow,
  { since, now }: { readonly since: number; readonly now: number },
): Step {
  const query = writes.updateTable('agent').set({ state: 'revoked', revoked: now, removed: now })
    .where('tenant', '=', tenant).where('id', '=', id).where(comesAndGoes).where(lastWord, '<', since)
  return step(query, { otherwise: 'conflict' })
}

/** Since when it is handed nothing; null: it takes work again. Refused with `conflict` where that has changed. */
export function drainAgent({ tenant, id, draining }: AgentRow, since: number | null): Step {
  const query = writes.updateTable('agent').set({ draining: since }).where('tenant', '=', tenant)
    .where('id', '=', id).where('draining', 'is', draining)
  return step(query, { otherwise: 'conflict' })
}

export interface EnrolmentRow {
  readonly id: string
  readonly tenant: string
  readonly pool: string
  readonly hash: string
  readonly expires: number
  readonly agent: string | null
  readonly created: number
  readonly maker: string | null
}

export function insertEnrolment(row: EnrolmentRow): Step {
  return step(writes.insertInto('enrolment_token').values(row))
}

export async function enrolmentByHash(db: Reader, hash: string): Promise<EnrolmentRow | null> {
  const row = await db.selectFrom('enrolment_token').selectAll().where('hash', '=', hash).executeTakeFirst()
  return row ?? null
}

/** Once, and not after its time. */
export function useEnrolment(id: string, use: { readonly agent: string; readonly now: number }): Step {
  const query = writes.updateTable('enrolment_token').set({ agent: use.agent })
    .where('id', '=', id).where('agent', 'is', null).where('expires', '>', use.now)
  return step(query, { otherwise: 'unauthenticated' })
}
