/**
 * Values for a pipeline's parameters: held against what the signed pipeline declares, before anything is opened.
 * A value is text, and stays text; what it means is its declaration's business.
 */
import { Fault } from './faults.ts'
import { Time } from './schemas/fields.ts'
import type { Parameter, ParameterValues } from './schemas/parameter.ts'

export type ParameterType = 'text' | 'integer' | 'date' | 'timestamp'

export function typeOf(declared: Parameter): ParameterType {
  return 'enum' in declared ? 'text' : declared.type
}

export interface ParameterRules {
  /** Not signed: only enumerations may be set. */
  readonly unsigned: boolean
}

/**
 * The values of a run: those that are given, and the signed defaults of the others. Throws `parameter_refused`, naming
 * the parameter and never its value. Every declared one needs a value.
 */
export function checkParameters(
  declared: Readonly<Record<string, Parameter>>,
  given: ParameterValues,
  { unsigned }: ParameterRules,
): ParameterValues {
  for (const [name, value] of Object.entries(given)) {
    const rule = Object.hasOwn(declared, name) ? declared[name] : undefined
    if (rule === undefined) throw refused(name, 'is not declared by the pipeline')
    if (unsigned && !('enum' in rule)) throw refused(name, 'is set by a signed request alone')
    checkValue(name, value, rule)
  }
  const values = { ...defaultsOf(declared), ...given }
  const missing = Object.keys(declared).find((name) => !Object.hasOwn(values, name))
  if (missing !== undefined) throw refused(missing, 'has no value')
  return values
}

/** What a run gets to which nobody gives a value. Throws `parameter_refused` on a default that its own rule refuses. */
export function defaultsOf(declared: Readonly<Record<string, Parameter>>): ParameterValues {
  const values: ParameterValues = {}
  for (const [name, rule] of Object.entries(declared)) {
    if (rule.default === undefined) continue
    checkValue(name, rule.default, rule)
    values[name] = rule.default
  }
  return values
}

function refused(name: string, why: string): Fault {
  return new Fault('parameter_refused', `The parameter ${name} ${why}.`)
}

function checkValue(name: string, value: string, rule: Parameter): void {
  if (!value.isWellFormed() || value.includes('\0')) throw refused(name, 'has a value that is no text')
  if ('enum' in rule) {
    if (!rule.enum.includes(value)) throw refused(name, 'has none of the values that the pipeline lists')
    return
  }
  if (rule.type === 'text') {
    const most = rule.max_length ?? 10_000
    if ([...value].length > most) throw refused(name, `is longer than ${most} characters`)
    return
  }
  const read = readers[rule.type]
  const position = read(value)
  if (position === null) throw refused(name, `is no ${rule.type}: ${spelling[rule.type]}`)
  const { min, max } = rule
  if (min !== undefined && lower(position, read(min))) {
    throw refused(name, 'is below what the pipeline allows')
  }
  if (max !== undefined && lower(read(max), position)) {
    throw refused(name, 'is above what the pipeline allows')
  }
}

/** A bound that cannot be read bounds nothing that may pass: null is lower than everything, and above it as well. */
function lower(a: bigint | null, b: bigint | null): boolean {
  return a === null || b === null || a < b
}

type Ordered = Exclude<ParameterType, 'text'>

/** How a value of a type is written, for people. */
export const spelling: Readonly<Record<Ordered, string>> = {
  integer: 'digits, with a minus sign at most, in 64 bits',
  date: 'YYYY-MM-DD',
  timestamp: 'YYYY-MM-DDTHH:MM:SSZ, with up to six digits of a second',
}

const readers: Readonly<Record<Ordered, (text: string) => bigint | null>> = {
  integer(text) {
    if (!/^(?:0|-?[1-9]\d{0,18})$/.test(text)) return null
    const value = BigInt(text)
    return BigInt.asIntN(64, value) === value ? value : null
  },
  date(text) {
    return /^\d{4}-\d\d-\d\d$/.test(text) ? microseconds(`${text}T00:00:00`, '') : null
  },
  timestamp(text) {
    const [, whole, fraction = ''] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/.exec(text) ?? []
    return whole === undefined ? null : microseconds(whole, fraction)
  },
}

/** Null when there is no such moment, and for the year 0000, which databases do not have. */
function microseconds(whole: string, fraction: string): bigint | null {
  const time = `${whole}.000Z`
  if (whole.startsWith('0000') || !Time.safeParse(time).success) return null
  return BigInt(Date.parse(time)) * 1000n + BigInt(fraction.padEnd(6, '0'))
}

/** Where the value stands in the order of its type; null when the text is none of it. */
export function positionOf(type: Ordered, text: string): bigint | null {
  return readers[type](text)
}
