/** Second factors: how each operation succeeds. Most end or renew the session, so each has one of its own. */
import { SoftAuthenticator } from '../auth/factors/authenticator_fixture.ts'
import { Browser, fromBase32 } from '../auth/factors/browser_fixture.ts'
import { hotp } from '../auth/factors/hotp.ts'
import { type Person, person, session } from '../auth/devices/people_fixture.ts'
import { type Caller, PUBLIC_URL } from '../edge_fixture.ts'
import type { Answers, Operation } from '../operations_fixture.ts'
import { ids, type World } from '../world_fixture.ts'

let owner: Person
let other: Person
let as: Caller
/** Whom the passkey is of that signs in without an address, in a browser of its own. */
let passer: Person
let browser: Browser
let secret: Uint8Array
const authenticator = new SoftAuthenticator(PUBLIC_URL)
const passing = new SoftAuthenticator(PUBLIC_URL)

async function renew(w: World): Promise<void> {
  as = await session(w, { account: owner.account, tenant: ids.tenant })
}

async function code(w: World, later: number): Promise<string> {
  return await hotp(secret, Math.floor(w.clock.now / 30_000) + later)
}

const cookies = () => [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
const inBrowser = () => ({ headers: { cookie: cookies(), origin: PUBLIC_URL } })
const passkeyOf = (answers: Answers) => ({
  as,
  stranger: other.caller,
  params: { id: answers.addPasskey.passkey.id },
})

let asked: { readonly code: string }
let credential: unknown

export const factorOperations: readonly Operation[] = [
  {
    id: 'startTotp',
    async prepare(w) {
      owner = await person(w, ids.tenant)
      other = await person(w, w.otherTenant)
      await renew(w)
    },
    request: () => ({ as }),
  },
  {
    id: 'confirmTotp',
    async prepare(w, answers) {
      secret = fromBase32(answers.startTotp.secret)
      asked = { code: await code(w, 0) }
    },
    request: () => ({ as, body: asked }),
  },
  { id: 'getFactors', prepare: renew, request: () => ({ as }) },
  { id: 'startPasskey', request: () => ({ as }) },
  {
    id: 'addPasskey',
    prepare: (_w, answers) => {
      credential = authenticator.register(answers.startPasskey)
      return Promise.resolve()
    },
    request: () => ({ as, body: { name: 'laptop', credential } }),
  },
  {
    id: 'renamePasskey',
    prepare: renew,
    request: (answers) => ({ ...passkeyOf(answers), body: { name: 'phone' } }),
  },
  { id: 'startConfirmByPasskey', request: () => ({ as }) },
  {
    id: 'confirmByPasskey',
    prepare: (_w, answers) => {
      credential = authenticator.assert(answers.startConfirmByPasskey)
      return Promise.resolve()
    },
    request: () => ({ as, body: { credential } }),
  },
  {
    id: 'confirmByTotp',
    async prepare(w) {
      await renew(w)
      asked = { code: await code(w, 1) }
    },
    request: () => ({ as, body: asked }),
  },
  { id: 'makeRecoveryCodes', prepare: renew, request: () => ({ as }) },
  {
    id: 'startSecondFactor',
    async prepare(w) {
      browser = new Browser(w)
      await browser.startSession({ account: owner.account, email: '' }, 'second_factor')
    },
    request: inBrowser,
  },
  {
    id: 'showSecondFactor',
    prepare: (_w, answers) => {
      credential = authenticator.assert(answers.startSecondFactor)
      return Promise.resolve()
    },
    request: () => ({ ...inBrowser(), body: { method: 'passkey', credential } }),
  },
  { id: 'removePasskey', prepare: renew, request: passkeyOf },
  { id: 'removeTotp', prepare: renew, request: () => ({ as }) },
  { id: 'startPasskeySignIn', request: () => ({}) },
  {
    id: 'signInByPasskey',
    async prepare(w) {
      passer = await person(w, ids.tenant)
      browser = new Browser(w)
      await browser.startSession({ account: passer.account, email: '' })
      await browser.addPasskey('key', passing)
      const options = await browser.call('POST /v1/sessions/passkey/options')
      credential = passing.assert(options.json)
    },
    request: () => ({ ...inBrowser(), body: { credential } }),
  },
]
