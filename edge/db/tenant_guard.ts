/**
 * Isolation by construction: a statement may touch rows of tenants only where it binds each table that has such rows to
 * one tenant, by a parameter. Found out once for each text; then it is known which parameters have to be the tenant.
 *
 * It takes what it understands for bound and refuses the rest: a condition beside an OR, below a NOT or a CASE counts for
 * nothing, nor does one of an outer join for the table that it does not join.
 */
import { type Token, tokensOf } from './sql_tokens.ts'

const ofPerson = 'of a person at the installation, whatever tenants they are in'

/** Tables without rows of tenants, and why they have none. */
export const tablesOfNobody: Readonly<Record<string, string>> = {
  account: ofPerson,
  device_request: 'of a device before a person has said whose it is',
  erased_tenant: 'what is left of a tenant that is gone',
  expectation: 'never holds a row',
  identity: ofPerson,
  installation: 'which tenant was set up first',
  known_device: ofPerson,
  mailed_secret: ofPerson,
  migration: 'what ran on this database',
  outbox: 'mail that waits to go',
  passkey: ofPerson,
  passkey_challenge: ofPerson,
  recovery_code: ofPerson,
  sign_in_attempt: 'of somebody who is nobody yet',
  throttle: 'guesses of whoever makes them',
  token_network: 'by the id of a token, which is found with its tenant',
  totp: ofPerson,
}

/** The column that says whose a row is. */
const tenantColumn = (table: string) => table === 'tenant' ? 'id' : 'tenant'

/** The parameters that have to be the tenant; or the table that nothing binds. */
export type Verdict = { readonly parameters: readonly number[] } | { readonly unbound: string }

const MAX_KEPT = 5000
const kept = new Map<string, Verdict>()

export function verdictOf(sql: string): Verdict {
  let verdict = kept.get(sql)
  if (verdict === undefined) {
    if (kept.size >= MAX_KEPT) kept.clear()
    verdict = new Analysis(tokensOf(sql)).verdict()
    kept.set(sql, verdict)
  }
  return verdict
}

/** Throws a TypeError where the statement could touch rows of another tenant. */
export function checkTenant(
  { sql, parameters }: { readonly sql: string; readonly parameters: readonly unknown[] },
  tenant: string,
): void {
  const verdict = verdictOf(sql)
  if ('unbound' in verdict) throw new TypeError(`${verdict.unbound} is not bound to a tenant: ${sql}`)
  if (!verdict.parameters.every((index) => parameters[index] === tenant)) {
    throw new TypeError(`bound to another tenant: ${sql}`)
  }
}

/** A table, or what stands for one, in a FROM clause or as the target of a write. */
interface Source {
  readonly table: string
  /** Rows of tenants: has to be bound. */
  readonly guarded: boolean
  /** What its tenant is equal to. */
  readonly equals: (Source | number)[]
}

interface Scope {
  readonly sources: Map<string, Source>
  readonly outer: Scope | null
}

const clauses = new Set([
  'from',
  'where',
  'group',
  'having',
  'order',
  'limit',
  'returning',
  'set',
  'values',
  'window',
])
const compound = new Set(['union', 'except', 'intersect'])
const joining = new Set(['left', 'right', 'full', 'inner', 'cross', 'natural', 'outer', 'join'])

class Analysis {
  readonly #tokens: readonly Token[]
  readonly #all: Source[] = []
  /** Names that WITH gives to queries: those are looked at where they stand. */
  readonly #named = new Set<string>()

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  verdict(): Verdict {
    this.#query(0, this.#tokens.length, null)
    const parameters = new Set<number>()
    for (const source of this.#all) {
      if (!source.guarded) continue
      const found = boundBy(source)
      if (found.length === 0) return { unbound: source.table }
      for (const index of found) parameters.add(index)
    }
    return { parameters: [...parameters].sort((a, b) => a - b) }
  }

  #is(at: number, ...words: string[]): boolean {
    const token = this.#tokens[at]
    return token?.kind === 'word' && words.includes(token.text)
  }

  #sign(at: number, text: string): boolean {
    return this.#tokens[at]?.kind === 'sign' && this.#tokens[at]?.text === text
  }

  /** Where the next token on the same level is. */
  #next(at: number): number {
    return this.#sign(at, '(') ? (this.#tokens[at] as Token).pair + 1 : at + 1
  }

  /** Where the first token on this level is that `stops` knows, or the end. */
  #until(from: number, end: number, stops: (at: number) => boolean): number {
    let at = from
    while (at < end && !stops(at)) at = this.#next(at)
    return Math.min(at, end)
  }

  /** A whole query between two tokens: WITH, arms of a compound, or a write. */
  #query(from: number, end: number, outer: Scope | null): void {
    let at = from
    if (this.#is(at, 'with')) {
      at = this.#is(at + 1, 'recursive') ? at + 2 : at + 1
      while (at < end && !this.#is(at, 'select', 'insert', 'update', 'delete')) {
        if (this.#is(this.#next(at), 'as') || this.#sign(at + 1, '(')) {
          this.#named.add((this.#tokens[at] as Token).text)
        }
        if (this.#sign(at, '(')) this.#query(at + 1, this.#next(at) - 1, outer)
        at = this.#next(at)
      }
    }
    while (at < end) {
      const stop = this.#until(
        at,
        end,
        (i) => this.#tokens[i]?.kind === 'word' && compound.has(this.#tokens[i]!.text),
      )
      this.#arm(at, stop, outer)
      at = this.#is(stop + 1, 'all') ? stop + 2 : stop + 1
    }
  }

  #arm(from: number, end: number, outer: Scope | null): Scope {
    const scope: Scope = { sources: new Map(), outer }
    const clause = (at: number) => this.#tokens[at]?.kind === 'word' && clauses.has(this.#tokens[at]!.text)
    if (this.#is(from, 'insert', 'replace')) {
      this.#insert(from, end, scope)
      return scope
    }
    let at = from
    if (this.#is(from, 'update')) at = this.#source(from + 1, end, scope).after
    // Tables first: conditions and subqueries name them.
    const parts: { readonly word: string; readonly from: number; readonly to: number }[] = []
    for (let i = this.#until(at, end, clause); i < end;) {
      const to = this.#until(i + 1, end, clause)
      parts.push({ word: (this.#tokens[i] as Token).text, from: i + 1, to })
      i = to
    }
    const conditions: { readonly from: number; readonly to: number; readonly joined: Source | null }[] = []
    for (const part of parts) {
      if (part.word === 'from') conditions.push(...this.#from(part.from, part.to, scope))
      if (part.word === 'where') conditions.push({ ...part, joined: null })
      if (part.word === 'set') this.#set(part.from, part.to, scope)
    }
    for (const { from, to, joined } of conditions) this.#facts(from, to, { scope, joined })
    this.#inside(from, end, scope)
    return scope
  }

  /** Every query in parentheses between two tokens. */
  #inside(from: number, end: number, scope: Scope): void {
    for (let at = from; at < end; at = this.#next(at)) {
      if (!this.#sign(at, '(')) continue
      const to = this.#next(at) - 1
      if (this.#is(at + 1, 'select', 'with')) this.#query(at + 1, to, scope)
      else this.#inside(at + 1, to, scope)
    }
  }

  /** One table with its alias; `as` is what stands for it. */
  #source(from: number, end: number, scope: Scope): { readonly source: Source; readonly after: number } {
    const token = this.#tokens[from] as Token
    const called = this.#sign(from + 1, '(') && token.kind !== 'sign'
    const derived = this.#sign(from, '(') || called
    const after = called ? this.#next(from + 1) : this.#next(from)
    const as = this.#is(after, 'as') ? after + 1 : after
    const alias = this.#tokens[as]
    const named = as < end && alias !== undefined &&
      (alias.kind === 'name' || (alias.kind === 'word' && (as > after || !this.#keyword(alias.text))))
    const table = derived ? '' : token.text
    const guarded = !derived && !this.#named.has(table) && !Object.hasOwn(tablesOfNobody, table)
    const source: Source = { table, guarded, equals: [] }
    scope.sources.set(named ? (alias as Token).text : table, source)
    this.#all.push(source)
    return { source, after: named ? as + 1 : after }
  }

  #keyword(text: string): boolean {
    return clauses.has(text) || joining.has(text) || text === 'on' || text === 'as'
  }

  #from(from: number, end: number, scope: Scope) {
    const conditions: { from: number; to: number; joined: Source | null }[] = []
    let outer = false
    for (let at = from; at < end;) {
      if (this.#sign(at, ',') || this.#is(at, ...joining)) {
        outer = this.#is(at, 'left', 'right', 'full', 'outer') || (outer && this.#is(at, 'join'))
        at++
        continue
      }
      const { source, after } = this.#source(at, end, scope)
      at = after
      if (!this.#is(at, 'on')) continue
      const to = this.#until(at + 1, end, (i) => this.#sign(i, ',') || this.#is(i, ...joining))
      conditions.push({ from: at + 1, to, joined: outer ? source : null })
      at = to
      outer = false
    }
    return conditions
  }

  /** A row never moves to another tenant. */
  #set(from: number, end: number, scope: Scope): void {
    for (let at = from; at < end; at = this.#next(at)) {
      const first = at === from || this.#sign(at - 1, ',')
      const [target] = scope.sources.values()
      if (!first || target === undefined || !target.guarded) continue
      if (this.#tokens[at]?.text === tenantColumn(target.table) && this.#sign(at + 1, '=')) {
        this.#all.push({ table: target.table, guarded: true, equals: [] })
      }
    }
  }

  #insert(from: number, end: number, scope: Scope): void {
    const into = this.#until(from, end, (at) => this.#is(at, 'into'))
    const table = this.#tokens[into + 1]?.text ?? ''
    const guarded = !Object.hasOwn(tablesOfNobody, table)
    const target: Source = { table, guarded, equals: [] }
    const columns = into + 2
    const column = this.#position(columns + 1, this.#next(columns) - 1, tenantColumn(target.table))
    this.#all.push(target)
    scope.sources.set(target.table, target)
    let at = this.#next(columns)
    if (guarded && this.#is(at, 'values')) {
      const given: number[] = []
      for (
        at++;
        this.#sign(at, '(');
        at = this.#sign(this.#next(at), ',') ? this.#next(at) + 1 : this.#next(at)
      ) {
        const { from = at, to = at } = this.#item(at + 1, this.#next(at) - 1, column) ?? {}
        const value = this.#tokens[from]
        if (to !== from + 1 || value?.kind !== 'parameter') return
        given.push(value.index)
      }
      target.equals.push(...given)
      // Each of them: one of several rows would do for `boundBy`, so the others stand for tables of their own.
      for (const index of given) this.#all.push({ table: target.table, guarded: true, equals: [index] })
    } else if (this.#is(at, 'select')) {
      const stop = this.#until(at, end, (i) => this.#is(i, 'on') && this.#is(i + 1, 'conflict'))
      const list = this.#is(at + 1, 'distinct') ? at + 2 : at + 1
      const value = this.#item(list, stop, column)
      const inner = this.#arm(at, stop, scope.outer)
      const given = value === null ? null : this.#side(value.from, value.to, inner)
      if (given !== null) target.equals.push(given)
      at = stop
    }
    this.#inside(at, end, scope)
  }

  /** Which of a list of columns it is, or -1. */
  #position(from: number, end: number, column: string): number {
    let position = 0
    for (let at = from; at < end; at++) {
      if (this.#sign(at, ',')) position++
      else if (this.#tokens[at]?.text === column) return position
    }
    return -1
  }

  /** Between which tokens one of the items of a list is, without the name that it gets; null where it is none. */
  #item(from: number, end: number, position: number): { readonly from: number; readonly to: number } | null {
    if (position < 0) return null
    let at = from
    for (let i = 0; i < position; i++) at = this.#until(at, end, (j) => this.#sign(j, ',')) + 1
    return {
      from: at,
      to: this.#until(at, end, (j) => this.#sign(j, ',') || this.#is(j, 'from', 'where', 'as')),
    }
  }

  /** What a condition says of tenants, where all of it has to hold. */
  #facts(from: number, end: number, known: { readonly scope: Scope; readonly joined: Source | null }): void {
    if (this.#until(from, end, (at) => this.#is(at, 'or', 'case')) < end) return
    for (let at = from; at < end;) {
      const stop = this.#until(at, end, (i) => this.#is(i, 'and'))
      if (this.#sign(at, '(') && this.#next(at) === stop && !this.#is(at + 1, 'select', 'with')) {
        this.#facts(at + 1, stop - 1, known)
      } else this.#fact(at, stop, known)
      at = stop + 1
    }
  }

  #fact(
    from: number,
    end: number,
    { scope, joined }: { readonly scope: Scope; readonly joined: Source | null },
  ): void {
    const sign = this.#until(from, end, (at) => this.#sign(at, '='))
    const left = this.#side(from, sign, scope)
    const right = this.#side(sign + 1, end, scope)
    if (left === null || right === null) return
    if (typeof left !== 'number' && (joined === null || left === joined)) left.equals.push(right)
    if (typeof right !== 'number' && (joined === null || right === joined)) right.equals.push(left)
  }

  /** One side of an equation: a parameter, or the table whose tenant it is. */
  #side(from: number, end: number, scope: Scope): Source | number | null {
    // A plus in front keeps an index from being used, and nothing else.
    if (this.#sign(from, '+')) return this.#side(from + 1, end, scope)
    const token = this.#tokens[from]
    if (token === undefined) return null
    if (end === from + 1 && token.kind === 'parameter') return token.index
    if (end === from + 1) return ownerOf(token.text, scope)
    if (end !== from + 3 || !this.#sign(from + 1, '.')) return null
    const column = this.#tokens[from + 2]?.text
    for (let at: Scope | null = scope; at !== null; at = at.outer) {
      const source = at.sources.get(token.text)
      if (source !== undefined) return column === tenantColumn(source.table) ? source : null
    }
    return null
  }
}

/** The table that a column without one is of: the nearest that could be meant, where there is only one. */
function ownerOf(column: string, scope: Scope): Source | null {
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    const sources = [...at.sources.values()].filter(({ guarded }) => guarded)
    const [only, another] = sources.filter(({ table }) => tenantColumn(table) === column)
    if (only !== undefined && another === undefined && (column === 'tenant' || sources.length === 1)) {
      return only
    }
    if (sources.length > 0) return null
  }
  return null
}

/** The parameters that a table's tenant is equal to, by whatever way. */
function boundBy(source: Source): number[] {
  const seen = new Set<Source>()
  const found: number[] = []
  const visit = (one: Source) => {
    if (seen.has(one)) return
    seen.add(one)
    for (const other of one.equals) {
      if (typeof other === 'number') found.push(other)
      else visit(other)
    }
  }
  visit(source)
  return found
}
