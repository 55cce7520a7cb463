/** A night's story in Chromium: a run fails twice, its page says why, and what it names has the run again. */
import { Database } from 'bun:sqlite'
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { browserSession } from '../e2e/browser_session.ts'
import { startWorld, type World } from '../e2e/world.ts'
import { violationsOf } from './axe.ts'
import { skip } from './console_world.ts'

describe('a run that fails, in the console', { skip }, () => {
  let folder: string
  let data: string
  let world: World
  let browser: Browser
  let page: Page
  let run: string
  let pipeline: string

  const sql = (file: string, ...statements: string[]) => {
    using database = new Database(join(data, file), { create: true })
    for (const one of statements) database.run(one)
  }
  const open = (path: string) => page.goto(`${world.url}/console/${path}`)
  const text = async () => {
    await page.waitForLoadState()
    return (await page.locator('main').innerText()).replaceAll(/\s+/g, ' ')
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-console-redrive-'))
    data = join(folder, 'data')
    mkdirSync(data)
    sql('in.db', 'create table orders (id integer)', 'insert into orders values (1), (2)')
    sql('out.db', 'pragma journal_mode = wal')
    world = await startWorld({
      folder,
      allow: [
        `{ direction: read, connector: sqlite, path: "${data}/in.db" }`,
        `{ direction: write, connector: sqlite, path: "${data}/out.db" }`,
      ],
      local: `files: ["${data}"]\n`,
    })
    await world.addConnection('shop', `{ type: sqlite, path: "${data}/in.db" }`)
    await world.addConnection('warehouse', `{ type: sqlite, path: "${data}/out.db" }`)
    await world.applyPipeline({
      name: 'nightly',
      source: 'shop',
      destination: 'warehouse',
      streams: ['orders', 'refunds'].map((one) => `{ from: ${one}, to: ${one}, mode: append }`),
      // A night that is far off: no run of its own comes in between.
      more:
        'limits: { retries: 0 }\ntriggers: { schedule: { cron: "0 3 29 2 *", timezone: Europe/Berlin } }\n',
    })
    await world.startAgent()
    const { member } = (await world.api('GET', '/v1/whoami')).body
    const { cookie } = browserSession(world.edge, { url: world.url, tenant: world.tenant, member })
    const program = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path))
    browser = await chromium.launch({ executablePath: program as string, args: ['--no-sandbox'] })
    const context = await browser.newContext({ colorScheme: 'dark', timezoneId: 'Asia/Tokyo' })
    await context.addCookies([{
      ...cookie,
      url: world.url.replace('http:', 'https:'),
      httpOnly: true,
      secure: true,
      sameSite: 'Lax',
    }])
    page = await context.newPage()
  }, { timeout: 120_000 })

  after(async () => {
    await browser?.close()
    await world?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  test('says why after it has failed twice, among dead letters and on its own page', async () => {
    run = (await world.run('nightly')).id
    await world.does('runs', 'redrive', run, '--sign')
    const again = await world.endOf(run)
    assert.deepEqual([again.state, again.code, again.redriven], ['partial', 'stream_missing', 1])
    pipeline = again.pipeline_id
    await open('dead-letters')
    assert.match(await text(), /nightly version \d+ Partial stream_missing There is no table/)
    await page.getByRole('row', { name: /nightly/ }).getByRole('link').last().click()
    await page.waitForURL(new RegExp(`/console/runs/${run}$`))
    const shown = await text()
    assert.match(shown, /stream_missing There is no table[^]*Came to a part[^]*Redriven[^]*Came to a part/)
    assert.equal(await page.getByRole('button', { name: /Redrive/ }).count(), 0, 'a page has no key')
  })

  test('has times in the reader’s zone, and in UTC behind them', async () => {
    const time = page.locator('main time[data-local]').first()
    const [shown, title, at] = [
      await time.innerText(),
      await time.getAttribute('title'),
      await time.getAttribute('datetime'),
    ]
    assert.equal(title, `${at?.slice(0, 19).replace('T', ' ')} UTC`)
    const there = new Intl.DateTimeFormat('en-GB', {
      dateStyle: 'medium',
      timeStyle: 'short',
      timeZone: 'Asia/Tokyo',
    })
    assert.equal(shown, there.format(new Date(at as string)))
  })

  test('succeeds once the cause is mended and the command of its page was run, and is no dead letter', async () => {
    const command = await page.getByLabel('Command').first().innerText()
    assert.equal(command, `sallyport runs redrive ${run} --sign`)
    sql('in.db', 'create table refunds (id integer)', 'insert into refunds values (7)')
    await world.does(...command.split(' ').slice(1))
    await world.endOf(run)
    await page.getByRole('link', { name: 'Refresh' }).click()
    await page.locator('.head').getByText('Succeeded').waitFor()
    assert.match(await text(), /by an attempt before/)
    await open('dead-letters')
    assert.match(await text(), /Nothing died/)
  })

  test('pauses its pipeline and resumes it by buttons', async () => {
    await open(`pipelines/${pipeline}`)
    await page.getByRole('button', { name: 'Pause nightly' }).click()
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    await page.getByRole('button', { name: 'Resume nightly' }).waitFor()
    await open('schedules')
    await page.getByRole('button', { name: 'Resume nightly' }).click()
    await page.getByRole('button', { name: 'Resume', exact: true }).click()
    await page.getByRole('button', { name: 'Pause nightly' }).waitFor()
  })

  test('no page that has it, wide or narrow, has a violation or is wider than the screen', async () => {
    const of = [`runs/${run}`, `pipelines/${pipeline}`, `agents/${world.agentId}`]
    for (const [colorScheme, width] of [['light', 1280], ['dark', 390]] as const) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 900 })
      for (const path of [...of, 'runs', 'queue', 'agents', 'pipelines', 'schedules']) {
        await open(path)
        assert.deepEqual(await violationsOf(page), [], `${path} ${colorScheme}`)
        const wider = await page.evaluate(() =>
          document.documentElement.scrollWidth - document.documentElement.clientWidth
        )
        assert.ok(wider <= 0, `${path} at ${width}: ${wider}`)
      }
    }
  })
})
