/** How a text file is written, as far as its own bytes do not say. */

export type LineEnding = 'lf' | 'crlf' | 'cr'

export interface Dialect {
  /** `quoted`: CSV's own quotes, whatever the delimiter; `text`: backslashes, as PostgreSQL and MySQL write it. */
  readonly style: 'quoted' | 'text'
  readonly delimiter: string
  /** Null: nothing quotes, and a value cannot hold the delimiter. */
  readonly quote: string | null
  readonly nullText: string
  /** Null: as the first line of each file; LF where one is written. */
  readonly lineEnding: LineEnding | null
}

/** True for what is canonical CSV but for a header line and CRs. */
export function isPlain({ style, delimiter, quote, nullText, lineEnding }: Dialect): boolean {
  return style === 'quoted' && delimiter === ',' && quote === '"' && nullText === '' && lineEnding !== 'cr'
}
