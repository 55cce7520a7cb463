/** What the policy allows: asked with what is about to be connected to, after it was opened. FORMAT.md, "Policy". */
import type { Policy, PolicyLimits, PolicyPlace, PolicyTuple } from '../schemas/policy.ts'

/** One thing that a run is about to read or write, in concrete terms. */
export type Access = { readonly direction: 'read' | 'write' } & Place

export type Place =
  | {
    readonly connector: 'postgres'
    /** Host as configured, or the folder of a Unix socket. */
    readonly endpoint: string
    readonly port: number
    readonly account: string
    readonly database: string
    readonly schema: string
    readonly table: string
  }
  | {
    readonly connector: 'mysql'
    /** Host as configured, or the path of a Unix socket. */
    readonly endpoint: string
    readonly port: number
    readonly account: string
    /** Of the table. */
    readonly database: string
    readonly table: string
  }
  | {
    readonly connector: 'libsql'
    readonly endpoint: string
    readonly port: number
    readonly table: string
  }
  | {
    readonly connector: 'files'
    /** Absolute, with symbolic links resolved by who asks. */
    readonly path: string
  }
  | {
    readonly connector: 'sqlite'
    /** The database file, likewise: whoever opens it has all of its tables. */
    readonly path: string
  }
  | {
    readonly connector: 'https'
    readonly endpoint: string
    readonly port: number
    /** The path of the URL, as it is sent. */
    readonly path: string
  }

export type Decision =
  | { readonly allowed: true }
  | {
    readonly allowed: false
    readonly code: 'policy_missing' | 'policy_denied'
    /** Names of the fields in which the nearest tuple differs; empty when none is for this connector at all. */
    readonly differs: readonly string[]
  }

/**
 * An absolute path in its plain form, or null where it has none: relative, or with `..`, whose meaning depends on
 * symbolic links.
 */
export function normalisePath(path: string): string | null {
  if (!path.startsWith('/') || path.includes('\0')) return null
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.')
  return segments.includes('..') ? null : `/${segments.join('/')}`
}

/**
 * Host names compare in lowercase, without the dot of a rooted one and the brackets of an address. Empty for what is
 * neither: some letters beyond ASCII have an ASCII one as their lowercase.
 */
function normaliseEndpoint(endpoint: string): string {
  if (endpoint.startsWith('/')) return normalisePath(endpoint) ?? ''
  if (!/^[!-~]+$/.test(endpoint)) return ''
  return endpoint.toLowerCase().replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

function isWithin(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`)
}

function pathFits(place: { path: string }, access: { path: string }): boolean {
  const path = normalisePath(access.path)
  return path !== null && isWithin(path, place.path)
}

/**
 * The path of a URL, or null where a server might take it for another one than its segments say: dots, empty segments
 * and what hides a slash or a dot behind a `%`. A slash at the end does not count.
 */
function normaliseUrlPath(path: string): string | null {
  if (!path.startsWith('/') || /[\\\0]|%(?:2f|5c|2e|00)/i.test(path)) return null
  const segments = path.replace(/(?!^)\/$/, '').slice(1).split('/')
  if (path === '/') return '/'
  return segments.some((one) => one === '' || one === '.' || one === '..') ? null : `/${segments.join('/')}`
}

/** Whether a URL's path, as it is sent, is that of the place or below it, by whole segments. */
export function urlPathFits(place: string, access: string): boolean {
  const folder = normaliseUrlPath(place)
  const path = normaliseUrlPath(access)
  return folder !== null && path !== null && isWithin(path, folder)
}

function endpointFits(place: string, access: string): boolean {
  const endpoint = normaliseEndpoint(access)
  return endpoint !== '' && (place === '*' || normaliseEndpoint(place) === endpoint)
}

/** The fields of a place in which an access differs from it. */
function differences(place: PolicyPlace, access: Place): string[] {
  const fits = fieldsFit(place, access)
  return fits === null
    ? ['connector']
    : Object.entries(fits).filter(([, fit]) => !fit).map(([field]) => field)
}

/** Field by field; null when they are of two kinds, of which nothing fits. */
function fieldsFit(place: PolicyPlace, access: Place): Record<string, boolean> | null {
  if (place.connector === 'files' || place.connector === 'sqlite') {
    return access.connector === place.connector ? { path: pathFits(place, access) } : null
  }
  if (access.connector === 'files' || access.connector === 'sqlite') return null
  const reached = {
    endpoint: endpointFits(place.endpoint, access.endpoint),
    port: place.port === '*' || place.port === access.port,
  }
  switch (place.connector) {
    case 'https':
      return access.connector === 'https' ? { ...reached, path: urlPathFits(place.path, access.path) } : null
    case 'libsql':
      return access.connector === 'libsql' ? { ...reached, ...tableFits(place, access) } : null
    case 'mysql':
      return access.connector === 'mysql'
        ? { ...reached, ...accountFits(place, access), ...tableFits(place, access) }
        : null
    case 'postgres':
      return access.connector === 'postgres'
        ? {
          ...reached,
          ...accountFits(place, access),
          schema: place.schema === '*' || place.schema === access.schema,
          ...tableFits(place, access),
        }
        : null
  }
}

interface Accounted {
  readonly account: string
  readonly database: string
}

function accountFits(place: Accounted, access: Accounted): Record<string, boolean> {
  return {
    account: place.account === '*' || place.account === access.account,
    database: place.database === '*' || place.database === access.database,
  }
}

function tableFits(place: { readonly prefix: string }, access: { readonly table: string }) {
  return { prefix: place.prefix === '*' || access.table.startsWith(place.prefix) }
}

/** Whether one tuple fits whole. A null policy allows nothing. */
export function policyAllows(policy: Policy | null, access: Access): Decision {
  if (!policy) return { allowed: false, code: 'policy_missing', differs: [] }
  let nearest: readonly string[] | null = null
  for (const { differs } of compareAll(policy, access)) {
    if (differs.length === 0) return { allowed: true }
    if (nearest === null || differs.length < nearest.length) nearest = differs
  }
  return { allowed: false, code: 'policy_denied', differs: nearest ?? [] }
}

/** A tuple beside what was asked: the fields that do not fit, none when it allows it. */
export interface Comparison {
  readonly tuple: PolicyTuple
  readonly differs: readonly string[]
}

/** Every tuple for this connector, in the policy's order. */
export function compareAll(policy: Policy, access: Access): Comparison[] {
  return policy.allow.filter((tuple) => tuple.connector === access.connector)
    .map((tuple) => ({ tuple, differs: tupleDifferences(tuple, access) }))
}

/** Hosts that a server may send the agent on to. */
export interface DerivedHosts {
  readonly patterns: readonly string[]
  /** Of the tuple: a derived host is reached at this port or at 443, `*` for any. */
  readonly port: number | '*'
  /** Of the tuple: what of the place's own host may be asked for. */
  readonly path: string
}

/** What the tuples that fit this access whole approve, one by one. */
export function derivedHosts(policy: Policy, access: Access): DerivedHosts[] {
  return compareAll(policy, access).flatMap(({ tuple, differs }) => {
    if (differs.length > 0 || tuple.connector !== 'https') return []
    return [{ patterns: tuple.derived ?? [], port: tuple.port, path: tuple.path }]
  })
}

/** Whether a host fits a pattern: `host.example` itself, `*.example` any host below it, and nothing any host. */
export function hostFits(pattern: string, host: string): boolean {
  const name = normaliseEndpoint(host)
  if (name === '' || name.startsWith('/')) return false
  if (!pattern.startsWith('*.')) return normaliseEndpoint(pattern) === name
  const domain = normaliseEndpoint(pattern.slice(2))
  return domain !== '' && !domain.includes('*') && name.endsWith(`.${domain}`) &&
    name.length > domain.length + 1
}

function tupleDifferences(tuple: PolicyTuple, access: Access): string[] {
  const direction = tuple.direction === access.direction ? [] : ['direction']
  return [...direction, ...differences(tuple, access)]
}

/**
 * For a prohibition, a folder above a forbidden one is forbidden too: reading it reads what is below. And names are one
 * in any case where some servers take them so: there a capital letter leads to the very same table.
 */
function touches(place: PolicyPlace, access: Place): boolean {
  if (place.connector !== access.connector) return false
  if ('path' in place && 'path' in access && access.connector !== 'https') {
    const path = normalisePath(access.path)
    return path === null || isWithin(path, place.path) || isWithin(place.path, path)
  }
  if (place.connector === 'https' && access.connector === 'https') {
    const path = normaliseUrlPath(access.path)
    const differs = differences(place, access).filter((field) => field !== 'path')
    return differs.length === 0 && (path === null || urlPathFits(place.path, path))
  }
  return differences(folded(place), folded(access)).length === 0
}

/** More is one here than any server takes for one: accents and forms of a letter count for nothing either. */
function folded<T extends PolicyPlace | Place>(place: T): T {
  if (place.connector !== 'mysql' && place.connector !== 'libsql') return place
  const names = Object.entries(place).filter(([field]) => ['database', 'table', 'prefix'].includes(field))
  const fold = (name: string) => name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return { ...place, ...Object.fromEntries(names.map(([field, name]) => [field, fold(String(name))])) }
}

/** The pairs, by their position in the policy, that forbid the way from `source` to `destination`. */
export function forbiddenBy(
  policy: Policy,
  pair: { readonly source: Place; readonly destination: Place },
): number[] {
  return (policy.forbidden_pairs ?? []).flatMap(({ source, destination }, at) =>
    touches(source, pair.source) && touches(destination, pair.destination) ? [at] : []
  )
}

/** Whether anything may go from `source` to `destination`, both of which `policyAllows` on their own. */
export function pairAllowed(
  policy: Policy,
  pair: { readonly source: Place; readonly destination: Place },
): boolean {
  return forbiddenBy(policy, pair).length === 0
}

type Limit = keyof PolicyLimits

/** The smaller of what the policy and the pipeline say; absent where neither says any. */
export function strictestLimits(
  policy: PolicyLimits | undefined,
  pipeline: { readonly [name in Limit]?: number | undefined },
): PolicyLimits {
  const limits: { -readonly [name in Limit]?: number } = {}
  for (const name of ['rows', 'bytes', 'runs_per_day'] as const) {
    const said = [policy?.[name], pipeline[name]].filter((value) => value !== undefined)
    if (said.length > 0) limits[name] = Math.min(...said)
  }
  return limits
}
