/** Accounts and sessions: how each operation succeeds. */
import { type Person, person, session } from '../auth/devices/people_fixture.ts'
import { type Caller, nobody } from '../edge_fixture.ts'
import type { Operation } from '../operations_fixture.ts'
import { ids, type World } from '../world_fixture.ts'

const email = 'grace@example.com'
const password = 'gravel-otter-sundial'

let me: Person
let other: Person
let caller: Caller

/** The secret in the newest mail. */
function mailed({ mails }: World): string {
  return /#(sp_(?:ver|rst)_[0-9A-Za-z]{36})/.exec(mails.at(-1)?.text ?? '')?.[1] ?? 'no mail'
}

const delivered = async (w: World) => await w.edge.housekeep()

/** Another session, since some operations give the one that asks a new cookie. */
async function again(w: World): Promise<void> {
  await delivered(w)
  caller = await session(w, { account: me.account, tenant: null })
}

const own = () => ({ as: caller, stranger: other.caller })

export const accountOperations: readonly Operation[] = [
  { id: 'register', request: () => ({ body: { email } }) },
  {
    id: 'createAccount',
    prepare: delivered,
    request: (_, w) => ({ body: { secret: mailed(w), name: 'Grace Hopper', password } }),
  },
  { id: 'askForPasswordReset', request: () => ({ body: { email } }) },
  {
    id: 'resetPassword',
    prepare: delivered,
    request: (_, w) => ({ body: { secret: mailed(w), password: 'ember-walrus-flute' } }),
  },
  { id: 'signIn', request: () => ({ body: { email, password: 'ember-walrus-flute' } }) },
  {
    id: 'listSessions',
    async prepare(w) {
      me = await person(w, ids.tenant)
      other = await person(w, w.otherTenant)
      await again(w)
    },
    request: own,
  },
  {
    id: 'endSession',
    request: ({ listSessions: { data } }) => ({
      ...own(),
      params: { id: data.find(({ current }: { readonly current: boolean }) => !current).id },
    }),
  },
  { id: 'chooseTenant', request: () => ({ ...own(), body: { tenant: ids.tenant } }) },
  { id: 'getAccount', prepare: again, request: own },
  { id: 'changeAccount', request: () => ({ ...own(), body: { name: 'Grace' } }) },
  { id: 'changePassword', request: () => ({ ...own(), body: { password } }) },
  {
    id: 'changeAddress',
    prepare: again,
    request: () => ({ ...own(), body: { email: 'grace@example.org' } }),
  },
  {
    id: 'proveAddress',
    prepare: delivered,
    request: (_, w) => ({ ...own(), body: { secret: mailed(w) } }),
  },
  { id: 'signOut', prepare: again, request: own },
  {
    id: 'deleteAccount',
    // Somebody who is a member of no tenant: for others there are entries about that as well.
    async prepare(w) {
      const signedIn = await w.call(nobody, 'POST /v1/sessions', {
        body: { email, password: 'ember-walrus-flute' },
      })
      const [session] = signedIn.headers.getSetCookie()
      caller = { kind: 'session', cookie: /=(sp_ses_[0-9A-Za-z]+);/.exec(session ?? '')?.[1] ?? '' }
      return signedIn
    },
    request: own,
  },
]
