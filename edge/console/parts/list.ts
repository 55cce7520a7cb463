/** Lists that have more than one page: the API's cursor is the page's. */
import { z } from 'zod'

export const listQuery = z.object({ cursor: z.string().regex(/^[A-Za-z0-9_-]{1,200}$/).optional() })

type Listed = z.infer<typeof listQuery>

/** `?cursor=…` for the API. */
export function cursorOf({ cursor }: Listed): string {
  return cursor === undefined ? '' : `?cursor=${cursor}`
}

/** A list as the API answers it, and the address of the page that has the next ones. */
export function pageOf<S extends z.ZodType>(item: S) {
  return z.object({ data: z.array(item), next_cursor: z.string().optional() }).transform((
    { data, next_cursor },
  ) => ({
    data,
    more: (path: string) => next_cursor === undefined ? null : `${path}?cursor=${next_cursor}`,
  }))
}
