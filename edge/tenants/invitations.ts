/** Invitations: asked for, looked at, accepted by an account, taken back. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Id } from '../../shared/schemas/fields.ts'
import {
  Invitation,
  InvitationSecret,
  NewInvitation,
  SeenInvitation,
  SentInvitation,
} from '../../shared/schemas/invitation.ts'
import { Member } from '../../shared/schemas/member.ts'
import { mayEnd } from '../access/ruling.ts'
import { change, openChange, unchanged } from '../http/change.ts'
import { Page, paged, pageOf, window } from '../http/page.ts'
import { command, open, query, type Route } from '../http/route.ts'
import {
  checkVouched,
  invitable,
  type InvitationOptions,
  mayAccept,
  newInvitation,
  roomFor,
  standing,
} from './invitation.ts'
import {
  deleteInvitation,
  linkMember,
  type OpenInvitation,
  openInvitations,
  useInvitation,
} from './invitation_store.ts'
import { type MemberWithRole, selectMember, toMember } from './member_store.ts'

const tag = 'Members'
const params = z.strictObject({ id: Id })
const id = '019a9f3e-7c00-7000-8000-000000000006'
const secretExample = 'sp_inv_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT'
const example = {
  member: id,
  name: 'Grace Hopper',
  kind: 'join',
  inviter: '019a9f3e-7c00-7000-8000-000000000002',
  created: '2026-11-22T08:00:00.000Z',
  expires: '2026-11-29T08:00:00.000Z',
} as const

const memberExample = {
  id,
  name: 'Grace Hopper',
  kind: 'person',
  role: 'editor',
  state: 'active',
  created: '2026-11-22T08:00:00.000Z',
} as const

const time = (ms: number) => new Date(ms).toISOString()

function toInvitation(row: OpenInvitation, { full }: { readonly full: boolean }): Invitation {
  return {
    member: row.member,
    name: row.name,
    kind: row.kind,
    ...(row.email === null || !full ? {} : { email: row.email }),
    ...(row.inviter === null ? {} : { inviter: row.inviter }),
    created: time(row.created),
    expires: time(row.expires),
  }
}

export function invitationRoutes(options: InvitationOptions): readonly Route[] {
  return [listRoute, inviteAgain(options), revokeRoute, lookRoute(options), joinRoute(options)]
}

const listRoute = query({
  id: 'listInvitations',
  path: '/v1/invitations',
  tag,
  permission: 'members.read',
  summary: 'Invitations that nobody has accepted',
  query: Page,
  reply: pageOf(Invitation),
  example: { reply: { data: [example] } },
  async handle({ db, principal, query }) {
    const { after, take, limit } = window(query)
    const rows = await openInvitations(db, principal.tenant, { after, take })
    const full = principal.grants.tenant.has('members.write')
    return paged(rows, { limit, key: (row) => row.member, item: (row) => toInvitation(row, { full }) })
  },
})

function inviteAgain(options: InvitationOptions): Route {
  return command({
    id: 'inviteAgain',
    method: 'post',
    path: '/v1/members/{id}/invitation',
    status: 201,
    tag,
    permission: 'member:any',
    fresh: true,
    audit: 'invitation.created',
    summary: 'Make a new invitation for a member: to join, or to sign in as who they are already',
    description:
      'For yourself, or for others where you may change members and hold what they hold. The one before is worth ' +
      'nothing from then on. A member who has a token only becomes an account’s by it, and keeps the token.',
    params,
    body: NewInvitation,
    reply: SentInvitation,
    faults: ['not_found', 'forbidden', 'already_exists', 'limit_reached', 'mail_off', 'too_many_requests'],
    example: {
      params: { id },
      body: {},
      reply: { ...example, kind: 'link', invitation: secretExample },
    },
    async handle({ db, principal, params, body, now, newId, randomBytes }) {
      const { tenant, id: inviter } = principal
      const member = await invitable(db, principal, params.id)
      const kind = member.state === 'invited' ? 'join' : 'link'
      const email = body.email ?? null
      await roomFor(db, { tenant, member: member.id, email, now })
      const of = { tenant, member: member.id, name: member.name, kind, inviter, email, now } as const
      const made = await newInvitation(db, options, { ...of, newId, randomBytes })
      return change({
        writes: made.steps,
        target: member.id,
        facts: { kind, by_mail: email !== null },
        committed: () => options.people.outbox.wake(),
        reply: ({ repeated }) => ({
          ...toInvitation({ ...made.row, name: member.name }, { full: true }),
          ...(repeated || made.secret === null ? {} : { invitation: made.secret }),
        }),
      })
    },
  })
}

const revokeRoute = command({
  id: 'revokeInvitation',
  method: 'delete',
  path: '/v1/members/{id}/invitation',
  tag,
  permission: 'members.write',
  audit: 'invitation.revoked',
  summary: 'Take an invitation back; the member stays as they are',
  description: 'Nobody takes back that of somebody who would hold more than they do.',
  params,
  reply: z.object({ member: Id }),
  faults: ['not_found', 'forbidden'],
  example: { params: { id }, reply: { member: id } },
  async handle({ db, principal, params }) {
    await mayEnd(db, principal, params.id)
    return change({
      writes: [deleteInvitation(principal.tenant, params.id)],
      target: params.id,
      reply: () => ({ member: params.id }),
    })
  },
})

function lookRoute({ grantor }: InvitationOptions): Route {
  return open({
    id: 'lookAtInvitation',
    method: 'post',
    path: '/v1/invitations/look',
    tag,
    summary: 'What an invitation is for',
    because: 'whoever holds it has to know what they would accept, before they have an account',
    body: InvitationSecret,
    reply: SeenInvitation,
    faults: ['link_invalid', 'tenant_closing', 'tenant_suspended'],
    example: {
      body: { invitation: secretExample },
      reply: {
        tenant: '019a9f3e-7c00-7000-8000-000000000000',
        tenant_name: 'Acme',
        name: 'Grace Hopper',
        kind: 'join',
        inviter: 'Ada Lovelace',
        service: false,
        expires: example.expires,
      },
    },
    async handle({ db, body, now }) {
      const row = await standing(db, grantor, { secret: body.invitation, now })
      return unchanged({
        tenant: row.tenant,
        tenant_name: row.tenant_name,
        name: row.name,
        kind: row.kind,
        ...(row.inviter_name === null ? {} : { inviter: row.inviter_name }),
        ...(row.email === null ? {} : { email: row.email }),
        service: row.member_kind === 'service',
        expires: time(row.expires),
      })
    },
  })
}

function joinRoute({ grantor, people }: InvitationOptions): Route {
  return command({
    id: 'joinTenant',
    method: 'post',
    path: '/v1/invitations/join',
    status: 201,
    tag,
    permission: 'account:any',
    audit: 'invitation.accepted',
    summary: 'Become the member that an invitation is for, with the account that is signed in',
    description:
      'Where the invitation names an address, only an account with that verified address may. Whoever signs ' +
      'in by the provider of another tenant alone adds a passkey first, or proves an address, and signs in with that.',
    body: InvitationSecret,
    reply: Member,
    faults: [
      'link_invalid',
      'tenant_closing',
      'tenant_suspended',
      'already_exists',
      'forbidden',
      'conflict',
      'sign_in_not_enough',
    ],
    example: { body: { invitation: secretExample }, reply: memberExample },
    async handle({ db, principal, body, now }) {
      const row = await standing(db, grantor, { secret: body.invitation, now })
      await checkVouched(db, people.demandsOf, { principal, tenant: row.tenant, now })
      const { account } = principal
      if (row.member_kind === 'service') throw new Fault('conflict', 'It is for a machine.')
      if (!await mayAccept(db, account, row)) {
        throw new Fault('forbidden', 'The invitation is for another address.')
      }
      const { tenant, member: id, kind, hash } = row
      return openChange({
        tenant,
        actor: { kind: 'account', id: account },
        writes: [useInvitation(hash, now), linkMember(tenant, id, account), selectMember(tenant, id)],
        target: id,
        facts: { kind, account },
        reply: ({ rows }) => toMember(rows[2]?.[0] as unknown as MemberWithRole),
      })
    },
  })
}
