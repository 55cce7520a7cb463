/** When agents were heard of and what they said of themselves: rows, and the steps that write many of them at once. */
import type { AgentHealth } from '../../shared/schemas/agent.ts'
import { oneOf, type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import type { RoomTables } from '../db/room_tables.ts'
import { isoTime } from '../trust/store.ts'

export type ReportRow = RoomTables['agent_report']

interface AgentId {
  readonly tenant: string
  readonly id: string
}

export function toHealth(row: ReportRow): AgentHealth {
  return {
    protocol: row.protocol,
    version: row.version,
    clock_skew_ms: row.clock_skew,
    ring_created: isoTime(row.ring_created),
    slots: row.slots,
    slots_used: row.slots_used,
    labels: JSON.parse(row.labels) as string[],
    stopping: row.stopping === 1,
    reported: isoTime(row.reported),
  }
}

/** By agent, of those that have ever said anything. */
export async function reports(
  db: Reader,
  tenant: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ReportRow>> {
  const rows = await db.selectFrom('agent_report').selectAll().where('tenant', '=', tenant)
    .where('agent', 'in', oneOf(ids)).execute()
  return new Map(rows.map((row) => [row.agent, row]))
}

// Partial indexes serve only statements that spell their condition out.
const isHeardOf = sql<boolean>`state = 'approved' AND lost IS NULL AND stopped IS NULL`
const isLost = sql<boolean>`lost IS NOT NULL`

/** Approved agents of any tenant that were heard of, and not since. */
export async function unheardAgents(db: Reader, since: number, take: number) {
  return await db.selectFrom('agent').select(['tenant', 'id', 'pool', 'last_seen']).where(isHeardOf)
    .where('last_seen', '<', since).orderBy('last_seen').limit(take).$narrowType<{ last_seen: number }>()
    .execute()
}

/** Refused with `conflict` where it has been heard of meanwhile, or is known to be lost. */
export function agentIsLost(
  { tenant, id }: AgentId,
  { since, now }: { readonly since: number; readonly now: number },
): Step {
  const query = writes.updateTable('agent').set({ lost: now }).where('tenant', '=', tenant)
    .where('id', '=', id).where(isHeardOf).where('last_seen', '<', since)
  return step(query, { otherwise: 'conflict' })
}

/** Those of these that counted as lost. */
export async function agentsBack(db: Reader, ids: readonly string[]) {
  return await db.selectFrom('agent').select(['tenant', 'id', 'pool', 'lost']).where(isLost)
    .where('id', 'in', oneOf(ids)).$narrowType<{ lost: number }>().execute()
}

/** Refused with `conflict` where another instance has heard of it before. */
export function agentIsBack({ tenant, id }: AgentId): Step {
  const query = writes.updateTable('agent').set({ lost: null }).where('tenant', '=', tenant)
    .where('id', '=', id).where(isLost)
  return step(query, { otherwise: 'conflict' })
}

/** One statement for all; what another instance has heard later stays. */
export function heardOf(
  heard: ReadonlyMap<string, { readonly seen: number; readonly stopped: number | null }>,
): Step[] {
  if (heard.size === 0) return []
  const list = JSON.stringify([...heard].map(([id, { seen, stopped }]) => [id, seen, stopped]))
  const text = `UPDATE agent SET last_seen = j.seen, stopped = j.stopped
    FROM (SELECT value ->> 0 AS id, value ->> 1 AS seen, value ->> 2 AS stopped FROM json_each(?)) AS j
    WHERE agent.id = j.id AND (agent.last_seen IS NULL OR agent.last_seen < j.seen)`
  return [{ sql: text, parameters: [list], reads: false }]
}

const columns = [
  'tenant',
  'agent',
  'protocol',
  'version',
  'clock_skew',
  'ring_created',
  'slots',
  'slots_used',
  'labels',
  'stopping',
  'reported',
] as const

/** One statement for all; what another instance was told later stays. */
export function reportsOf(rows: readonly ReportRow[]): Step[] {
  if (rows.length === 0) return []
  const list = JSON.stringify(rows.map((row) => columns.map((name) => row[name])))
  const values = columns.map((_, index) => `value ->> ${index}`).join(', ')
  const set = columns.slice(2).map((name) => `${name} = excluded.${name}`).join(', ')
  const text = `INSERT INTO agent_report (${columns.join(', ')}) SELECT ${values} FROM json_each(?) WHERE true
    ON CONFLICT (tenant, agent) DO UPDATE SET ${set} WHERE excluded.reported > agent_report.reported`
  return [{ sql: text, parameters: [list], reads: false }]
}
