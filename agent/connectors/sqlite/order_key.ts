/** What the newer of two rows is known by: a value that SQLite sorts as the type's own order is. */
import { Fault } from '../../../shared/faults.ts'
import type { Type } from '../../engine/types.ts'
import type { Value } from './catalog.ts'
import { momentKey } from './cursor.ts'
import { plainOf } from './decimals.ts'
import { isMoment } from './moments.ts'

/** Of a column's stored value. Throws `cursor_refused` for NULL, and for types without an order. */
export function orderKeyOf(type: Type, name: string): (value: Value) => Value {
  const key = keyOf(type)
  if (key === null) throw new Fault('cursor_refused', `cursor "${name}": its values have no order to go by.`)
  return (value) => {
    if (value !== null) return key(value)
    throw new Fault('cursor_refused', `cursor "${name}": a row has no value in it.`)
  }
}

function keyOf(type: Type): ((value: Value) => Value) | null {
  if (isMoment(type)) return type.kind === 'time' ? null : (value) => momentKey(String(value))
  switch (type.kind) {
    case 'decimal':
      return (value) => decimalKey(String(value))
    case 'int16':
    case 'int32':
    case 'int64':
    case 'float32':
    case 'float64':
    case 'text':
    case 'uuid':
      return (value) => value
    default:
      return null
  }
}

/** Of numbers with six digits: powers are far from its ends. */
const middle = 500_000

/** Sign, power and digits as text; of negative numbers turned round. */
export function decimalKey(text: string): string {
  if (text === 'NaN') return 'Z'
  if (text.endsWith('Infinity')) return text.startsWith('-') ? 'A' : 'Y'
  const plain = plainOf(text) ?? '0'
  const [whole = '', fraction = ''] = plain.replace('-', '').split('.')
  const all = (whole + fraction).replace(/0+$/, '')
  const digits = all.replace(/^0+/, '')
  if (digits === '') return 'M'
  const power = whole.length - (all.length - digits.length)
  if (!plain.startsWith('-')) return `P${middle + power}${digits}`
  const turned = [...digits].map((digit) => 9 - Number(digit)).join('')
  return `D${middle - power}${turned}~`
}
