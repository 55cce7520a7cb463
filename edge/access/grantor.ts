/** What members may, computed once for each state of their tenant's rights. */
import type { TokenPlace } from '../../shared/schemas/token.ts'
import type { Reader } from '../db/database.ts'
import type { Storage } from '../db/storage.ts'
import type { Grants } from '../http/grants.ts'
import { bindingsOf, grantsOf, type Inside } from './grants.ts'
import { within } from './placed.ts'

/** What is kept computed, all tenants together: grants, and projects of workspaces in them. */
const MAX_KEPT = 2000
const MAX_PROJECTS = 200_000

/** An active member, as the statement found them that found out who asks. */
export interface Holder {
  readonly tenant: string
  readonly member: string
  /** The tenant's `rights` just now: other ones mean that something was given or taken since. */
  readonly rights: string
  /** Whether the member is the operator of the installation. */
  readonly operator: boolean
  /** JSON array of permissions that a token is cut down to, or null. */
  readonly scopes: string | null
  /** Where alone the token counts; null: everywhere. */
  readonly place: TokenPlace | null
}

interface Kept {
  readonly rights: string
  readonly operator: boolean
  readonly grants: Grants
  /** How many projects are in it. */
  readonly size: number
}

/** Projects of the workspaces that a role is bound at, and of the token's own: once, however many roles there are. */
const inside = 'SELECT p.workspace AS workspace, json_group_array(p.id) AS ids FROM project p ' +
  'WHERE p.tenant = x.id AND p.workspace IN (' +
  "SELECT b.place FROM binding b WHERE b.tenant = x.id AND b.member = m.id AND b.level = 'workspace' UNION " +
  'SELECT b.place FROM group_member g JOIN binding b ON b.tenant = g.tenant AND ' +
  "b.member_group = g.member_group WHERE g.tenant = x.id AND g.member = m.id AND b.level = 'workspace' " +
  'UNION SELECT ?) GROUP BY p.workspace'

/** With the rights that it belongs to: they may be newer than those that it was asked for. */
const heldSql = `SELECT x.rights, ${bindingsOf('x.id', 'm.id')} AS bindings, ` +
  `(SELECT json_group_array(json_array(i.workspace, json(i.ids))) FROM (${inside}) i) AS inside ` +
  'FROM tenant x JOIN member m ON m.tenant = x.id AND m.id = ? WHERE x.id = ?'

export class Grantor {
  readonly #storage: Pick<Storage, 'read'>
  /** By member, scopes and place; those that were computed longest ago first. */
  readonly #kept = new Map<string, Kept>()
  #projects = 0

  constructor(storage: Pick<Storage, 'read'>) {
    this.#storage = storage
  }

  /** What they may now. Throws Fault `unavailable` where it cannot be found out. */
  of(holder: Holder): Grants | Promise<Grants> {
    const { tenant, member, rights, operator, scopes, place } = holder
    const limits = scopes === null && place === null ? '' : ` ${place?.level} ${place?.id} ${scopes}`
    const key = `${tenant} ${member}${limits}`
    const kept = this.#kept.get(key)
    if (kept?.rights === rights && kept.operator === operator) return kept.grants
    return this.#compute(holder, key)
  }

  async #compute({ tenant, member, operator, scopes, place }: Holder, key: string): Promise<Grants> {
    const parameters = [place?.level === 'workspace' ? place.id : null, member, tenant]
    const [row] = await this.#storage.read({ sql: heldSql, parameters, reads: true, single: true })
    const inside = JSON.parse(row?.inside as string ?? '[]') as Inside[]
    const bindings = row?.bindings as string ?? '[]'
    const all = grantsOf({ bindings, inside, operator, scopes })
    const grants = place === null ? all : within(all, place, new Map(inside).get(place.id) ?? [])
    if (row !== undefined) {
      const size = inside.reduce((sum, [, projects]) => sum + projects.length, 0)
      this.#keep(key, { rights: row.rights as string, operator, grants, size })
    }
    return grants
  }

  #keep(key: string, made: Kept): void {
    this.#drop(key)
    this.#kept.set(key, made)
    this.#projects += made.size
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT && this.#projects <= MAX_PROJECTS) return
      this.#drop(oldest)
    }
  }

  #drop(key: string): void {
    this.#projects -= this.#kept.get(key)?.size ?? 0
    this.#kept.delete(key)
  }
}

/** What an active member holds now; null for anybody else. */
export async function grantsOfMember(
  db: Reader,
  tenant: string,
  { member, grantor }: { readonly member: string; readonly grantor: Grantor },
): Promise<Grants | null> {
  const row = await db.selectFrom('member').innerJoin('tenant', 'tenant.id', 'member.tenant')
    .select(['member.operator', 'tenant.rights']).where('member.tenant', '=', tenant)
    .where('member.id', '=', member).where('member.state', '=', 'active').executeTakeFirst()
  if (row === undefined) return null
  const { rights, operator } = row
  return await grantor.of({ tenant, member, rights, operator: operator === 1, scopes: null, place: null })
}
