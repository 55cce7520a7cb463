/**
 * From an identity to an account. Issuer and subject find it, and nothing else ever does: what a provider says of a
 * mail address connects nothing, since whoever runs the provider could say anybody's.
 */
import { Fault } from '../../../shared/faults.ts'
import type { Reader } from '../../db/database.ts'
import type { Step } from '../../db/plan.ts'
import type { FurtherEntry } from '../../http/change.ts'
import {
  account,
  accountByEmail,
  type AccountRow,
  emailKey,
  insertAccount,
  newAccount,
  unprovenKey,
} from '../accounts/store.ts'
import { emailOf, labelOf, nameOf } from './claims.ts'
import type { Heard } from './flow.ts'
import { type Membership, membership, type PlaceFor } from './membership.ts'
import type { Provider } from './providers.ts'
import { refused } from './refusal.ts'
import { identity, insertIdentity, usedIdentity } from './store.ts'

interface Asked {
  readonly db: Reader
  readonly now: number
  readonly newId: () => string
  readonly placeFor: PlaceFor
}

/** Whose account it is, and what the plan has to write for that. */
export interface Resolved {
  readonly account: AccountRow
  /** True when the plan makes the account. */
  readonly isNew: boolean
  /** True when the plan connects the identity. */
  readonly connected: boolean
  readonly membership: Membership | null
  readonly steps: readonly Step[]
  readonly further: readonly FurtherEntry[]
}

/**
 * Throws Fault `link_required` for an unknown identity whose vouched address an account has, `provider_refused` where
 * nothing lets a new one in or the account is locked.
 */
export async function whoSignsIn(asked: Asked, provider: Provider, heard: Heard): Promise<Resolved> {
  const { db, now } = asked
  const known = await identity(db, heard)
  if (known === null) return await newcomer(asked, provider, heard)
  const row = await account(db, known.account)
  if (row === null || row.state !== 'active') throw refused('account_locked')
  const joined = await membership(asked, provider, { account: row, said: heard.said })
  return {
    account: row,
    isNew: false,
    connected: false,
    membership: joined,
    steps: [usedIdentity(known, now), ...joined?.steps ?? []],
    further: joined?.further ?? [],
  }
}

/** Connects the identity to the account of who is signed in. Refused where it is somebody else's. */
export async function whoConnects(
  asked: Asked,
  provider: Provider,
  { heard, account: id }: { readonly heard: Heard; readonly account: string },
): Promise<Resolved> {
  const { db, now } = asked
  const row = await account(db, id)
  if (row === null || row.state !== 'active') throw refused('account_locked')
  const known = await identity(db, heard)
  if (known !== null && known.account !== id) throw refused('other_account', { code: 'conflict' })
  const joined = await membership(asked, provider, { account: row, said: heard.said })
  const connected = known === null ? connect(asked, provider, { heard, account: id }) : null
  return {
    account: row,
    isNew: false,
    connected: connected !== null,
    membership: joined,
    steps: [connected?.step ?? usedIdentity(known as NonNullable<typeof known>, now), ...joined?.steps ?? []],
    further: [...connected === null ? [] : [connected.entry], ...joined?.further ?? []],
  }
}

async function newcomer(asked: Asked, provider: Provider, heard: Heard): Promise<Resolved> {
  const { db, now, newId } = asked
  const mail = emailOf(heard.said)
  // Whoever says an address unproven, as a tenant's provider always does, is told nothing of whose it is.
  const proven = provider.tenant === null && mail?.verified === true
  if (proven && await accountByEmail(db, emailKey(mail.email)) !== null) throw new Fault('link_required')
  if (provider.tenant === null && !proven) throw refused('address_not_proven')
  const row = accountFor({ id: newId(), email: mail?.email ?? null, proven, name: nameOf(heard.said), now })
  const joined = await membership(asked, provider, { account: row, said: heard.said })
  if (provider.tenant !== null && (joined?.member ?? null) === null) throw refused('no_claim')
  const connected = connect(asked, provider, { heard, account: row.id })
  return {
    account: row,
    isNew: true,
    connected: true,
    membership: joined,
    steps: [insertAccount(row), connected.step, ...joined?.steps ?? []],
    further: [connected.entry, ...joined?.further ?? []],
  }
}

/**
 * An address counts as proven when a provider of the installation vouches for it. A tenant's could say anybody's: what
 * it says is kept to be read, under a key that no address has, so that whoever really has it can register.
 */
function accountFor(
  { id, email: said, proven, name, now }: {
    readonly id: string
    readonly email: string | null
    readonly proven: boolean
    readonly name: string
    readonly now: number
  },
): AccountRow {
  const email = said ?? `${id}@account.invalid`
  const row = newAccount({ id, email, name, password: null, email_verified: proven ? now : null, now })
  return proven ? row : { ...row, email_key: unprovenKey(id, email) }
}

function connect(
  { now, newId }: Asked,
  provider: Provider,
  { heard, account }: { readonly heard: Heard; readonly account: string },
): { readonly step: Step; readonly entry: FurtherEntry } {
  const { issuer, subject, said } = heard
  const id = newId()
  const row = {
    id,
    issuer,
    subject,
    account,
    provider: provider.id,
    name: labelOf(said),
    created: now,
    used: now,
  }
  return {
    step: insertIdentity(row),
    entry: { action: 'identity.connected', target: id, facts: { account, provider: provider.id } },
  }
}
