/** A page by keyboard alone: where the focus is, and the way to what it should be on. */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'

/** More stops than any page has. */
const MOST = 120

export interface Stop {
  /** Its label or its words. */
  readonly name: string
  /** `button`, `a`, `input` … */
  readonly tag: string
  /** Whether something around it shows that it has the focus, and it is on the screen. */
  readonly shown: boolean
  /** Id of the open dialog that it is in. */
  readonly dialog: string | null
}

/** What has the focus; the page itself has the tag `body`. */
export async function focused(page: Page): Promise<Stop> {
  return await page.evaluate(() => {
    const at = document.activeElement as HTMLInputElement
    const words = at.getAttribute('aria-label') ?? at.labels?.[0]?.textContent ?? at.textContent ?? ''
    const { outlineStyle, outlineWidth } = getComputedStyle(at)
    const { top, bottom, left, right, width } = at.getBoundingClientRect()
    const inside = top < innerHeight && bottom > 0 && left < innerWidth && right > 0 && width > 0
    return {
      name: words.replaceAll(/\s+/g, ' ').trim().slice(0, 80),
      tag: at.localName,
      shown: inside && outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
      dialog: at.closest('dialog[open]')?.id ?? null,
    }
  })
}

/**
 * Presses Tab (or with Shift) until the focus is there; each stop on the way has to be seen. A page is drawn when its
 * script has run, and nobody presses anything on one that is not.
 */
export async function tabTo(page: Page, wanted: RegExp | string, tag: string, back = false): Promise<void> {
  await page.waitForLoadState()
  const seen: string[] = []
  for (let i = 0; i < MOST; i++) {
    await page.keyboard.press(back ? 'Shift+Tab' : 'Tab')
    const stop = await focused(page)
    const name = `${stop.tag} ${stop.name}`
    // Past the last one the browser's own are next.
    if (stop.tag === 'body') continue
    assert.ok(stop.shown, `nobody sees that the focus is on ${name}, at ${page.url()}`)
    const found = typeof wanted === 'string' ? stop.name === wanted : wanted.test(stop.name)
    if (stop.tag === tag && found) return
    seen.push(name)
  }
  assert.fail(`no ${tag} ${wanted} at ${page.url()}, but ${[...new Set(seen)].join('; ')}`)
}

/** Tab to it and press. */
export async function press(
  page: Page,
  wanted: RegExp | string,
  key: 'Enter' | 'Space' = 'Enter',
): Promise<void> {
  await tabTo(page, wanted, 'button')
  await page.keyboard.press(key)
}

/** Tab to a field, and type. */
export async function typeIn(page: Page, label: RegExp | string, text: string): Promise<void> {
  await tabTo(page, label, 'input')
  await page.keyboard.type(text)
}

/** Types where a page puts the focus by itself; the browser does so when it first draws the page. */
export async function typeHere(page: Page, text: string): Promise<void> {
  await page.waitForLoadState()
  await page.waitForFunction(() => document.activeElement?.localName === 'input')
  await page.keyboard.type(text)
}

/** Tab to a link and follow it to another page. */
export async function follow(page: Page, words: RegExp | string): Promise<void> {
  await tabTo(page, words, 'a')
  const from = page.url()
  await page.keyboard.press('Enter')
  await page.waitForURL(({ href }) => href !== from)
}

/** Resolves when the focus is on it: after a dialog, or a page that was loaded anew. */
export async function focusOn(page: Page, name: string, tag = 'button'): Promise<void> {
  await page.waitForFunction(
    ([wanted, local]) => {
      const at = document.activeElement
      const words = at?.getAttribute('aria-label') ?? at?.textContent ?? ''
      return document.readyState === 'complete' && at?.localName === local && words.trim() === wanted
    },
    [name, tag] as const,
  )
}
