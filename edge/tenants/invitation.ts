/** What makes an invitation good: whoever makes it, the address that it names, and the moment that it is used. */
import { Fault } from '../../shared/faults.ts'
import { type Grantor, grantsOfMember } from '../access/grantor.ts'
import { covers } from '../access/rights.ts'
import { boundTo, mayRule } from '../access/ruling.ts'
import { emailKey, plainEmail } from '../auth/accounts/store.ts'
import { pay } from '../auth/accounts/throttle.ts'
import type { Mail } from '../auth/mail/mail.ts'
import type { Outbox } from '../auth/mail/outbox.ts'
import { letter } from '../auth/mail/templates.ts'
import { hashSecret, isSecret, newSecret } from '../auth/secret.ts'
import { vouchedBy } from '../auth/sessions/borrowed.ts'
import type { DemandsOf } from '../auth/sessions/demands.ts'
import { methodsOf, session } from '../auth/sessions/sessions.ts'
import { token } from '../auth/store.ts'
import type { Reader } from '../db/database.ts'
import type { Storage } from '../db/storage.ts'
import type { Step } from '../db/plan.ts'
import type { AccountPrincipal, MemberPrincipal } from '../http/principal.ts'
import { SignInNotEnough } from '../http/problem.ts'
import {
  countOpen,
  invitationOf,
  type InvitationRow,
  type Invited,
  invited,
  putInvitation,
} from './invitation_store.ts'
import { member, type MemberWithRole } from './member_store.ts'

const INVITATION_MS = 7 * 24 * 60 * 60 * 1000
/** Open ones of a tenant at once: whoever may invite must not make a mail cannon of us. */
const MAX_OPEN = 200
/** Between two mails for the same member. */
const MAIL_AGAIN_MS = 60_000

export interface InvitationOptions {
  readonly grantor: Grantor
  readonly publicUrl: string
  readonly storage: Storage
  readonly people: { readonly outbox: Outbox; readonly demandsOf: DemandsOf }
}

/** What is written for a new invitation, and its secret for whoever is to hand it over. */
export interface MadeInvitation {
  readonly row: InvitationRow
  readonly steps: readonly Step[]
  /** Null where it goes by mail: the secret proves the mailbox, so nobody else may see it. */
  readonly secret: string | null
}

/** An invitation for a member, in place of the one before. */
export async function newInvitation(
  db: Reader,
  { publicUrl, storage, people: { outbox } }: InvitationOptions,
  of: {
    readonly tenant: string
    readonly member: string
    /** Of the member. */
    readonly name: string
    readonly kind: 'join' | 'link'
    readonly inviter: string
    readonly email: string | null
    readonly now: number
    readonly newId: () => string
    readonly randomBytes: (length: number) => Uint8Array
  },
): Promise<MadeInvitation> {
  const { tenant, member, name, kind, inviter, email, now } = of
  if (email !== null && !outbox.on) {
    throw new Fault('mail_off', 'Leave the address out, and hand the invitation over.')
  }
  const secret = newSecret('inv', of.randomBytes)
  const row: InvitationRow = {
    tenant,
    member,
    hash: hashSecret(secret),
    kind,
    inviter,
    email: email === null ? null : plainEmail(email),
    email_key: email === null ? null : emailKey(email),
    created: now,
    expires: now + INVITATION_MS,
    accepted: null,
  }
  if (row.email === null) return { row, steps: [putInvitation(row)], secret }
  // Also of those that were taken back: mail that went out is not.
  const costs = [{ kind: 'invitation', of: row.email_key ?? '' }, {
    kind: 'invitations',
    of: tenant,
  }] as const
  await pay({ storage, db }, costs, now)
  const to = { email: row.email, url: `${publicUrl}/console/invitation#${secret}` }
  const mail = invitationMail({ ...to, kind, name, ...await namesFor(db, tenant, inviter) })
  return {
    row,
    steps: [putInvitation(row), ...outbox.post(mail, { id: of.newId(), now })],
    secret: null,
  }
}

async function namesFor(db: Reader, tenant: string, inviter: string) {
  const row = await db.selectFrom('tenant').innerJoin('member', 'member.tenant', 'tenant.id')
    .select(['tenant.name as tenant', 'member.name as inviter']).where('tenant.id', '=', tenant)
    .where('member.id', '=', inviter).executeTakeFirstOrThrow()
  return row
}

function invitationMail(
  { email, url, kind, name, tenant, inviter }: {
    readonly email: string
    readonly url: string
    readonly kind: 'join' | 'link'
    readonly name: string
    readonly tenant: string
    readonly inviter: string
  },
): Mail {
  const what = kind === 'join'
    ? `${inviter} invites you to ${tenant} on Sallyport, as ${name}.`
    : `${inviter} sends you a way to sign in to ${tenant} on Sallyport as ${name}.`
  return letter({
    to: email,
    subject: `Invitation to ${tenant}`,
    paragraphs: [what],
    link: { label: 'Look at the invitation', url },
    after: [
      'The link counts once, for seven days, and for an account with this mail address alone. If you expect no ' +
      'invitation, ignore this mail: nothing happens.',
    ],
  })
}

/** The member that an invitation is to be made for, whom the principal may invite. */
export async function invitable(
  db: Reader,
  principal: MemberPrincipal,
  wanted: string,
): Promise<MemberWithRole> {
  const { tenant, id, grants, scoped } = principal
  const self = wanted === id
  const row = self || grants.tenant.has('members.read') ? await member(db, tenant, wanted) : null
  if (row === null) throw new Fault('not_found')
  // A token that is cut down must not become a sign-in that is not.
  if (self && (scoped || await isKept(db, principal))) {
    throw new Fault('forbidden', 'This token has limits of its own: take one without.')
  }
  if (!self) {
    if (!grants.tenant.has('members.write')) throw new Fault('forbidden')
    await mayRule(db, principal, row)
  }
  if (row.state === 'active' && (row.account !== null || row.kind === 'service')) {
    throw new Fault('already_exists', 'The member signs in already, or is a machine.')
  }
  return row
}

/** Throws `limit_reached` where too many wait already, or the last mail for the member just went. */
export async function roomFor(
  db: Reader,
  of: {
    readonly tenant: string
    readonly member: string
    readonly email: string | null
    readonly now: number
  },
): Promise<void> {
  const { tenant, member, email, now } = of
  const before = await invitationOf(db, tenant, member)
  const mailed = before === null || before.email === null ? null : before.created
  const justMailed = email !== null && mailed !== null && now - mailed < MAIL_AGAIN_MS
  if (justMailed || await countOpen(db, tenant, now) >= MAX_OPEN) throw new Fault('limit_reached')
}

/** What a secret stands for, as long as everything that it depends on stands. Throws `link_invalid`, `tenant_closing`, `tenant_suspended`. */
export async function standing(
  db: Reader,
  grantor: Grantor,
  { secret, now }: { readonly secret: string; readonly now: number },
): Promise<Invited> {
  const row = isSecret('inv', secret) ? await invited(db, { hash: hashSecret(secret), now }) : null
  if (row === null || !await stillMeant(db, grantor, row)) throw new Fault('link_invalid')
  if (row.suspended !== null) throw new Fault('tenant_suspended')
  if (row.closing !== null) throw new Fault('tenant_closing')
  return row
}

/** Whether who invited is there, and could invite to that now. */
async function stillMeant(db: Reader, grantor: Grantor, row: Invited): Promise<boolean> {
  const { tenant, member, inviter } = row
  if (inviter === null || inviter === member) return true
  const grants = await grantsOfMember(db, tenant, { member: inviter, grantor })
  if (grants === null || !grants.tenant.has('members.write')) return false
  if (row.operator === 1 && !grants.tenant.has('tenants.create')) return false
  return await covers(db, tenant, { grants, bound: await boundTo(db, tenant, member) })
}

/** Where it names an address, only an account that has proven it. */
export async function mayAccept(db: Reader, account: string, { email_key }: Invited): Promise<boolean> {
  const row = await db.selectFrom('account').select(['email_key', 'email_verified'])
    .where('id', '=', account).where('state', '=', 'active').executeTakeFirst()
  if (row === undefined) return false
  return email_key === null || (row.email_verified !== null && row.email_key === email_key)
}

/**
 * Who is signed in by another tenant's word alone becomes nobody here: that tenant could say the same of anybody. Throws
 * `SignInNotEnough`, unless the rules of this one take its issuer.
 */
export async function checkVouched(
  db: Reader,
  demandsOf: DemandsOf,
  { principal, tenant, now }: {
    readonly principal: AccountPrincipal
    readonly tenant: string
    readonly now: number
  },
): Promise<void> {
  const row = await session(db, principal.account, { id: principal.session, now })
  if (row === null) throw new Fault('unauthenticated')
  const methods = methodsOf(row)
  const by = vouchedBy(methods)
  if (by === null || by === tenant) return
  // What else the rules ask for is asked for when the tenant is chosen.
  const missing = (await demandsOf(tenant)).lacks({ email: '', methods }).filter((gap) => gap === 'issuer')
  if (missing.length > 0) throw new SignInNotEnough(missing)
}

/** Whether they ask by a token that its address list keeps to some networks. */
async function isKept(db: Reader, { tenant, by }: MemberPrincipal): Promise<boolean> {
  return by.kind === 'token' && (await token(db, tenant, by.id))?.networks !== null
}
