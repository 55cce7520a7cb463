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
import { hashSecret, isSecret, newSecret } from '../auth/secret.ts'
import { insertToken, revokeTokensOf } from '../auth/store.ts'
import { change, openChange } from '../http/change.ts'
import { Page, paged, pageOf, window } from '../http/page.ts'
import { command, open, query, type Route } from '../http/route.ts'
import { firstToken } from './setup.ts'
import {
  acceptInvitation,
  activateMember,
  insertInvitation,
  insertMember,
  invited,
  member,
  type MemberRow,
  members,
  removeMember,
  setRole,
  toMember,
} from './store.ts'

const INVITATION_MS = 7 * 24 * 60 * 60 * 1000

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

export const memberRoutes: readonly Route[] = [
  query({
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
  }),
  command({
    id: 'inviteMember',
    method: 'post',
    path: '/v1/members',
    status: 201,
    tag,
    permission: 'members.write',
    audit: 'member.invited',
    summary: 'Invite a person or a machine',
    description: 'Hand the invitation over; whoever holds it becomes the member.',
    body: NewMember,
    reply: InvitedMember,
    example: {
      body: { name: 'Grace Hopper', role: 'editor' },
      reply: { member: { ...example, state: 'invited' }, invitation },
    },
    handle({ principal, body, now, newId, randomBytes }) {
      const { tenant } = principal
      const { name, role } = body
      const row: MemberRow = {
        id: newId(),
        tenant,
        name,
        kind: 'person',
        state: 'invited',
        operator: 0,
        created: now,
        erased: null,
      }
      const secret = newSecret('inv', randomBytes)
      const invitation = { hash: hashSecret(secret), tenant, member: row.id, expires: now + INVITATION_MS }
      return Promise.resolve(change({
        writes: [...insertMember(row, { binding: newId(), role }), insertInvitation(invitation)],
        target: row.id,
        facts: { role },
        names: { member: { member: row.id, value: row.name } },
        reply: ({ repeated }) => ({
          member: toMember({ ...row, role }),
          ...(repeated ? {} : { invitation: secret }),
        }),
      }))
    },
  }),
  command({
    id: 'changeMember',
    method: 'patch',
    path: '/v1/members/{id}',
    tag,
    permission: 'members.write',
    audit: 'member.changed',
    summary: 'Give a member another role',
    description: 'Counts from the next request on, also for tokens that exist.',
    params,
    body: MemberChange,
    reply: Member,
    faults: ['not_found', 'last_owner'],
    example: { params: { id }, body: { role: 'viewer' }, reply: { ...example, role: 'viewer' } },
    async handle({ db, principal, params, body, now, newId }) {
      const row = existing(await member(db, principal.tenant, params.id))
      return change({
        writes: setRole(principal.tenant, row.id, { role: body.role, binding: newId(), now }),
        target: row.id,
        facts: { role: body.role },
        reply: () => toMember({ ...row, role: body.role }),
      })
    },
  }),
  command({
    id: 'removeMember',
    method: 'delete',
    path: '/v1/members/{id}',
    tag,
    permission: 'members.write',
    audit: 'member.removed',
    summary: 'Remove a member; all tokens of theirs stop working at once',
    params,
    reply: Member,
    faults: ['not_found', 'last_owner'],
    example: { params: { id }, reply: { ...example, role: undefined, state: 'removed' } },
    async handle({ db, principal, params, now }) {
      const row = existing(await member(db, principal.tenant, params.id))
      return change({
        writes: [...removeMember(principal.tenant, row.id), revokeTokensOf(principal.tenant, row.id, now)],
        target: row.id,
        reply: () => toMember({ ...row, state: 'removed', role: null }),
      })
    },
  }),
  open({
    id: 'acceptInvitation',
    method: 'post',
    path: '/v1/invitations/accept',
    status: 201,
    tag,
    summary: 'Become the member that an invitation is for',
    because: 'the invitation is what the member has before the first token',
    credential: {
      kind: 'invitation',
      async find({ secret, db, now }) {
        if (!isSecret('inv', secret)) return null
        const hash = hashSecret(secret)
        const row = await invited(db, { hash, now })
        return row === null ? null : { row, hash }
      },
    },
    audit: 'invitation.accepted',
    reply: AcceptedInvitation,
    faults: ['conflict'],
    example: { reply: { member: example, token: 'sp_pat_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT' } },
    handle({ principal: { row, hash }, now, newId, randomBytes }) {
      const token = firstToken(row, { now, newId, randomBytes })
      return Promise.resolve(openChange({
        tenant: row.tenant,
        actor: { kind: 'invitation', member: row.id },
        writes: [acceptInvitation(hash, now), activateMember(row.tenant, row.id), insertToken(token.row)],
        target: row.id,
        facts: { token: token.row.id },
        reply: () => ({ member: toMember({ ...row, state: 'active' }), token: token.secret }),
      }))
    },
  }),
]

function existing<T>(row: T | null): T {
  if (row === null) throw new Fault('not_found')
  return row
}
