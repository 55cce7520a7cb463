import type { z } from 'zod'
import { Fault } from '../../shared/faults.ts'

/** A reply of the edge whose words reach a terminal or a decision. Throws `edge_unexpected` on another shape. */
export function shaped<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const where = parsed.error.issues[0]?.path.join('.') || 'the top level'
  throw new Fault('edge_unexpected', `The edge's answer is not what its description says, at ${where}.`)
}
