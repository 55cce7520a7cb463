/** Parameters of a pipeline: declared in what is signed, given by who triggers a run, bound as values. */
import { z } from 'zod'
import { distinct } from './fields.ts'

/** As it stands in `where`, between `${` and `}`. */
export const ParameterName = z.string().regex(
  /^[a-z][a-z0-9_]{0,62}$/,
  'lowercase letters, digits and underscores',
)

/** Text without NUL, which no database takes. */
const Value = z.string().max(10_000).regex(/^[^\0]*$/, 'no NUL')

/** By name; every value is text, and read as what the pipeline declares. */
export const ParameterValues = z.record(ParameterName, Value).refine(
  (values) => Object.keys(values).length <= 64,
  'at most 64 parameters',
).meta({ maxProperties: 64 })
export type ParameterValues = z.infer<typeof ParameterValues>

/** What it is where nobody says: as signed as the declaration. */
const preset = { default: Value.optional() }
const bounds = { min: Value.optional(), max: Value.optional() }

/** An enumeration may be set by anybody who may trigger a run; the others by a signed request alone. */
export const Parameter = z.union([
  z.strictObject({ enum: z.array(Value).min(1).max(1000).refine(distinct), ...preset }),
  z.strictObject({ type: z.enum(['integer', 'date', 'timestamp']), ...bounds, ...preset }),
  z.strictObject({ type: z.literal('text'), max_length: z.int().min(1).max(10_000).optional(), ...preset }),
])
export type Parameter = z.infer<typeof Parameter>
