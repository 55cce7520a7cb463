/** What axe knows of WCAG 2.2 AA, asked of a page. */
import axe from 'axe-core'
import type { Page } from 'playwright-core'

interface Violation {
  readonly id: string
  readonly help: string
  readonly nodes: readonly string[]
}

interface Axe {
  run(where: string, options: unknown): Promise<{
    violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[]
  }>
}

/** Axe comes into the page by the debugger's door: the page's own policy would not let it. */
export async function violationsOf(page: Page, where = 'html'): Promise<Violation[]> {
  await page.evaluate(axe.source)
  return await page.evaluate(async (where) => {
    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run(where, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    })
    return violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`),
    }))
  }, where)
}
