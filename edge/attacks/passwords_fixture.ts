/** Attacks on passwords and on what is mailed. */
import type { Browser } from '../auth/factors/browser_fixture.ts'
import { Browser as Own } from '../auth/factors/browser_fixture.ts'
import {
  ADA,
  type Installation,
  mailTo,
  password,
  people,
  register,
  workOf,
} from '../auth/accounts/people_fixture.ts'
import { answered, type Attack, codeOf, ended } from './attack_fixture.ts'

const MALLORY = 'mallory@example.com'
const NOBODY = 'nobody@example.com'
const signIn = 'edge/auth/accounts/sign_in_routes.ts'
const registering = 'edge/auth/accounts/register_routes.ts'

function enter(
  edge: Installation,
  email: string,
  secret: string,
): Promise<Awaited<ReturnType<Browser['call']>>> {
  return new Own(edge, '203.0.113.5').call('POST /v1/sessions', { email, password: secret })
}

const bruteForce: Attack = {
  name: 'brute force',
  tried: 'passwords are guessed one after the other until the right one is among them',
  code: 'too_many_requests',
  leaves: { entry: 'sign_in.failed' },
  without: [{
    check: 'a guess is paid for before it is looked at',
    file: signIn,
    find: 'await pay({ storage, db }, paid, now)',
    put: '',
  }],
  async attempt() {
    await using edge = await people()
    for (let i = 0; i < 8; i++) await enter(edge, ADA, `gravel-otter-sundial-${i}`)
    const answer = await enter(edge, ADA, password)
    return await answered(edge, answer, 'a session of the owner')
  },
}

const stuffing: Attack = {
  name: 'credential stuffing',
  tried: 'one password is tried at many addresses, from one network',
  code: 'too_many_requests',
  leaves: { entry: 'sign_in.failed' },
  without: [{
    check: 'a network pays for guesses at whatever account',
    file: 'edge/auth/accounts/throttle.ts',
    find: 'network: { free: 100, firstMs: 1000, longestMs: 5 * MINUTE_MS },',
    put: 'network: { free: 100_000, firstMs: 1000, longestMs: 5 * MINUTE_MS },',
  }],
  async attempt() {
    await using edge = await people()
    for (let i = 0; i < 100; i++) await enter(edge, `person${i}@example.com`, password)
    const answer = await enter(edge, ADA, password)
    return await answered(edge, answer, 'a session of the owner')
  },
}

/** Whether two addresses, of which one has an account, are told apart by the work that they make. */
async function toldApart(
  edge: Installation,
  ask: (email: string) => Promise<unknown>,
): Promise<string | null> {
  const work = async (email: string) =>
    JSON.stringify(
      await workOf(edge, async () => {
        await ask(email)
        await edge.edge.housekeep()
        await edge.edge.flush()
      }),
    )
  // The first of each prepares statements and threads.
  await work(ADA)
  await work(NOBODY)
  const [known, unknown] = [await work(ADA), await work(NOBODY)]
  return known === unknown ? null : `${known} for an account, ${unknown} for none`
}

const timing: Attack = {
  name: 'enumeration by time',
  tried:
    'sign-ins at an address that has an account and at one that has none are told apart by the work they make',
  code: 'sign_in_failed',
  leaves: { entry: 'sign_in.failed' },
  without: [{
    check: 'an address that nobody has costs a hash as well',
    file: signIn,
    find: 'const { right, upgrade } = await people.hasher.verify(body.password, who?.password ?? null)',
    put: 'const { right, upgrade } = who === null\n' +
      '    ? { right: false, upgrade: null }\n' +
      '    : await people.hasher.verify(body.password, who.password)',
  }],
  async attempt() {
    await using edge = await people()
    const wrong = 'walrus-ember-flute'
    const gained = await toldApart(edge, (email) => enter(edge, email, wrong))
    const [known, unknown] = [await enter(edge, ADA, wrong), await enter(edge, NOBODY, wrong)]
    const same = codeOf(known) === codeOf(unknown)
    return await ended(edge, { code: codeOf(unknown), gained: same ? gained : 'another answer' })
  },
}

const asking: Attack = {
  name: 'enumeration by reset',
  tried: 'a reset is asked for at many addresses, to see from the answer and its work which have an account',
  code: 'too_many_requests',
  leaves: { refused: 'askForPasswordReset' },
  without: [{
    check: 'an address that nobody has gets a mail as well',
    file: registering,
    find: '  const made = who === null\n',
    put:
      '  if (who === null) return openChange({ ...await accountLog(db, null), writes: [], target: "mail", ' +
      'reply: () => ({ mail: "sent" } as const) })\n  const made = who === null\n',
  }],
  async attempt() {
    await using edge = await people()
    const ask = (email: string) => new Own(edge, '203.0.113.5').call('POST /v1/password-resets', { email })
    const gained = await toldApart(edge, ask)
    let code: string | null = null
    for (let i = 0; i < 40 && code === null; i++) code = codeOf(await ask(`person${i}@example.com`))
    return await ended(edge, { code, gained })
  },
}

const resetTwice: Attack = {
  name: 'reset link used again',
  tried: 'a reset link out of an old mail is used once more, after its owner did',
  code: 'link_invalid',
  leaves: { refused: 'resetPassword' },
  without: [{
    check: 'a mailed secret is used up',
    file: 'edge/auth/accounts/mailed_secrets.ts',
    find: 'export function useSecret({ hash, purpose, account, email }: MailedSecretRow): Step[] {',
    put: 'export function useSecret({ hash, purpose, account, email }: MailedSecretRow): Step[] {\n' +
      '  if (Date.now() > 0) return []',
  }],
  async attempt() {
    await using edge = await people()
    const own = new Own(edge)
    await own.call('POST /v1/password-resets', { email: ADA })
    const { secret } = await mailTo(edge, ADA)
    await own.call('POST /v1/password-resets/complete', { secret, password: 'ember-walrus-flute' })
    const theirs = { secret, password: 'mallory-owns-this-now' }
    const answer = await new Own(edge).call('POST /v1/password-resets/complete', theirs)
    const entered = await enter(edge, ADA, theirs.password)
    const gained = entered.status === 200 ? "the owner's account, under a password of the attacker's" : null
    return await ended(edge, { code: codeOf(answer), gained })
  },
}

const kept: Attack = {
  name: 'session kept after a change of password',
  tried: "a stolen session's cookie is used after its owner has changed the password",
  code: 'unauthenticated',
  leaves: { refused: 'getAccount' },
  without: [{
    check: 'a change of password ends every other session',
    file: 'edge/auth/accounts/account_routes.ts',
    find: "dropSessions(who.id, 'password_changed', { now, except: current.id }),",
    put: '',
  }],
  async attempt() {
    await using edge = await people()
    const [own, elsewhere] = [new Own(edge), new Own(edge)]
    for (const browser of [own, elsewhere]) await browser.call('POST /v1/sessions', { email: ADA, password })
    const stolen = elsewhere.copy()
    await own.call('PUT /v1/account/password', { current: password, password: 'ember-walrus-flute' })
    const answer = await stolen.call('GET /v1/account')
    return await answered(edge, answer, `the account of ${answer.json.email}`)
  },
}

const assigned: Attack = {
  name: 'privilege by mass assignment',
  tried: "somebody renames their account and sends along that another's address is theirs and proven",
  code: 'invalid_request',
  leaves: { refused: 'changeAccount' },
  without: [
    {
      check: 'a body holds what its schema names',
      file: 'shared/schemas/account.ts',
      find: 'export const AccountChange = z.strictObject({ name: Line })',
      put: 'export const AccountChange = z.looseObject({ name: Line })',
    },
    {
      check: 'a handler takes the fields that it names',
      file: 'edge/auth/accounts/account_routes.ts',
      find: 'writes: [renameAccount(who.id, name)],',
      put: 'writes: [renameAccount(who.id, context.body as never)],',
    },
    {
      check: 'a statement sets the columns that it names',
      file: 'edge/auth/accounts/account_store.ts',
      find: "writes.updateTable('account').set({ name }).where('id', '=', id), { otherwise: 'conflict' })",
      put:
        "writes.updateTable('account').set(name as never).where('id', '=', id), { otherwise: 'conflict' })",
    },
  ],
  async attempt() {
    await using edge = await people()
    const mallory = await register(edge, MALLORY)
    const email = 'grace@example.com'
    const answer = await mallory.call('PATCH /v1/account', { name: 'Mallory', email, email_key: email })
    const { json } = await mallory.call('GET /v1/account')
    return await ended(edge, {
      code: codeOf(answer),
      gained: json.email === email ? `the address ${email}` : null,
    })
  },
}

export const passwords: readonly Attack[] = [bruteForce, stuffing, timing, asking, resetTwice, kept, assigned]
