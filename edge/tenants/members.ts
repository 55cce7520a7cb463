import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Id } from '../../shared/schemas/fields.ts'
import {
  AcceptedInvitation,
  InvitedMember,
  Member,
  MemberChange,
  NewMember,
} from '../../shared/schemas/member.ts'
import { withinLimit } from '../access/limits.ts'
import { type Bound, checkBound } from '../access/rights.ts'
import { insertBinding } from '../access/store.ts'
import { mayRule } from '../access/ruling.ts'
import { securityEvent } from '../auth/events/events.ts'
import { dropSessionsOfMember } from '../auth/sessions/sessions.ts'
import { insertToken } from '../auth/store.ts'
import type { Reader } from '../db/database.ts'
import { change, openChange } from '../http/change.ts'
import { Page, paged, pageOf, window } from '../http/page.ts'
import type { MemberPrincipal } from '../http/principal.ts'
import { command, open, query, type Route } from '../http/route.ts'
import { type InvitationOptions, newInvitation, roomFor, standing } from './invitation.ts'
import { activateMember, useInvitation } from './invitation_store.ts'
import {
  insertMember,
  member,
  type MemberRow,
  members,
  type MemberWithRole,
  setRole,
  toMember,
} from './member_store.ts'
import { memberLeaves } from './own_store.ts'
import { withinQuota } from './quotas.ts'
import { firstToken } from './setup.ts'

const tag = 'Members'
const params = z.strictObject({ id: Id })
const id = '019a9f3e-7c00-7000-8000-000000000006'
const example = {
  id,
  name: 'Grace Hopper',
  kind: 'person',
  role: 'editor',
  state: 'active',
  created: '2026-11-22T08:00:00.000Z',
}
const invitation = 'sp_inv_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT'

export function memberRoutes(options: InvitationOptions): readonly Route[] {
  return [listRoute, inviteRoute(options), changeRoute, removeRoute, acceptRoute(options)]
}

const listRoute = query({
  id: 'listMembers',
  path: '/v1/members',
  tag,
  permission: 'members.read',
  summary: 'Members of the tenant, oldest first',
  query: Page,
  reply: pageOf(Member),
  example: { reply: { data: [example] } },
  async handle({ db, principal, query }) {
    const { after, take, limit } = window(query)
    const rows = await members(db, principal.tenant, { after, take })
    return paged(rows, { limit, key: (row) => row.id, item: toMember })
  },
})

function inviteRoute(options: InvitationOptions): Route {
  return command({
    id: 'inviteMember',
    method: 'post',
    path: '/v1/members',
    status: 201,
    tag,
    permission: 'members.write',
    fresh: true,
    audit: 'member.invited',
    summary: 'Invite a person or a machine',
    description:
      'With an address the invitation goes there by mail, and only an account with that address accepts it. Without ' +
      'one it is answered, to hand over: whoever holds it becomes the member, once, within seven days. Nobody gives ' +
      'more than they hold. What a role allows at the edge is not what a signature is worth: that the trust document ' +
      'says.',
    body: NewMember,
    reply: InvitedMember,
    faults: ['limit_reached', 'quota_reached', 'mail_off', 'too_many_requests'],
    example: {
      body: { name: 'Grace Hopper', role: 'editor' },
      reply: { member: { ...example, state: 'invited' }, invitation },
    },
    async handle({ db, principal, body, now, newId, randomBytes }) {
      const { tenant } = principal
      const { name, kind = 'person', role = null, bindings = [], email = null } = body
      const row: MemberRow = {
        id: newId(),
        tenant,
        name,
        kind,
        account: null,
        state: 'invited',
        operator: 0,
        created: now,
        erased: null,
      }
      const bound = role === null ? bindings.map(boundOf) : [{ role, level: 'tenant', place: null } as const]
      await checkBound(db, principal, bound)
      await roomFor(db, { tenant, member: row.id, email, now })
      const of = { tenant, member: row.id, name, kind: 'join', inviter: principal.id, email, now } as const
      const made = await newInvitation(db, options, { ...of, newId, randomBytes })
      const place = { tenant, member: row.id, member_group: null }
      const given = bound.map((one) => ({ id: newId(), ...place, ...one, created: now }))
      const tenantRole = bound.find(({ level }) => level === 'tenant')?.role ?? null
      return change({
        writes: [
          ...insertMember(row, null),
          ...given.map(insertBinding),
          withinLimit(tenant, 'binding'),
          ...await withinQuota(db, tenant, 'members'),
          ...made.steps,
        ],
        target: row.id,
        facts: { kind, role: tenantRole, bindings: bound.length, by_mail: email !== null },
        names: { member: { member: row.id, value: row.name } },
        committed: () => options.people.outbox.wake(),
        reply: ({ repeated }) => ({
          member: toMember({ ...row, role: tenantRole }),
          ...(repeated || made.secret === null ? {} : { invitation: made.secret }),
        }),
      })
    },
  })
}

function boundOf(
  given: { readonly role: string; readonly level: Bound['level']; readonly place?: string | undefined },
): Bound {
  return { role: given.role, level: given.level, place: given.place ?? null }
}

const changeRoute = command({
  id: 'changeMember',
  method: 'patch',
  path: '/v1/members/{id}',
  tag,
  permission: 'members.write',
  fresh: true,
  audit: 'member.changed',
  summary: 'Give a member another role',
  description:
    'In place of those that they have at the tenant. Counts from the next request on, also for tokens that exist; ' +
    'sessions end. Nobody gives more than they hold, nor changes who holds more.',
  params,
  body: MemberChange,
  reply: Member,
  faults: ['not_found', 'last_owner'],
  example: { params: { id }, body: { role: 'viewer' }, reply: { ...example, role: 'viewer' } },
  async handle({ db, principal, params, body, now, newId }) {
    const row = await ruled(db, principal, params.id)
    await checkBound(db, principal, [{ role: body.role, level: 'tenant', place: null }])
    return change({
      writes: [
        ...setRole(principal.tenant, row.id, { role: body.role, binding: newId(), now }),
        dropSessionsOfMember({ tenant: row.tenant, member: row.id }, 'role_changed', now),
      ],
      target: row.id,
      facts: { role: body.role },
      further: [securityEvent('role.changed', { member: row.id, facts: { role: body.role } })],
      reply: () => toMember({ ...row, role: body.role }),
    })
  },
})

const removeRoute = command({
  id: 'removeMember',
  method: 'delete',
  path: '/v1/members/{id}',
  tag,
  permission: 'members.write',
  fresh: true,
  audit: 'member.removed',
  summary: 'Remove a member; all sessions and tokens of theirs stop working at once',
  params,
  reply: Member,
  faults: ['not_found', 'last_owner'],
  example: { params: { id }, reply: { ...example, role: undefined, state: 'removed' } },
  async handle({ db, principal, params, now }) {
    const row = await ruled(db, principal, params.id)
    return change({
      writes: memberLeaves(principal.tenant, row.id, now),
      target: row.id,
      reply: () => toMember({ ...row, state: 'removed', role: null }),
    })
  },
})

/** The member, where the principal holds all that they hold. */
async function ruled(db: Reader, principal: MemberPrincipal, id: string): Promise<MemberWithRole> {
  const row = await member(db, principal.tenant, id)
  if (row === null) throw new Fault('not_found')
  await mayRule(db, principal, row)
  return row
}

function acceptRoute({ grantor }: InvitationOptions): Route {
  return open({
    id: 'acceptInvitation',
    method: 'post',
    path: '/v1/invitations/accept',
    status: 201,
    tag,
    summary: 'Become the member that an invitation is for, with a token and no account',
    description:
      'For machines, and for people at a command line. An invitation that names an address, or that is for ' +
      'a member who is there already, is accepted by an account.',
    because: 'the invitation is what the member has before the first token',
    credential: {
      kind: 'invitation',
      async find({ secret, db, now }) {
        try {
          const row = await standing(db, grantor, { secret, now })
          return row.kind === 'join' && row.email_key === null ? row : null
        } catch (error) {
          if (error instanceof Fault && error.code === 'link_invalid') return null
          throw error
        }
      },
    },
    audit: 'invitation.accepted',
    reply: AcceptedInvitation,
    faults: ['link_invalid', 'tenant_closing', 'tenant_suspended'],
    example: { reply: { member: example, token: 'sp_pat_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT' } },
    async handle({ db, principal: { tenant, member: id, hash }, now, newId, randomBytes }) {
      const row = await member(db, tenant, id)
      if (row === null) throw new Fault('link_invalid')
      const token = firstToken(row, { now, newId, randomBytes })
      return openChange({
        tenant,
        actor: { kind: 'invitation', member: id },
        writes: [useInvitation(hash, now), activateMember(tenant, id), insertToken(token.row)],
        target: id,
        facts: { token: token.row.id },
        reply: () => ({ member: toMember({ ...row, state: 'active' }), token: token.secret }),
      })
    },
  })
}
