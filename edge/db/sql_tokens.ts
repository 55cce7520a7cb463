/** SQL as tokens: as much of it as the statements that this edge writes have. */

export interface Token {
  readonly kind: 'word' | 'name' | 'parameter' | 'text' | 'sign'
  /** Words in lower case, names without their quotes. */
  readonly text: string
  /** Of a parameter: how many stand before it. */
  readonly index: number
  /** Of a parenthesis: where its other half is. */
  pair: number
}

const pattern =
  /\s+|--[^\n]*|'(?:[^']|'')*'|"((?:[^"]|"")*)"|\?|[A-Za-z_][A-Za-z0-9_]*|[0-9][0-9.]*|[<>=!|]+|./gsu

/** Throws where parentheses do not match. */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = []
  const open: number[] = []
  let parameters = 0
  for (const [text, quoted] of sql.matchAll(pattern)) {
    if (/^(\s|--)/.test(text)) continue
    const token: Token = { ...kindOf(text, quoted), index: text === '?' ? parameters++ : -1, pair: -1 }
    if (text === '(') open.push(tokens.length)
    if (text === ')') {
      const at = open.pop()
      if (at === undefined) throw new TypeError('a parenthesis too many')
      token.pair = at
      ;(tokens[at] as Token).pair = tokens.length
    }
    tokens.push(token)
  }
  if (open.length > 0) throw new TypeError('a parenthesis too few')
  return tokens
}

function kindOf(text: string, quoted: string | undefined): Pick<Token, 'kind' | 'text'> {
  if (quoted !== undefined) return { kind: 'name', text: quoted }
  if (text === '?') return { kind: 'parameter', text }
  if (text.startsWith("'")) return { kind: 'text', text }
  return /^[A-Za-z_]/.test(text) ? { kind: 'word', text: text.toLowerCase() } : { kind: 'sign', text }
}
