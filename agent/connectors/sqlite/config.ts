/** How a sqlite connection is written. */
import { z } from 'zod'

export interface SqliteConfig {
  /** The database's file. Relative paths start where the run says. */
  readonly path: string
}

export const config = z.strictObject({
  // `:memory:` and `file:…?…` mean something else to SQLite than a path.
  path: z.string().min(1).max(4096).regex(/^(?!:)(?!file:)[^\0]+$/i, 'the path of a file'),
}) as unknown as z.ZodType<SqliteConfig>
