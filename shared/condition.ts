/**
 * The `where` of a stream: a condition in SQL, with `${name}` for parameters. It stays one condition wherever it is
 * put: text that could end it, begin another statement or read another table is refused, and parameters are values
 * that a database gets beside the text, never in it.
 */
import { Fault } from './faults.ts'
import { type ParameterType, typeOf } from './parameters.ts'
import type { Parameter, ParameterValues } from './schemas/parameter.ts'

/** Text of the condition, or a parameter in its place. */
export type Piece = string | { readonly parameter: string }

export interface Bound {
  readonly type: ParameterType
  readonly value: string
}

/** A condition, and a value for each of its parameters. */
export interface Condition {
  readonly pieces: readonly Piece[]
  readonly values: Readonly<Record<string, Bound>>
}

const name = /^[a-z][a-z0-9_]{0,62}$/
/** Begin a query: what it reads is another place than the policy has judged. Reserved, so no column is called so. */
const queries = new Set(['select', 'table', 'with'])

/**
 * Throws `pipeline_invalid` for what is no single condition, and says why. SQL knows strings (`'it''s'`, `E'\''`),
 * quoted names (`"a""b"`), parentheses and words; comments, dollar quotes, `;` and queries are refused.
 */
export function parseCondition(text: string): Piece[] {
  const pieces: Piece[] = []
  let written = ''
  let depth = 0
  let before = ''
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at)
    const parameter = /^\$\{([^}]*)\}/.exec(rest)
    if (parameter !== null) {
      if (!name.test(parameter[1] as string)) throw invalid(`\${${parameter[1]}} names no parameter`)
      pieces.push(written, { parameter: parameter[1] as string })
      written = ''
      at += parameter[0].length
      before = parameter[0]
      if (touching.test(text.slice(at))) throw invalid('something touches a parameter')
      continue
    }
    const token = tokenOf(rest)
    if (isString(before) && token.startsWith("'")) {
      throw invalid('one string follows another: how the second is read would depend on the first')
    }
    if (token.trim() !== '') before = token
    if (token === '(') depth++
    if (token === ')' && --depth < 0) throw invalid('a parenthesis is closed that was never opened')
    written += token
    at += token.length
  }
  if (depth > 0) throw invalid('a parenthesis is not closed')
  pieces.push(written)
  if (pieces.every((piece) => typeof piece === 'string' && piece.trim() === '')) throw invalid('it is empty')
  return pieces.filter((piece) => piece !== '')
}

/** What would become part of how a parameter is written: a name, or the sign that says how a string is read. */
const touching = /^[\p{L}\p{N}_$'"]/u
/** Databases read `'a' 'b'` over two lines as one string, and both by the rules of the first: `E'a' '\''`. */
const isString = (token: string) => /^[eE]?'/.test(token)

/** The next token, whole. Throws on one that has no place in a condition. */
function tokenOf(rest: string): string {
  const quoted = /^(?:[eE]'(?:[^'\\]|''|\\[^])*'|'(?:[^']|'')*'|"(?:[^"]|"")*")/.exec(rest)?.[0]
  if (quoted !== undefined) {
    if (quoted.includes('${')) {
      throw invalid('a parameter stands in quotes: it is a value already, write it bare')
    }
    return quoted
  }
  if (/^(?:[eE]?'|")/.test(rest)) throw invalid('a quote is not closed')
  const word = /^[\p{L}_][\p{L}\p{M}\p{N}_$]*/u.exec(rest)?.[0]
  if (word !== undefined) {
    if (queries.has(word.toLowerCase())) {
      throw invalid(`${word.toUpperCase()} begins a query, not a condition`)
    }
    return word
  }
  if (/^(?:--|\/\*)/.test(rest)) throw invalid('there is a comment in it')
  if (/^\$/.test(rest)) throw invalid('there is a dollar sign outside of quotes and parameters')
  if (/^[;\0]/.test(rest)) throw invalid('it has an end in it')
  // Part of a name to one database, space to another: what follows would be read in two ways.
  if (/^[^\0-\x7f]/.test(rest)) throw invalid('there is a sign outside of quotes that is no letter')
  return /^\d[\p{L}\p{M}\p{N}_.]*/u.exec(rest)?.[0] ?? rest.slice(0, 1)
}

function invalid(why: string): Fault {
  return new Fault('pipeline_invalid', `The condition of "where" is refused: ${why}.`)
}

/**
 * The condition with its values. They have been checked against their declarations; one that is used and has none is
 * `parameter_refused`. Throws what `parseCondition` throws.
 */
export function bindCondition(
  text: string,
  declared: Readonly<Record<string, Parameter>>,
  given: ParameterValues,
): Condition {
  const pieces = parseCondition(text)
  const values: Record<string, Bound> = {}
  for (const piece of pieces) {
    if (typeof piece === 'string') continue
    const { parameter } = piece
    const rule = Object.hasOwn(declared, parameter) ? declared[parameter] : undefined
    if (rule === undefined) {
      throw new Fault('parameter_refused', `The parameter ${parameter} is not declared by the pipeline.`)
    }
    const value = Object.hasOwn(given, parameter) ? given[parameter] : undefined
    if (value === undefined) throw new Fault('parameter_refused', `The parameter ${parameter} has no value.`)
    values[parameter] = { type: typeOf(rule), value }
  }
  return { pieces, values }
}

/** The condition in parentheses, each parameter as `spell` writes it: something that stands for a value. */
export function conditionText(
  { pieces, values }: Condition,
  spell: (parameter: string, type: ParameterType) => string,
): string {
  const texts = pieces.map((piece) => {
    if (typeof piece === 'string') return piece
    const { parameter } = piece
    return spell(parameter, (values[parameter] as Bound).type)
  })
  return `(${texts.join('')})`
}
