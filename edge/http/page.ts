/** Lists: `?limit=&cursor=` → `{data, next_cursor}`. A cursor is the last id of a page, opaque to the caller. */
import { z } from 'zod'
import { integerParameter } from './parameter.ts'
import { InvalidRequest } from './problem.ts'

export const MAX_PAGE = 200
const DEFAULT_PAGE = 50

const limit = integerParameter({ min: 1, max: MAX_PAGE }).meta({
  description: `Rows of a page; ${DEFAULT_PAGE} unless said.`,
})
const cursor = z.string().regex(/^[A-Za-z0-9_-]{1,200}$/).meta({
  description: '`next_cursor` of the page before.',
})

/** Query parameters of a list; spread into a strict object to add filters. */
export const pageShape = { limit: limit.optional(), cursor: cursor.optional() }

export const Page = z.strictObject(pageShape)

export type Page = { readonly limit?: number | undefined; readonly cursor?: string | undefined }

/** The reply's schema for a list of `item`. `next_cursor` is left out on the last page. */
export function pageOf<S extends z.ZodType>(item: S) {
  return z.object({ data: z.array(item), next_cursor: z.string().optional() })
}

/** What a store needs for a page: rows after `after`, one more than `limit` to know whether there are more. */
export function window(
  page: Page,
): { readonly after: string | null; readonly take: number; readonly limit: number } {
  const size = page.limit ?? DEFAULT_PAGE
  return { after: page.cursor === undefined ? null : decode(page.cursor), take: size + 1, limit: size }
}

/** What a page of long rows weighs at most, where it has more than one. */
const PAGE_BYTES = 8 * 1024 * 1024

/** How many of the first rows, of these sizes, go onto a page that is asked for `limit`: one at least. */
export function fitting(sizes: readonly number[], limit: number): number {
  let sum = 0
  const over = sizes.findIndex((size, i) => (sum += size) > PAGE_BYTES && i > 0)
  return over === -1 ? limit : Math.min(over, limit)
}

/** Cuts the extra row off and makes the cursor. */
export function paged<Row, Item>(
  rows: readonly Row[],
  options: { readonly limit: number; readonly key: (row: Row) => string; readonly item: (row: Row) => Item },
): { data: Item[]; next_cursor?: string } {
  const { limit: size, key, item } = options
  const data = rows.slice(0, size).map(item)
  const last = rows.length > size ? rows[size - 1] : undefined
  return last === undefined ? { data } : { data, next_cursor: encode(key(last)) }
}

/** The reply of a list whose pages may be short: `key` is where the next one goes on, null at the end. */
export function shortPage<Item>(
  data: readonly Item[],
  key: string | null,
): { data: Item[]; next_cursor?: string } {
  return key === null ? { data: [...data] } : { data: [...data], next_cursor: encode(key) }
}

function encode(text: string): string {
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function decode(text: string): string {
  let decoded = ''
  try {
    decoded = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    // Not base64: empty, and refused below.
  }
  if (!/^[\x21-\x7e]+$/.test(decoded)) {
    throw new InvalidRequest([{ at: 'query/cursor', message: 'none of ours' }])
  }
  return decoded
}
