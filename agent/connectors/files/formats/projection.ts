/** Rows of canonical CSV with other columns, in another order. */
import type { Out } from './pass.ts'
import type { Fields, WriteRow } from './rows.ts'

/** Where a column comes from: a field by its position, or the same text in every row; null for NULL. */
export type Origin = { readonly field: number } | { readonly constant: string | null }

const COMMA = 44
const LF = 10

/** Writes canonical CSV. */
export function projection(origins: readonly Origin[]): WriteRow {
  const fields = Int32Array.from(origins, (origin) => 'field' in origin ? origin.field : -1)
  const constants = origins.map((origin) => Buffer.from('constant' in origin ? spelled(origin.constant) : ''))
  return ({ bytes, starts, ends }: Fields, _row: number, out: Out) => {
    for (let at = 0; at < fields.length; at++) {
      if (at > 0) out.byte(COMMA)
      const field = fields[at] as number
      if (field < 0) {
        const constant = constants[at] as Buffer
        out.copy(constant, 0, constant.length)
      } else out.copy(bytes, starts[field] as number, ends[field] as number)
    }
    out.byte(LF)
  }
}

/** A value as canonical CSV has it. */
export function spelled(value: string | null): string {
  return value === null ? '' : `"${value.replaceAll('"', '""')}"`
}
