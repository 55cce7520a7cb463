/** Decimal numbers as text, digit by digit. */
import type { Type } from '../../engine/types.ts'

type Decimal = Type & { readonly kind: 'decimal' }

/** The shortest text that reads back as this very float. */
export function numberText(value: number): string {
  if (value === Infinity) return 'Infinity'
  if (value === -Infinity) return '-Infinity'
  return Object.is(value, -0) ? '-0' : String(value)
}

/** So many digits of any decimal survive in a float (DBL_DIG). */
const safeDigits = 15

/**
 * A decimal as `csv` spells it, with all digits of its scale; null for what does not fit the type. A float counts as
 * the shortest decimal that it stands for, and only as long as no other one of that many digits is the same float.
 */
export function decimalText(value: bigint | number | string, type: Decimal): string | null {
  if (typeof value === 'bigint') return fitted(value.toString(), type)
  if (typeof value === 'string') return fitted(value, type)
  if (!Number.isFinite(value)) return fitted(numberText(value), type)
  const plain = plainOf(numberText(value))
  return plain === null || digitsOf(plain) > safeDigits ? null : fitted(plain, type)
}

/** Digits from the first that is not zero to the last. */
export function digitsOf(plain: string): number {
  return plain.replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '').length
}

const special: Readonly<Record<string, string>> = {
  'nan': 'NaN',
  'infinity': 'Infinity',
  'inf': 'Infinity',
  '+infinity': 'Infinity',
  '+inf': 'Infinity',
  '-infinity': '-Infinity',
  '-inf': '-Infinity',
}

/** Whole digits, a point and just the digits of the scale: what databases write most is what it stays. */
function isFitted(text: string, precision: number, scale: number): boolean {
  const start = text.charCodeAt(0) === 0x2d ? 1 : 0
  const point = text.length - scale - 1
  const whole = (scale > 0 ? point : text.length) - start
  if (whole < 1 || whole > precision - scale) return false
  const first = text.charCodeAt(start)
  // A zero in front, or a sign in front of a zero, is written another way.
  if (first === 0x30 && (whole > 1 || start === 1)) return false
  for (let at = start; at < text.length; at++) {
    const sign = text.charCodeAt(at)
    if (scale > 0 && at === point ? sign !== 0x2e : sign < 0x30 || sign > 0x39) return false
  }
  return true
}

function fitted(text: string, { precision, scale }: Decimal): string | null {
  if (precision !== null && scale !== null && scale >= 0 && isFitted(text, precision, scale)) return text
  const named = special[text.toLowerCase()]
  if (named !== undefined) return precision === null ? named : null
  const plain = plainOf(text)
  if (plain === null || precision === null || scale === null) return plain
  const [whole = '', fraction = ''] = plain.replace('-', '').split('.')
  const kept = fraction.replace(/0+$/, '')
  const places = Math.max(0, scale)
  if (kept.length > places || (whole === '0' ? 0 : whole.length) > precision - scale) return null
  if (scale < 0 && !/^0+$/.test(whole.slice(scale))) return null
  const sign = plain.startsWith('-') && (whole !== '0' || kept !== '') ? '-' : ''
  return sign + whole + (places > 0 ? `.${kept.padEnd(places, '0')}` : '')
}

const numberPattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,5}))?$/

/** Without an exponent, a plus or zeros in front; digits after the point stay as they are. */
export function plainOf(text: string): string | null {
  const match = numberPattern.exec(text)
  if (!match) return null
  const [, sign, whole = '', fraction = '', power] = match
  if (whole === '' && fraction === '') return null
  const [before, after] = power === undefined ? [whole, fraction] : shifted(whole, fraction, Number(power))
  const minus = sign === '-' ? '-' : ''
  return minus + (before.replace(/^0+(?=\d)/, '') || '0') + (after === '' ? '' : `.${after}`)
}

function shifted(whole: string, fraction: string, power: number): [string, string] {
  const digits = whole + fraction
  const point = whole.length + power
  if (point <= 0) return ['0', '0'.repeat(-point) + digits]
  if (point >= digits.length) return [digits + '0'.repeat(point - digits.length), '']
  return [digits.slice(0, point), digits.slice(point)]
}

/** −1, 0 or 1; both as `csv` spells them. NaN is the greatest, as in PostgreSQL. */
export function compareDecimals(a: string, b: string): number {
  const [left, right] = [keyOf(a), keyOf(b)]
  for (const at of [0, 1] as const) if (left[at] !== right[at]) return left[at] < right[at] ? -1 : 1
  if (left[2] === right[2]) return 0
  const smaller = left[2] < right[2]
  return smaller === left[0] > 0 ? -1 : 1
}

/** Sign, then the power of the first digit with that sign, then all digits. */
function keyOf(text: string): readonly [number, number, string] {
  if (text === 'NaN') return [1, Infinity, '1']
  if (text === 'Infinity') return [1, Number.MAX_SAFE_INTEGER, '']
  if (text === '-Infinity') return [-1, -Number.MAX_SAFE_INTEGER, '']
  const plain = plainOf(text) ?? '0'
  const [whole = '', fraction = ''] = plain.replace('-', '').split('.')
  const all = (whole + fraction).replace(/0+$/, '')
  const digits = all.replace(/^0+/, '')
  if (digits === '') return [0, 0, '']
  const sign = plain.startsWith('-') ? -1 : 1
  return [sign, sign * (whole.length - (all.length - digits.length)), digits]
}
