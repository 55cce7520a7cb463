/**
 * Every page of the console in light and dark, wide and narrow: no violation that axe knows of WCAG 2.2 AA, nothing
 * wider than the screen, nothing that moves once it is there. With SALLYPORT_SCREENSHOTS, a picture of each.
 */
import { after, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { violationsOf } from './axe.ts'
import {
  call,
  type ConsoleWorld,
  consoleWorld,
  skip,
  virtualAuthenticator,
  type Visitor,
} from './console_world.ts'

const ADA = 'ada@example.com'
const PASSWORD = 'gravel-otter-sundial-7'

const forAnybody = ['sign-in', 'register', 'verify', 'reset', 'second-factor', 'invitation', 'not-here']
const signedIn = [
  '',
  'account',
  'tenant',
  'sessions',
  'tenants',
  'tokens',
  'device',
  'members',
  'members/{member}',
  'groups',
  'groups/{group}',
  'roles',
  'access?member={member}&permission=rules.write',
  'access?member={member}&permission=tenants.create',
  'rules',
  'providers',
  'approvals',
  'runs',
  'runs?state=failed&trigger=api',
  'dead-letters',
  'queue',
  'agents',
  'pipelines',
  'schedules',
  'installation',
  'installation/{tenant}',
  'not-here',
  'nothing',
]

describe('pages of the console', { skip }, () => {
  let world: ConsoleWorld
  let ada: Visitor
  let state: Awaited<ReturnType<Visitor['context']['storageState']>>
  const ids: Record<string, string> = {}
  const pictures = process.env['SALLYPORT_SCREENSHOTS']

  before(async () => {
    world = await consoleWorld()
    ada = await world.visitor()
    await arrive()
    if (pictures !== undefined) mkdirSync(pictures, { recursive: true })
  })
  after(async () => {
    await world?.[Symbol.asyncDispose]()
  })

  /** Ada with an account, a passkey, and something to see on every page. */
  async function arrive(): Promise<void> {
    const { page } = ada
    const { owner, url } = world
    await page.goto(`${url}/console/register`)
    await page.getByLabel('Mail address').fill(ADA)
    await page.getByRole('button', { name: 'Send me a link' }).click()
    await page.goto(await world.link(ADA))
    await page.getByLabel('Your name').fill('Ada Lovelace')
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Make the account and sign in' }).click()
    await page.waitForURL(/tenants/)
    const { token, member } = owner
    const linked = await call(url, `POST /v1/members/${member}/invitation`, { token, body: {} })
    await page.goto(`${url}/console/invitation#${linked['invitation']}`)
    await page.getByRole('button', { name: 'Accept the invitation' }).click()
    await page.waitForURL(/\/console$/)
    await virtualAuthenticator(ada)
    await page.goto(`${url}/console/account`)
    await page.getByLabel('Name of the new passkey').fill('Laptop')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByRole('button', { name: 'I have kept it' }).click()
    await page.getByRole('button', { name: 'Remove the passkey Laptop' }).waitFor()
    const made = async (target: string, body: unknown) => await call(url, target, { token, body })
    const grace = await made('POST /v1/members', { name: 'Grace Hopper', role: 'editor' })
    await made('POST /v1/members', { name: 'warehouse loader', kind: 'service', role: 'agent_operator' })
    await made('POST /v1/roles', { name: 'Night shift', permissions: ['runs.read', 'runs.write'] })
    const group = await made('POST /v1/groups', { name: 'Marketing' })
    await made('POST /v1/bindings', { group: group['id'], role: 'viewer', level: 'tenant' })
    await call(url, `PUT /v1/groups/${group['id']}/members/${member}`, { token })
    await made('POST /v1/tokens', { name: 'nightly deploy', scopes: ['runs.read'] })
    ids['member'] = (grace['member'] as { id: string }).id
    ids['group'] = group['id'] as string
    ids['tenant'] = owner.tenant
    state = await ada.context.storageState()
  }

  const address = (path: string) =>
    `${world.url}/console${path === '' ? '' : '/'}${
      path.replaceAll(/\{(\w+)\}/g, (_, id: string) => ids[id] as string)
    }`

  const looks = [
    { dark: false, width: 1280, axe: true },
    { dark: true, width: 390, axe: true },
    { dark: false, width: 360, axe: false },
    ...(pictures === undefined
      ? []
      : [{ dark: true, width: 1280, axe: false }, { dark: false, width: 390, axe: false }]),
  ]
  for (const { dark, width, axe } of looks) {
    const called = `${dark ? 'dark' : 'light'}, ${width} wide`
    for (const [who, paths] of [['somebody signed in', signedIn], ['anybody', forAnybody]] as const) {
      describe(`for ${who}: ${called}`, () => {
        let visitor: Visitor
        before(async () => {
          visitor = await world.visitor({ dark, width })
          if (paths === signedIn) await visitor.context.addCookies(state.cookies)
        })
        after(async () => {
          await visitor.context.close()
        })
        for (const path of paths) {
          test(`/console/${path} ${axe ? 'has no violation and ' : ''}fits the screen`, async () => {
            assert.deepEqual(await check(visitor.page, path, { called, axe }), [])
          })
        }
      })
    }
  }

  async function check(
    page: Page,
    path: string,
    { called, axe }: { readonly called: string; readonly axe: boolean },
  ): Promise<unknown[]> {
    await page.goto(address(path))
    for (const summary of await page.locator('main details > summary').all()) {
      if (await summary.isVisible()) await summary.click()
    }
    if (pictures !== undefined) {
      const name = `${path.replaceAll(/\?.*&/g, '_').replaceAll(/\W+/g, '_') || 'home'} ${called}.png`
      await page.screenshot({ path: join(pictures, name.replaceAll(/[ ,]+/g, '_')), fullPage: true })
    }
    const { scrollWidth, clientWidth } = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement
      return { scrollWidth, clientWidth }
    })
    const violations = axe ? await violationsOf(page) : []
    return [
      ...violations.map((violation) => ({ path, ...violation })),
      ...(scrollWidth > clientWidth ? [{ path, wider: scrollWidth - clientWidth }] : []),
    ]
  }

  test('nothing moves after it was drawn', async () => {
    const { context, page } = await world.visitor()
    await context.addCookies(state.cookies)
    for (const path of ['account', 'members', 'sessions']) {
      await page.goto(address(path))
      await page.waitForLoadState('networkidle')
      const shift = await page.evaluate(() =>
        new Promise<number>((resolve) => {
          let sum = 0
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) sum += (entry as unknown as { value: number }).value
          }).observe({ type: 'layout-shift', buffered: true })
          requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)))
        })
      )
      assert.equal(shift, 0, path)
    }
    await context.close()
  })

  test('the dialogs are accessible too', async () => {
    const { context, page } = await world.visitor({ dark: true, width: 390 })
    await context.addCookies(state.cookies)
    await page.goto(address('account'))
    for (const id of ['confirm', 'once', 'fresh']) {
      await page.evaluate((id) => {
        const dialog = document.getElementById(id) as HTMLDialogElement
        dialog.querySelectorAll('[data-confirm-text], [data-once-value]').forEach((place) => {
          place.textContent = 'Words'
        })
        dialog.showModal()
      }, id)
      const found = await violationsOf(page, `#${id}`)
      if (pictures !== undefined) await page.screenshot({ path: join(pictures, `dialog_${id}.png`) })
      assert.deepEqual(found, [], id)
      await page.keyboard.press('Escape')
      assert.equal(await page.locator(`#${id}[open]`).count(), 0, 'Escape closes it')
    }
    await context.close()
  })

  test('no browser complained', () => assert.deepEqual(world.complaints, []))
})
