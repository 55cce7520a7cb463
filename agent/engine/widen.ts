/**
 * The one widening table: which type a target's column may become so that every value that is in it, and every value
 * that the source may send, is kept exactly.
 */
import type { Column } from '../connectors/connector.ts'
import { sameColumn, sameType, type Type } from './types.ts'

export interface Comparison {
  /**
   * `same`: the target takes every value of the source's type as it is, or the source's text has no type of its own.
   * `widen`: it would, were its type `to`. `unlike`: no wider type holds both; whether a value arrives is for its check.
   */
  readonly fit: 'same' | 'widen' | 'unlike'
  readonly to: Type | null
  /** The source may have NULLs, and the target takes none. Never for text without a type of its own. */
  readonly loosen: boolean
  /** For people; null when nothing differs. */
  readonly difference: string | null
}

/** A column of the source beside the one of the target that it goes into. */
export function compareColumns(source: Column, target: Column): Comparison {
  if (source.vocabulary === 'csv') return { fit: 'same', to: null, loosen: false, difference: null }
  const { fit, to } = fitOf(source, target)
  const loosen = source.nullable && !target.nullable
  const parts = [
    ...(fit === 'same' ? [] : [`is ${source.native} in the source and ${target.native} in the target`]),
    ...(loosen ? ['may be NULL in the source and not in the target'] : []),
  ]
  const difference = parts.length === 0 ? null : `"${target.name}" ${parts.join(', and ')}`
  return { fit, to, loosen, difference }
}

function fitOf(source: Column, target: Column): Pick<Comparison, 'fit' | 'to'> {
  if (sameColumn(source, target) || holds(target.type, source.type)) return { fit: 'same', to: null }
  const to = widerType(target.type, source.type)
  return to === null ? { fit: 'unlike', to } : { fit: 'widen', to }
}

/** True when every value of `from` is one of `into`, and its text means the same there. */
export function holds(into: Type, from: Type): boolean {
  if (sameType(into, from)) return from.kind !== 'other'
  if (into.kind === 'text' && into.length === null) return true
  if (into.kind === 'text' && from.kind === 'text') {
    return into.length !== null && from.length !== null && from.length <= into.length && into.padded !== true
  }
  if (into.kind === 'float64' && (from.kind === 'int16' || from.kind === 'int32')) return true
  if (into.kind === 'float32' && from.kind === 'int16') return true
  if (into.kind === 'json' && from.kind === 'jsonb') return true
  const wider = widerType(into, from)
  return wider !== null && sameType(wider, into)
}

/** The narrowest type that holds every value of both; null where the table has none. */
export function widerType(a: Type, b: Type): Type | null {
  if (sameType(a, b)) return a.kind === 'other' ? null : a
  const [ofA, ofB] = [integers.indexOf(a.kind), integers.indexOf(b.kind)]
  if (ofA >= 0 && ofB >= 0) return ofA > ofB ? a : b
  const [decimalA, decimalB] = [asDecimal(a), asDecimal(b)]
  if (decimalA && decimalB) return widerDecimal(decimalA, decimalB)
  if (isFloat(a) && isFloat(b)) return { kind: 'float64' }
  if (a.kind === 'text' && b.kind === 'text') return widerText(a, b)
  if (isMoment(a) && isMoment(b) && a.kind === b.kind) return a.digits > b.digits ? a : b
  return null
}

const integers: readonly string[] = ['int16', 'int32', 'int64']
/** Digits that hold every value of them. */
const integerDigits = [5, 10, 19]

type Decimal = Type & { kind: 'decimal' }
type Text = Type & { kind: 'text' }
type Moment = Type & { kind: 'time' | 'timestamp' | 'timestamptz' }

function asDecimal(type: Type): Decimal | null {
  if (type.kind === 'decimal') return type
  const at = integers.indexOf(type.kind)
  return at < 0 ? null : { kind: 'decimal', precision: integerDigits[at] as number, scale: 0 }
}

/** Numbers without bounds have NaN and infinities too: only their own kind holds those. */
function widerDecimal(a: Decimal, b: Decimal): Decimal {
  if (a.precision === null || b.precision === null) return { kind: 'decimal', precision: null, scale: null }
  const [scaleA, scaleB] = [a.scale ?? 0, b.scale ?? 0]
  const scale = Math.max(scaleA, scaleB)
  const whole = Math.max(a.precision - scaleA, b.precision - scaleB)
  // No database keeps more digits than this with a bound.
  const precision = whole + scale > 1000 ? null : whole + scale
  return { kind: 'decimal', precision, scale: precision === null ? null : scale }
}

/** Only `char` beside `char`: in anything else the spaces that fill it up would turn into content, or get lost. */
function widerText(a: Text, b: Text): Text | null {
  if (a.padded !== b.padded) {
    // What is filled up at its source arrives as it is; what is in a filled-up target would not stay so.
    if (a.padded) return null
    return longer(a, { kind: 'text', length: b.length })
  }
  return longer(a, b)
}

function longer(a: Text, b: Text): Text {
  if (a.length === null || b.length === null) return { kind: 'text', length: null }
  return a.length > b.length ? a : { ...a, length: b.length }
}

function isFloat({ kind }: Type): boolean {
  return kind === 'float32' || kind === 'float64'
}

function isMoment(type: Type): type is Moment {
  return type.kind === 'time' || type.kind === 'timestamp' || type.kind === 'timestamptz'
}
