/** The reference page in a real browser: it draws every operation, asks nobody else, and runs nothing inline. */
import { after, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { type EdgeProcess, startEdge } from '../e2e/edge_process.ts'

const program = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path))
const skip = program === undefined ? 'Chromium is not installed: apt-get install chromium' : false

/** A long page draws what is in sight alone: goes down it, from its top, until `found` or its end. */
async function scrolled(page: Page, found: () => Promise<boolean>): Promise<void> {
  await page.evaluate('scrollTo(0, 0)')
  for (;;) {
    // Two frames: one to scroll, one to draw.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
    if (await found()) return
    const before = await page.evaluate('scrollY')
    await page.evaluate('scrollBy(0, innerHeight / 2)')
    if (await page.evaluate('scrollY') === before) return
  }
}

describe('/docs in Chromium', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-docs-'))
  const asked: string[] = []
  const complaints: string[] = []
  let edge: EdgeProcess
  let browser: Browser
  let page: Page

  before(async () => {
    edge = await startEdge({ folder })
    browser = await chromium.launch({ executablePath: program as string, args: ['--no-sandbox'] })
    page = await browser.newPage()
    page.on('request', (request) => asked.push(request.url()))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(`${edge.url}/docs`)
    await page.waitForSelector('.opblock')
  })

  after(async () => {
    await browser?.close()
    await edge?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  test('every operation of the document is on the page', async () => {
    const document = await (await fetch(`${edge.url}/openapi.json`)).json() as {
      paths: Record<string, Record<string, { operationId: string }>>
    }
    const operations = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId)
    )
    assert.ok(operations.length > 30)
    const shown = new Set<string>()
    await scrolled(page, async () => {
      for (const id of await page.locator('.opblock-summary-operation-id').allTextContents()) shown.add(id)
      return shown.size === operations.length
    })
    assert.deepEqual([...shown].sort(), operations.sort())
  })

  test('the page asks its own origin and nobody else', () => {
    assert.ok(asked.length >= 4)
    assert.deepEqual(asked.filter((url) => !url.startsWith(edge.url) && !url.startsWith('data:')), [])
  })

  test('the browser has nothing to complain about, so the policy fits the page', () => {
    assert.deepEqual(complaints, [])
  })

  test('an operation opens and shows its example', async () => {
    const operation = page.locator('.opblock', { hasText: '/v1/whoami' }).first()
    await scrolled(page, async () => await operation.count() > 0)
    await operation.locator('.opblock-summary').click()
    await operation.locator('.responses-wrapper').waitFor()
    assert.match(await operation.innerText(), /permission/i)
    const picture = process.env['SALLYPORT_SCREENSHOT']
    if (picture) {
      await page.screenshot({
        path: picture,
        clip: { x: 0, y: 0, width: 1280, height: 1800 },
        fullPage: true,
      })
    }
  })
})
