/** The console by keyboard alone: no pointer touches these pages. */
import { after, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { edgeSql } from '../e2e/edge_rows.ts'
import {
  call,
  type ConsoleWorld,
  consoleWorld,
  currentStep,
  skip,
  soonestStep,
  totp,
} from './console_world.ts'
import { focused, focusOn, follow, press, tabTo, typeHere, typeIn } from './keyboard.ts'

const ADA = 'ada@example.com'
const PASSWORD = 'gravel-otter-sundial-7'

describe('the console by keyboard alone', { skip }, () => {
  let world: ConsoleWorld
  let page: Page
  let secret = ''
  /** Of the last code: each counts once. */
  let step = 0

  before(async () => {
    world = await consoleWorld()
    ;({ page } = await world.visitor())
  })
  after(async () => {
    await world?.[Symbol.asyncDispose]()
  })

  const heading = (name: string, level = 1) => page.getByRole('heading', { level, name }).waitFor()
  const dialog = (id: string) => page.locator(`dialog#${id}[open]`).waitFor()
  const closed = (id: string) => page.locator(`dialog#${id}[open]`).waitFor({ state: 'detached' })

  test('somebody registers, accepts an invitation and sets up an authenticator app', async () => {
    await page.goto(`${world.url}/console/register`)
    await typeHere(page, ADA)
    await page.keyboard.press('Enter')
    await heading('Look into your mail', 2)
    await page.goto(await world.link(ADA))
    await typeIn(page, 'Your name', 'Ada Lovelace')
    await typeIn(page, 'Password', PASSWORD)
    await page.keyboard.press('Enter')
    await heading('Tenants')
    const { member, token } = world.owner
    const made = await call(world.url, `POST /v1/members/${member}/invitation`, { token, body: {} })
    await page.goto(`${world.url}/console/invitation#${made['invitation']}`)
    await press(page, 'Accept the invitation', 'Space')
    await heading('Acme Analytics')
    await follow(page, /^Account and sign-in/)
    await press(page, 'Set up an authenticator app')
    await page.locator('.qr svg path').waitFor()
    secret = await page.locator('[data-fill="secret"]').evaluate((at) => at.textContent ?? '')
    assert.match((await focused(page)).name, /code that the app shows/)
    await typeHere(page, totp(secret, step = soonestStep()))
    await page.keyboard.press('Enter')
    await dialog('once')
    assert.equal((await focused(page)).dialog, 'once')
    await press(page, 'I have kept it', 'Space')
    await page.getByRole('button', { name: 'Turn it off' }).waitFor()
  })

  test('signs in with a second factor', async () => {
    await press(page, 'Sign out')
    await heading('Sign in')
    await typeHere(page, ADA)
    await typeIn(page, 'Password', PASSWORD)
    await page.keyboard.press('Enter')
    await heading('Second factor')
    await typeHere(page, totp(secret, step = Math.max(step + 1, currentStep())))
    await press(page, 'Go on', 'Space')
    await heading('Acme Analytics')
  })

  test('invites a member, after a dialog that asks for another code, and goes on where the button is', async () => {
    await follow(page, 'Members')
    await heading('Members')
    // Some minutes later: no code is fresh any more, and the next one counts.
    edgeSql(world.edge.database, 'update session set fresh = 1', [])
    edgeSql(world.edge.database, 'update totp set step = 1', [])
    const button = 'Invite'
    await typeIn(page, 'Name', 'Grace Hopper')
    await typeIn(page, /^Mail address/, 'grace@example.com')
    await tabTo(page, 'Role', 'select')
    await page.keyboard.type('Vie')
    await press(page, button)
    await dialog('fresh')
    assert.equal((await focused(page)).dialog, 'fresh')
    await page.keyboard.press('Escape')
    await closed('fresh')
    await focusOn(page, button)
    await page.keyboard.press('Enter')
    await dialog('fresh')
    await typeIn(page, /code/i, totp(secret, currentStep()))
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Grace Hopper' }).waitFor()
    await focusOn(page, button)
  })

  test('changes a role', async () => {
    await follow(page, 'Grace Hopper')
    await heading('Grace Hopper')
    await tabTo(page, 'Role', 'select')
    await page.keyboard.type('Sec')
    await press(page, 'Change the role')
    await page.getByText('Security officer in the whole tenant').waitFor()
    await focusOn(page, 'Change the role')
  })

  test('makes a token, copies it from a dialog that keeps the focus, and revokes it', async () => {
    await follow(page, 'API tokens')
    await heading('API tokens')
    await typeIn(page, 'Name', 'nightly')
    await tabTo(page, 'Expires', 'select')
    await page.keyboard.press('ArrowUp')
    await press(page, 'Make the token')
    await dialog('once')
    const stops = new Set<string | null>()
    for (let i = 0; i < 8; i++) {
      await page.keyboard.press('Tab')
      const { tag, dialog } = await focused(page)
      if (tag !== 'body') stops.add(dialog)
    }
    assert.deepEqual([...stops], ['once'])
    await press(page, 'I have kept it', 'Space')
    await page.getByRole('button', { name: 'Revoke nightly' }).waitFor()
    await focusOn(page, 'Make the token')
    await tabTo(page, 'Revoke nightly', 'button', true)
    await page.keyboard.press('Enter')
    await dialog('confirm')
    assert.equal((await focused(page)).name, 'Cancel')
    await page.keyboard.press('Enter')
    await closed('confirm')
    await focusOn(page, 'Revoke nightly')
    await page.keyboard.press('Enter')
    await dialog('confirm')
    await press(page, 'Revoke', 'Space')
    await page.getByText('revoked').waitFor()
    // What it was about has no button any more.
    await page.waitForFunction(() => document.activeElement?.id === 'main')
  })

  test('lets a device in by the code that it shows', async () => {
    const asked = await call(world.url, 'POST /v1/device/authorize', {
      body: { client_id: 'sallyport', device: 'build machine' },
    })
    await page.goto(`${world.url}/console/device`)
    await typeHere(page, asked['user_code'] as string)
    await page.keyboard.press('Enter')
    await focusOn(page, 'Let this device in')
    assert.ok((await focused(page)).shown)
    await page.keyboard.press('Enter')
    await focusOn(page, 'The device is signed in', 'h2')
  })

  test('no browser complained', () => {
    assert.deepEqual(world.complaints, [])
  })
})
