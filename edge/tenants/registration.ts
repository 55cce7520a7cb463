/** A new account by an invitation: where it went by mail its return proves the address, and nobody else has seen it. */
import { Fault } from '../../shared/faults.ts'
import { SignedIn } from '../../shared/schemas/account.ts'
import { NewAccountByInvitation } from '../../shared/schemas/invitation.ts'
import { checkPassword } from '../auth/accounts/policy.ts'
import { emailKey, insertAccount, newAccount } from '../auth/accounts/store.ts'
import type { People } from '../auth/people.ts'
import { signIn } from '../auth/sessions/sign_in.ts'
import { answer } from '../http/answer.ts'
import { openChange } from '../http/change.ts'
import { InvalidRequest } from '../http/problem.ts'
import { open, type Route } from '../http/route.ts'
import { type InvitationOptions, standing } from './invitation.ts'
import { type Invited, linkMember, useInvitation } from './invitation_store.ts'

export interface RegistrationOptions extends InvitationOptions {
  readonly people: Pick<People, 'outbox' | 'hasher' | 'demandsOf'>
}

export function registrationRoute({ grantor, people }: RegistrationOptions): Route {
  return open({
    id: 'registerByInvitation',
    method: 'post',
    path: '/v1/invitations/register',
    status: 201,
    tag: 'Members',
    summary: 'Make an account by an invitation, become its member and sign in',
    description:
      'An invitation that went by mail proves the address that it names. One that was handed over proves none: it ' +
      'makes an account only at an installation that sends no mail, where no address can be proven.',
    because: 'the invitation is what somebody new has',
    audit: 'invitation.accepted',
    body: NewAccountByInvitation,
    reply: SignedIn,
    faults: [
      'link_invalid',
      'tenant_closing',
      'tenant_suspended',
      'password_refused',
      'already_exists',
      'conflict',
    ],
    example: {
      body: {
        invitation: 'sp_inv_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT',
        name: 'Grace Hopper',
        password: 'gravel-otter-sundial',
      },
      reply: { next: 'done' },
    },
    async handle(context) {
      const { db, body, now, newId } = context
      const { name } = body
      const row = await standing(db, grantor, { secret: body.invitation, now })
      const { tenant, member, kind, hash } = row
      const email = addressOf(row, { asked: body.email ?? null, provesMail: people.outbox.on })
      checkPassword(body.password, { name, email })
      const password = await people.hasher.hash(body.password)
      const email_verified = row.email === null ? null : now
      const account = newAccount({ id: newId(), email, name, password, email_verified, now })
      const signed = await signIn(context, people.demandsOf, {
        account,
        methods: [{ method: 'password', at: now }],
        fresh: null,
        secondFactor: false,
        into: tenant,
      })
      return openChange({
        tenant,
        actor: { kind: 'account', id: account.id },
        writes: [
          useInvitation(hash, now),
          insertAccount(account),
          linkMember(tenant, member, account.id),
          ...signed.steps,
        ],
        target: member,
        facts: { kind, account: account.id, account_made: true },
        reply: () => answer({ next: 'done' } as const, signed),
      })
    },
  })
}

/** Throws `conflict` where this way is not the one, `InvalidRequest` where the address is missing or another one. */
function addressOf(
  row: Invited,
  { asked, provesMail }: { readonly asked: string | null; readonly provesMail: boolean },
): string {
  if (row.member_kind === 'service') throw new Fault('conflict', 'It is for a machine.')
  if (row.email !== null) {
    if (asked !== null && emailKey(asked) !== row.email_key) {
      throw new InvalidRequest([{ at: 'email', message: 'the invitation is for another address' }])
    }
    return row.email
  }
  if (provesMail) {
    throw new Fault(
      'conflict',
      'Addresses are proven by mail here: make an account first, then accept with it.',
    )
  }
  if (asked === null) throw new InvalidRequest([{ at: 'email', message: 'the invitation names none' }])
  return asked
}
