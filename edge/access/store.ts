/** Bindings as rooms above need them: whose they are, setting and taking the one at the tenant. */
import type { HeldRole } from '../../shared/schemas/principal.ts'
import { type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'

export interface BindingRow {
  readonly id: string
  readonly tenant: string
  readonly member: string | null
  readonly member_group: string | null
  readonly role: string
  readonly level: 'tenant' | 'workspace' | 'project'
  readonly place: string | null
  readonly created: number
}

/** A member's role at the tenant. */
export function tenantBinding(
  { id, tenant, member, role, created }: {
    readonly id: string
    readonly tenant: string
    readonly member: string
    readonly role: string
    readonly created: number
  },
): BindingRow {
  return { id, tenant, member, member_group: null, role, level: 'tenant', place: null, created }
}

export function insertBinding(row: BindingRow): Step {
  return step(writes.insertInto('binding').values(row), { otherwise: 'already_exists' })
}

/** Takes a member's own roles at the tenant away. */
export function deleteTenantBindings(tenant: string, member: string): Step {
  const query = writes.deleteFrom('binding').where('tenant', '=', tenant).where('member', '=', member)
    .where('level', '=', 'tenant')
  return step(query)
}

/** Everything that a member was given goes: roles, and places in groups. */
export function deleteAllOf(tenant: string, member: string): Step[] {
  return [
    step(writes.deleteFrom('binding').where('tenant', '=', tenant).where('member', '=', member)),
    step(writes.deleteFrom('group_member').where('tenant', '=', tenant).where('member', '=', member)),
  ]
}

/** Every role of a member and where it is from, with names, oldest first. */
export async function rolesOf(db: Reader, tenant: string, member: string): Promise<HeldRole[]> {
  const rows = await db.selectFrom('binding').select(['role', 'level', 'place', 'member_group'])
    .select([
      nameIn({ table: 'custom_role', tenant, id: 'binding.role' }).as('role_name'),
      nameIn({ table: 'workspace', tenant, id: 'binding.place' }).as('workspace_name'),
      nameIn({ table: 'project', tenant, id: 'binding.place' }).as('project_name'),
      nameIn({ table: 'member_group', tenant, id: 'binding.member_group' }).as('group_name'),
    ])
    .where('tenant', '=', tenant).where(({ eb, or, selectFrom }) =>
      or([
        eb('member', '=', member),
        eb(
          'member_group',
          'in',
          selectFrom('group_member').select('group_member.member_group').where(
            'group_member.tenant',
            '=',
            tenant,
          )
            .where('group_member.member', '=', member),
        ),
      ])
    ).orderBy('id').execute()
  return rows.map(({ role, level, place, member_group, ...names }) => ({
    role,
    level,
    ...(place === null ? {} : { place }),
    ...(member_group === null ? {} : { group: member_group }),
    ...named('role_name', names.role_name),
    ...named('place_name', names.workspace_name ?? names.project_name),
    ...named('group_name', names.group_name),
  }))
}

function nameIn(
  { table, tenant, id }: {
    readonly table: 'custom_role' | 'workspace' | 'project' | 'member_group'
    readonly tenant: string
    readonly id: 'binding.role' | 'binding.place' | 'binding.member_group'
  },
) {
  return sql<string | null>`(select n.name from ${sql.table(table)} as n
    where n.tenant = ${tenant} and n.id = ${sql.ref(id)})`
}

const named = <K extends string>(key: K, name: string | null) =>
  (name === null ? {} : { [key]: name }) as { readonly [P in K]?: string }

/**
 * True while somebody else is owner: an active person, by a role of their own at the tenant. For the WHERE clause of
 * whatever may take the last one away.
 */
export function anotherOwner(tenant: string, member: string) {
  return sql<boolean>`exists (select 1 from binding as held join member as other
    on other.id = held.member and other.tenant = held.tenant
    where held.tenant = ${tenant} and held.role = 'owner' and held.level = 'tenant'
    and other.id <> ${member} and other.state = 'active' and other.kind = 'person')`
}

/** True of a member who is no active owner. */
export function notOwner(tenant: string, member: string) {
  return sql<boolean>`not exists (select 1 from binding as own join member as self
    on self.id = own.member and self.tenant = own.tenant
    where own.tenant = ${tenant} and own.member = ${member} and own.role = 'owner' and own.level = 'tenant'
    and self.state = 'active')`
}
