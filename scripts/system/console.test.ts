/** The console as people use it: a real browser, a real edge under its own permissions, real mails. */
import { after, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'
import { settleMembers } from '../e2e/edge_rows.ts'
import {
  call,
  type ConsoleWorld,
  consoleWorld,
  currentStep,
  skip,
  soonestStep,
  totp,
  virtualAuthenticator,
  type Visitor,
} from './console_world.ts'
import { typeHere } from './keyboard.ts'

const ADA = 'ada@example.com'
const GRACE = 'grace@example.com'
const PASSWORD = 'gravel-otter-sundial-7'

describe('the console in Chromium', { skip }, () => {
  let world: ConsoleWorld
  let ada: Visitor
  let grace: Visitor
  let secret = ''
  /** Of the last code: each counts once. */
  let step = 0
  let codes: string[] = []

  before(async () => {
    world = await consoleWorld()
    ada = await world.visitor()
    grace = await world.visitor({ width: 390 })
  })
  after(async () => {
    await world?.[Symbol.asyncDispose]()
  })

  const open = (page: Page, path: string) => page.goto(`${world.url}${path}`)
  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor()

  async function register({ page }: Visitor, email: string, name: string): Promise<void> {
    await open(page, '/console/register')
    await page.getByLabel('Mail address').fill(email)
    await page.getByRole('button', { name: 'Send me a link' }).click()
    await page.getByRole('heading', { name: 'Look into your mail' }).waitFor()
    await page.goto(await world.link(email))
    assert.equal(new URL(page.url()).hash, '', 'the secret does not stay in the address')
    await page.getByLabel('Your name').fill(name)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Make the account and sign in' }).click()
    await heading(page, 'Tenants')
  }

  async function signIn({ page }: Visitor, email: string): Promise<void> {
    await open(page, '/console/sign-in')
    await page.getByLabel('Mail address', { exact: true }).fill(email)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  }

  test('a person registers by a mailed link, and is in no tenant yet', async () => {
    await register(ada, ADA, 'Ada Lovelace')
    await ada.page.getByText('You are in no tenant yet.').waitFor()
  })

  test('the invitation of who set the installation up makes them its owner', async () => {
    const { owner, url } = world
    const made = await call(url, `POST /v1/members/${owner.member}/invitation`, {
      token: owner.token,
      body: {},
    })
    await open(ada.page, `/console/invitation#${made['invitation']}`)
    await ada.page.getByText('Acme Analytics').waitFor()
    await ada.page.getByRole('button', { name: 'Accept the invitation' }).click()
    await heading(ada.page, 'Acme Analytics')
  })

  test('an authenticator app is set up by its QR code or its secret, and recovery codes come with it', async () => {
    const { page } = ada
    await open(page, '/console/account')
    await page.getByRole('button', { name: 'Set up an authenticator app' }).click()
    await page.locator('.qr svg path').waitFor()
    await page.getByText('It cannot scan?').click()
    secret = await page.locator('[data-fill="secret"]').innerText()
    await page.getByLabel('The code that the app shows now').fill('000000')
    await page.getByRole('button', { name: 'Turn it on' }).click()
    await page.locator('form[data-call="POST /v1/account/totp/confirm"] .alert').filter({ hasText: /\w/ })
      .waitFor()
    await page.getByLabel('The code that the app shows now').fill(totp(secret, step = soonestStep()))
    await page.getByRole('button', { name: 'Turn it on' }).click()
    codes = (await page.locator('#once[open] [data-once-value]').innerText()).trim().split('\n')
    assert.equal(codes.length, 10)
    await page.getByRole('button', { name: 'I have kept it' }).click()
    await page.getByRole('button', { name: 'Turn it off' }).waitFor()
  })

  test('signing in then asks for a code, by keyboard alone', async () => {
    const { page } = ada
    await page.getByRole('button', { name: 'Sign out' }).click()
    await heading(page, 'Sign in')
    await typeHere(page, ADA)
    await page.keyboard.press('Tab')
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press('Enter')
    await heading(page, 'Second factor')
    await typeHere(page, totp(secret, Math.max(step + 1, currentStep())))
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Go on')
    await page.keyboard.press('Space')
    await heading(page, 'Acme Analytics')
    await open(page, '/console/members')
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to content')
    await page.keyboard.press('Enter')
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'main')
  })

  test('a passkey is added, and signs in without a password', async () => {
    const { page } = ada
    await virtualAuthenticator(ada)
    // The virtual authenticator would answer the field's autofill before anybody could press the button.
    await page.addInitScript(() => {
      PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false)
    })
    await open(page, '/console/account')
    await page.getByLabel('Name of the new passkey').fill('Laptop')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByRole('button', { name: 'Remove the passkey Laptop' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(/sign-in/)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await heading(page, 'Acme Analytics')
  })

  test('a device is let in by the code in its link, which outlives signing in on the way, and has a token then', async () => {
    const { page } = ada
    const asked = await call(world.url, 'POST /v1/device/authorize', {
      body: { client_id: 'sallyport', device: 'build machine' },
    })
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(/sign-in/)
    await page.goto(asked['verification_uri_complete'] as string)
    await page.waitForURL(/sign-in\?next=/)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.waitForURL(/device/)
    await page.getByRole('button', { name: 'Look at the device' }).click()
    await page.locator('.user-code', { hasText: asked['user_code'] as string }).waitFor()
    await page.getByText('build machine').waitFor()
    await page.getByRole('button', { name: 'Let this device in' }).click()
    await confirmed(page, page.getByRole('heading', { name: 'The device is signed in' }))
    const token = await call(world.url, 'POST /v1/device/token', {
      body: {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: asked['device_code'],
        client_id: 'sallyport',
      },
    })
    const whoami = await call(world.url, 'GET /v1/whoami', { token: token['access_token'] as string })
    assert.equal(whoami['member'], world.owner.member)
  })

  test('what needs a fresh passkey asks for one in a dialog, then goes on; a token is shown once', async () => {
    const { page } = ada
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(/sign-in/)
    await signIn(ada, ADA)
    await heading(page, 'Second factor')
    await page.getByText('Use a recovery code', { exact: true }).click()
    await page.getByRole('textbox', { name: 'Recovery code' }).fill(codes[3] as string)
    await page.getByRole('button', { name: 'Go on with a recovery code' }).click()
    await heading(page, 'Acme Analytics')
    await open(page, '/console/tokens')
    await page.getByLabel('Name').fill('nightly deploy')
    await page.getByRole('button', { name: 'Make the token' }).click()
    const dialog = page.locator('#fresh[open]')
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Make the token' }).click()
    await dialog.getByRole('button', { name: 'Use a passkey' }).click()
    const token = await page.locator('#once[open] [data-once-value]').innerText()
    assert.match(token, /^sp_pat_[0-9A-Za-z]{36}$/)
    assert.equal((await call(world.url, 'GET /v1/whoami', { token }))['member'], world.owner.member)
    await page.getByRole('button', { name: 'I have kept it' }).click()
    await page.getByRole('button', { name: 'Revoke nightly deploy' }).click()
    const confirm = page.locator('#confirm[open]')
    assert.match(await confirm.innerText(), /“nightly deploy” stops working at once/)
    await confirm.getByRole('button', { name: 'Revoke' }).click()
    await page.getByText('revoked').waitFor()
    await assert.rejects(call(world.url, 'GET /v1/whoami', { token }), /unauthenticated/)
    assert.ok(!(await page.content()).includes(token))
  })

  test('a second person is invited by mail and joins in a browser of their own', async () => {
    const { page } = ada
    await open(page, '/console/members')
    const form = page.getByRole('form', { name: 'Invite a person' })
    await form.getByLabel('Name').fill('Grace Hopper')
    await form.getByLabel('Mail address').fill(GRACE)
    await form.getByLabel('Role').selectOption('viewer')
    await form.getByRole('button', { name: 'Invite' }).click()
    await confirmed(page, page.getByRole('link', { name: 'Grace Hopper' }))
    const invitation = await world.link(GRACE)
    // She has no account: the invitation makes one, with the address and the name that it came with.
    await grace.page.goto(invitation)
    await grace.page.getByText('Acme Analytics').waitFor()
    assert.equal(await grace.page.getByLabel('Mail address').inputValue(), GRACE)
    assert.equal(await grace.page.getByLabel('Your name').inputValue(), 'Grace Hopper')
    await grace.page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await grace.page.getByRole('button', { name: 'Make the account and accept' }).click()
    await heading(grace.page, 'Acme Analytics')
  })

  test('a role that is given opens what it holds, and why is said', async () => {
    const { page } = ada
    await open(grace.page, '/console/rules')
    await heading(grace.page, 'You may not see this')
    await open(page, '/console/members')
    await page.getByRole('link', { name: 'Grace Hopper' }).click()
    await page.getByLabel('Role', { exact: true }).last().selectOption('security_officer')
    await page.getByRole('button', { name: 'Change the role' }).click()
    await confirmed(page, page.getByText('Security officer in the whole tenant'))
    await page.getByRole('link', { name: /Why may this member/ }).click()
    await page.getByLabel('May', { exact: true }).selectOption('rules.write')
    await page.getByRole('button', { name: 'Ask' }).click()
    await page.getByText('They are Security officer in the whole tenant.').waitFor()
    await page.getByLabel('May', { exact: true }).selectOption('members.write')
    await page.getByRole('button', { name: 'Ask' }).click()
    await page.getByText('What would help: one of these roles').waitFor()
  })

  test('who ends a session of theirs is signed out there', async () => {
    await signIn(grace, GRACE)
    await heading(grace.page, 'Acme Analytics')
    const elsewhere = await world.visitor()
    await signIn(elsewhere, GRACE)
    await heading(elsewhere.page, 'Acme Analytics')
    await open(grace.page, '/console/sessions')
    const ends = grace.page.getByRole('button', { name: /^End it/ })
    for (let left = await ends.count(); left > 0; left--) {
      await ends.first().click()
      // The page is loaded anew with one less.
      await ends.nth(left - 1).waitFor({ state: 'detached' })
    }
    await open(elsewhere.page, '/console/sessions')
    await heading(elsewhere.page, 'Sign in')
    assert.match(elsewhere.page.url(), /next=%2Fconsole%2Fsessions/)
  })

  test('what needs two people waits for the other one, and then goes through once', async () => {
    const rules = grace.page
    await virtualAuthenticator(grace)
    await open(rules, '/console/account')
    await rules.getByRole('button', { name: 'Add a passkey' }).click()
    await confirmed(rules, rules.getByRole('button', { name: 'I have kept it' }))
    await rules.getByRole('button', { name: 'I have kept it' }).click()
    await rules.getByRole('button', { name: /^Remove the passkey/ }).waitFor()
    await open(rules, '/console/rules')
    await rules.getByLabel('Deletion').check()
    await rules.getByRole('button', { name: 'Save the rules' }).click()
    await confirmed(rules, rules.locator('form[data-call="PUT /v1/rules"]:not([aria-busy])'))
    assert.ok(await rules.getByLabel('Deletion').isChecked())

    settleMembers(world.edge.database)
    // The tenant that the installation was set up with stays, and says so before anybody is asked.
    const { page } = ada
    await open(page, '/console/tenant')
    await page.getByRole('heading', { name: 'It stays' }).waitFor()
    assert.equal(await page.getByRole('button', { name: 'Delete this tenant' }).count(), 0)

    const ask = async () => {
      await open(page, '/console/rules')
      await page.getByLabel('Changes of keys and of trust').check()
      await page.getByRole('button', { name: 'Save the rules' }).click()
    }
    await ask()
    await confirmed(page, page.locator('.alert', { hasText: /See who can approve it/ }))
    await open(page, '/console/approvals')
    await page.getByRole('button', { name: 'Take back putRules' }).waitFor()
    assert.equal(await page.getByRole('button', { name: 'Approve putRules' }).count(), 0)
    await open(rules, '/console/approvals')
    await rules.getByRole('button', { name: 'Approve putRules' }).click()
    await rules.locator('#confirm[open]').getByRole('button', { name: 'Approve' }).click()
    await confirmed(rules, rules.getByText('approved', { exact: true }))
    await ask()
    await confirmed(page, page.locator('form[data-call="PUT /v1/rules"]:not([aria-busy])'))
    assert.ok(await page.getByLabel('Changes of keys and of trust').isChecked())
  })

  test('wrong passwords say the same as an address that nobody has', async () => {
    const { page } = await world.visitor()
    const said: string[] = []
    for (const email of [GRACE, 'nobody@example.com']) {
      await open(page, '/console/sign-in')
      await page.getByLabel('Mail address', { exact: true }).fill(email)
      await page.getByLabel('Password', { exact: true }).fill('not-the-password-1')
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
      const alert = page.locator('form[data-call="POST /v1/sessions"] .alert').filter({ hasText: /\w/ })
      said.push(await alert.innerText())
    }
    assert.equal(said[0], said[1])
  })

  test('no page asked anybody but its own origin, and no browser complained', () => {
    assert.ok(world.asked.length > 100)
    assert.deepEqual(
      world.asked.filter((url) => !url.startsWith(`${world.url}/`) && !url.startsWith('data:')),
      [],
    )
    assert.deepEqual(
      world.asked.filter((url) =>
        /sp_[a-z]{3}_|password/i.test(
          decodeURIComponent(url.split('#')[0] as string).replace('/v1/account/password', '').replace(
            '/v1/password-resets',
            '',
          ),
        )
      ),
      [],
    )
    assert.deepEqual(world.complaints, [])
  })

  /** Waits for what comes of it, by way of the dialog that asks for a passkey where the last one is too old. */
  async function confirmed(page: Page, result: Locator): Promise<void> {
    const passkey = page.locator('#fresh[open]').getByRole('button', { name: 'Use a passkey' })
    await passkey.or(result).first().waitFor()
    if (await passkey.isVisible()) await passkey.click()
    await result.waitFor()
  }
})
