import { z } from 'zod'

/**
 * A whole number in a query. It arrives as text, so it is parsed from its one spelling; the reference calls it what it
 * is.
 */
export function integerParameter({ min, max }: { readonly min: number; readonly max: number }) {
  return z.string().regex(/^(0|[1-9][0-9]{0,15})$/, 'not a whole number').transform(Number)
    .refine((n) => n >= min && n <= max, `not from ${min} to ${max}`)
    .meta({ type: 'integer', minimum: min, maximum: max })
}
