/** How a files connection is written. */
import { z } from 'zod'

export type FileFormat = 'csv' | 'parquet'

export interface FilesConfig {
  /** A folder, or one file. Relative paths start where the run says. */
  readonly path: string
  /** Of every file; null takes it from each name's ending. */
  readonly format: FileFormat | null
}

export const config = z.strictObject({
  path: z.string().min(1),
  format: z.enum(['csv', 'parquet']).nullable().default(null),
}) as unknown as z.ZodType<FilesConfig>
