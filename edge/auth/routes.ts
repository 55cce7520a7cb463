import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import type { Permission } from '../../shared/permissions.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { Whoami } from '../../shared/schemas/principal.ts'
import { rolesOf } from '../access/store.ts'
import type { Reader } from '../db/database.ts'
import type { Grants } from '../http/grants.ts'
import { FRESH_MS, type MemberPrincipal } from '../http/principal.ts'
import { query, type Route } from '../http/route.ts'
import { memberName, tenantName, token } from './store.ts'

export const authRoutes: readonly Route[] = [
  query({
    id: 'whoami',
    path: '/v1/whoami',
    tag: 'Identity',
    permission: 'member:any',
    summary: 'Who you are here, your roles, and what they let you do',
    query: z.strictObject({
      at: z.union([z.literal('tenant'), Id]).optional().meta({
        description: '`permissions` are those held in this project, or with `tenant` those held everywhere.',
      }),
    }),
    reply: Whoami,
    example: {
      reply: {
        tenant: '019a9f3e-7c00-7000-8000-000000000000',
        tenant_name: 'Acme',
        member: '019a9f3e-7c00-7000-8000-000000000002',
        name: 'Ada Lovelace',
        role: 'viewer',
        roles: [{ role: 'viewer', level: 'tenant' }],
        token: '019a9f3e-7c00-7000-8000-000000000005',
        sort: 'device',
        expires: '2026-12-22T08:00:00.000Z',
        fresh_until: '2026-11-22T08:05:00.000Z',
        permissions: ['runs.read'],
      },
    },
    async handle({ db, principal, query: { at } }) {
      const { tenant, id: member, grants } = principal
      const [tenant_name, name] = await Promise.all([tenantName(db, tenant), memberName(db, tenant, member)])
      if (tenant_name === null || name === null) throw new Fault('not_found')
      const roles = await rolesOf(db, tenant, member)
      const role = roles.find(({ level, group }) => level === 'tenant' && group === undefined)?.role
      return {
        tenant,
        tenant_name,
        member,
        name,
        ...(role === undefined ? {} : { role }),
        roles,
        ...await credentialOf(db, principal),
        permissions: heldAt(grants, at),
      }
    },
  }),
]

/** What is held in a project, everywhere (`tenant`), or somewhere. */
function heldAt(grants: Grants, at: string | undefined): Permission[] {
  if (at === undefined) return [...grants.anywhere]
  if (at === 'tenant') return [...grants.tenant]
  return [...grants.anywhere].filter((permission) => grants.allows(permission, { level: 'project', id: at }))
}

/** What the request was signed in by, and until when it counts as confirmed just now. */
async function credentialOf(db: Reader, { tenant, by }: MemberPrincipal) {
  const fresh = by.fresh === null ? {} : { fresh_until: new Date(by.fresh + FRESH_MS).toISOString() }
  if (by.kind === 'session') return { session: by.id, account: by.account, ...fresh }
  const row = await token(db, tenant, by.id)
  const expires = row === null ? {} : { expires: new Date(row.expires).toISOString() }
  return { token: by.id, sort: by.sort, ...expires, ...fresh }
}
