/** Separation of duties: who let an agent in is not who lets it work. */
import { Fault } from '../../shared/faults.ts'
import { bindingsOf, grantsOf } from '../access/grants.ts'
import { areTwo, personOf } from '../access/persons.ts'
import { rulesOf } from '../auth/rules/store.ts'
import { type Reader, sql } from '../db/database.ts'
import { actAsEdge, type OwnActOptions } from '../http/own_act.ts'
import type { MemberPrincipal } from '../http/principal.ts'
import type { AgentRow } from './store.ts'

export type DutyOptions = OwnActOptions

/** The member who made the token by which the agent enrolled; null where nobody knows, or it came by a pool's key. */
export async function makerOf(
  db: Reader,
  { tenant, id }: Pick<AgentRow, 'tenant' | 'id'>,
): Promise<string | null> {
  const row = await db.selectFrom('enrolment_token').select('maker').where('tenant', '=', tenant)
    .where('agent', '=', id).executeTakeFirst()
  return row?.maker ?? null
}

/**
 * Where the tenant's rules want another person: not who made the enrolment token, under whichever member, nor a machine,
 * which may be theirs – as soon as there is another person who could. What is refused is an entry of the log. Throws
 * `separation_of_duties`.
 */
export async function checkDuties(
  options: DutyOptions,
  { db, principal, agent, maker }: {
    readonly db: Reader
    readonly principal: MemberPrincipal
    readonly agent: AgentRow
    readonly maker: string | null
  },
): Promise<void> {
  const { tenant, id } = principal
  if (maker === null || (await rulesOf(db, tenant)).agent_approval === 'anyone') return
  const others = await othersThan(db, { tenant, maker, options })
  if (others.length === 0 || others.includes(id)) return
  await actAsEdge(options, {
    tenant,
    action: 'agent.approval_refused',
    target: agent.id,
    facts: { member: id, enrolled_by: maker, code: 'separation_of_duties' },
    writes: [],
  })
  throw new Fault('separation_of_duties')
}

/** People who may approve agents, and who are not the maker as far as the edge can tell. */
async function othersThan(
  db: Reader,
  { tenant, maker, options }: {
    readonly tenant: string
    readonly maker: string
    readonly options: DutyOptions
  },
): Promise<string[]> {
  const made = await personOf(db, tenant, maker)
  const found = await approvers(db, tenant)
  if (made === null) return found
  const people = await Promise.all(found.map((id) => personOf(db, tenant, id)))
  const sure = people.flatMap((one) => one !== null && areTwo(one, made, options.clock()) ? [one.id] : [])
  // A machine is somebody's; that very person is still better than the machine itself.
  return sure.length > 0 || made.kind === 'person' ? sure : found
}

/** Active people who may approve agents. */
async function approvers(db: Reader, tenant: string): Promise<string[]> {
  const rows = await db.selectFrom('member')
    .select(['id', 'operator', sql<string>`${sql.raw(bindings)}`.as('bindings')]).where('tenant', '=', tenant)
    .where('state', '=', 'active').where('kind', '=', 'person').execute()
  return rows.filter((row) => {
    const held = { bindings: row.bindings, operator: row.operator === 1, scopes: null }
    return grantsOf(held).tenant.has('agents.write')
  }).map(({ id }) => id)
}

const bindings = bindingsOf('member.tenant', 'member.id')
