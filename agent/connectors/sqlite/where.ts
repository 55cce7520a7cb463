/** A stream's condition with its values, each bound where it stands. */
import { conditionText } from '../../../shared/condition.ts'
import type { ParameterType } from '../../../shared/parameters.ts'
import type { Stream } from '../connector.ts'
import type { Value } from './catalog.ts'
import type { Where } from './reads.ts'

export function whereOf({ condition }: Stream): Where | null {
  if (condition === undefined) return null
  const values: Value[] = []
  const sql = conditionText(condition, (parameter, type) => {
    values.push(valueOf((condition.values[parameter] as { value: string }).value, type))
    return '?'
  })
  return { sql, values }
}

function valueOf(value: string, type: ParameterType): Value {
  return type === 'integer' ? BigInt(value) : value
}
