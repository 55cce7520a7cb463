/** How a files connection is written. */
import { z } from 'zod'
import type { Dialect, LineEnding } from './formats/dialect.ts'

export const fileFormats = ['csv', 'tsv', 'jsonl', 'parquet'] as const
export type FileFormat = typeof fileFormats[number]

export const compressions = ['none', 'gzip', 'zstd'] as const
export type Compression = typeof compressions[number]

export const encodings = ['utf-8', 'latin1', 'utf-16', 'utf-16le', 'utf-16be'] as const
export type Encoding = typeof encodings[number]

/** What says how the bytes of a file are to be read. */
export interface FormatOptions {
  /** Of every file; null takes it from each name's ending. */
  readonly format: FileFormat | null
  /** Null: the ending of the format. */
  readonly delimiter: string | null
  /** `none`: nothing quotes. */
  readonly quote: string
  readonly header: boolean
  /** Names where there is no header; null numbers them: c1, c2, … */
  readonly columns: readonly string[] | null
  /** Null: empty, in the text style `\N`. */
  readonly null: string | null
  readonly encoding: Encoding
  readonly line_ending: LineEnding | null
  readonly style: Dialect['style']
}

export interface FilesConfig extends FormatOptions {
  /** A folder, or one file. Relative paths start where the run says. */
  readonly path: string
  /** Of the files that are written; null takes it from the target's ending. */
  readonly compression: Compression | null
  /** Folders `name=value` are columns. */
  readonly partitions: boolean
  /** A column `_file` has each row's file. */
  readonly file_column: boolean
  /** Columns that become folders. */
  readonly partition_by: readonly string[]
  readonly rows_per_file: number | null
  readonly bytes_per_file: number | null
}

const character = z.string().regex(/^[\t -~]$/, 'one ASCII character')
const size = z.int().min(1)

/** Options that are about the format alone, as another connector may take them too. */
export const formatOptions = {
  format: z.enum(fileFormats).nullable().default(null),
  delimiter: character.refine((sign) => !/[0-9A-Za-z\\"]/.test(sign), 'no letter, digit, quote or backslash')
    .nullable().default(null),
  quote: z.union([character.refine((sign) => !/[0-9A-Za-z\\ ]/.test(sign)), z.literal('none')]).default('"'),
  header: z.boolean().default(true),
  columns: z.array(z.string().min(1)).min(1).nullable().default(null),
  null: z.string().max(100).regex(/^[^\r\n\t"]*$/, 'no quotes, tabs and line ends').nullable().default(null),
  encoding: z.enum(encodings).default('utf-8'),
  line_ending: z.enum(['lf', 'crlf', 'cr']).nullable().default(null),
  style: z.enum(['quoted', 'text']).default('quoted'),
}

/** What is wrong with options that each by itself is right; null when nothing is. */
export function contradiction(given: FormatOptions): string | null {
  const { delimiter, quote, columns, header, style } = given
  if (columns !== null && header) return 'columns are for files without a header: set header: false'
  if (columns !== null && new Set(columns).size < columns.length) return 'columns names one twice'
  if (delimiter !== null && delimiter === quote) return 'delimiter and quote are one character'
  if (given.null?.includes(delimiter ?? ',')) return 'null has the delimiter in it'
  if (quote !== 'none' && given.null?.includes(quote)) return 'null has the quote in it'
  if (style === 'text' && quote !== '"') return 'the style text has no quotes'
  return null
}

export const config = z.strictObject({
  path: z.string().min(1),
  ...formatOptions,
  compression: z.enum(compressions).nullable().default(null),
  partitions: z.boolean().default(false),
  file_column: z.boolean().default(false),
  partition_by: z.array(z.string().min(1)).default([]),
  rows_per_file: size.nullable().default(null),
  bytes_per_file: size.nullable().default(null),
}).superRefine((given, context) => {
  const message = contradiction(given)
  if (message !== null) context.addIssue({ code: 'custom', message })
}) as unknown as z.ZodType<FilesConfig>

/** How text files of this format are written. */
export function dialectOf(format: FileFormat, options: FormatOptions): Dialect {
  const { delimiter, quote, style, line_ending: lineEnding } = options
  return {
    style,
    delimiter: delimiter ?? (format === 'tsv' || style === 'text' ? '\t' : ','),
    quote: quote === 'none' ? null : quote,
    nullText: options.null ?? (style === 'text' ? '\\N' : ''),
    lineEnding,
  }
}
