/** Providers, identities and rules of sign-in: how each operation succeeds. */
import { defaultRules } from '../../shared/schemas/tenant_rules.ts'
import { type Person, person, session } from '../auth/devices/people_fixture.ts'
import { Browser, says } from '../auth/providers/browser_fixture.ts'
import { CLIENT_ID, CLIENT_SECRET, type Liar, liar } from '../auth/providers/liar_fixture.ts'
import { step, writes } from '../db/database.ts'
import { PUBLIC_URL } from '../edge_fixture.ts'
import type { Answers, Operation } from '../operations_fixture.ts'
import { ids, type World } from '../world_fixture.ts'

const IDENTITY = '019a9f3e-7c00-7000-8000-0000000000e1'

let issuer: Liar
let owner: Person
let other: Person
let browser: Browser
let callback: Readonly<Record<string, string>>

const provider = (answers: Answers) => answers.createProvider.id as string

/** Somebody who has connected an identity, by now. */
async function connected(w: World, answers: Answers): Promise<void> {
  const now = w.clock.now
  const row = {
    id: IDENTITY,
    issuer: issuer.issuer,
    subject: 'ada',
    account: owner.account,
    created: now,
    used: now,
  }
  const steps = [
    step(writes.insertInto('identity').values({ ...row, provider: provider(answers), name: 'Ada' })),
  ]
  await w.storage.write({ id: '', steps, leaf: null, repeatable: false })
}

async function gone(w: World, answers: Answers): Promise<void> {
  await connected(w, answers)
  browser = new Browser(w)
  const to = await browser.start(provider(answers))
  says({ issuer, edge: w }, to, { sub: 'ada' })
  callback = { code: 'c', state: to.searchParams.get('state') ?? '' }
}

const cookies = () => [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')

export const providerOperations: readonly Operation[] = [
  { id: 'getRules', request: () => ({}) },
  { id: 'putRules', request: () => ({ body: defaultRules }) },
  {
    id: 'createProvider',
    async prepare(w) {
      issuer = await liar()
      w.close.signal.addEventListener('abort', () => void issuer[Symbol.asyncDispose]())
      owner = await person(w, ids.tenant)
      other = await person(w, w.otherTenant)
    },
    request: () => ({
      body: { name: 'Acme', issuer: issuer.issuer, client_id: CLIENT_ID, client_secret: CLIENT_SECRET },
    }),
  },
  { id: 'listProviders', request: () => ({}) },
  { id: 'getProvider', request: (answers) => ({ params: { id: provider(answers) } }) },
  {
    id: 'changeProvider',
    request: (answers) => ({ params: { id: provider(answers) }, body: { name: 'Acme Inc.' } }),
  },
  { id: 'listSignInProviders', request: () => ({}) },
  { id: 'findSignInProviders', request: () => ({ body: { email: 'ada@acme.example' } }) },
  {
    id: 'startProviderSignIn',
    request: (answers) => ({ params: { provider: provider(answers) }, body: { next: '/console' } }),
  },
  {
    id: 'finishProviderSignIn',
    prepare: gone,
    request: (answers) => ({
      params: { provider: provider(answers) },
      query: callback,
      headers: { cookie: cookies(), origin: PUBLIC_URL },
    }),
  },
  { id: 'listIdentities', request: () => ({ as: owner.caller }) },
  {
    id: 'connectIdentity',
    request: (answers) => ({ as: owner.caller, body: { provider: provider(answers) } }),
  },
  {
    id: 'removeIdentity',
    async prepare(w) {
      const steps = [
        step(writes.updateTable('account').set({ password: '$argon2id$' }).where('id', '=', owner.account)),
      ]
      await w.storage.write({ id: '', steps, leaf: null, repeatable: false })
      owner = { ...owner, caller: await session(w, { account: owner.account, tenant: ids.tenant }) }
    },
    request: () => ({ as: owner.caller, stranger: other.caller, params: { id: IDENTITY } }),
  },
  { id: 'removeProvider', request: (answers) => ({ params: { id: provider(answers) } }) },
]
