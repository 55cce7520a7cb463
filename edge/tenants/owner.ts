/** Another owner: both are named in the log. */
import { Fault } from '../../shared/faults.ts'
import { NewOwner, OwnerChange } from '../../shared/schemas/tenant.ts'
import { insertBinding, tenantBinding } from '../access/store.ts'
import { securityEvent } from '../auth/events/events.ts'
import { dropSessionsOfMember } from '../auth/sessions/sessions.ts'
import { change } from '../http/change.ts'
import { command, type Route } from '../http/route.ts'
import { activePerson, member, takeOwner, takeRoles } from './member_store.ts'

const from = '019a9f3e-7c00-7000-8000-000000000002'
const to = '019a9f3e-7c00-7000-8000-000000000006'

const transferOwner = command({
  id: 'transferOwner',
  method: 'post',
  path: '/v1/tenant/owner',
  tag: 'Tenants',
  permission: 'tenant.delete',
  fresh: true,
  audit: 'tenant.owner_changed',
  summary: 'Hand the tenant over: another member becomes owner in your place, and you an admin',
  description:
    'For an owner by a role of their own. Root keys are another matter: who owns those decides what is signed.',
  body: NewOwner,
  reply: OwnerChange,
  faults: ['not_found', 'conflict'],
  example: { body: { member: to }, reply: { from, to } },
  async handle({ db, principal, body, now, newId }) {
    const { tenant, id: from } = principal
    const [own, other] = await Promise.all([member(db, tenant, from), member(db, tenant, body.member)])
    if (own === null || other === null) throw new Fault('not_found')
    if (other.id === from || other.state !== 'active' || other.kind !== 'person') {
      throw new Fault('conflict', 'The new owner is another active member, and a person.')
    }
    const binding = (of: string, role: string) =>
      insertBinding(tenantBinding({ id: newId(), tenant, member: of, role, created: now }))
    return change({
      writes: [
        activePerson(tenant, other.id),
        takeOwner(tenant, from),
        takeRoles(tenant, [from, other.id]),
        binding(other.id, 'owner'),
        binding(from, 'admin'),
        dropSessionsOfMember({ tenant, member: other.id }, 'role_changed', now),
        dropSessionsOfMember({ tenant, member: from }, 'role_changed', now),
      ],
      target: tenant,
      facts: { from, to: other.id },
      names: { from: { member: from, value: own.name }, to: { member: other.id, value: other.name } },
      further: [
        securityEvent('role.changed', { member: other.id, facts: { role: 'owner' } }),
        securityEvent('role.changed', { member: from, facts: { role: 'admin' } }),
      ],
      reply: () => ({ from, to: other.id }),
    })
  },
})

export const ownerRoutes: readonly Route[] = [transferOwner]
