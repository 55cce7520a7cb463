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
    readonly connector: 'files'
    /** Absolute, with symbolic links resolved by who asks. */
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

/** The fields of a place in which an access differs from it. */
function differences(place: PolicyPlace, access: Place): string[] {
  if (place.connector === 'files') {
    return access.connector === 'files' && pathFits(place, access) ? [] : ['path']
  }
  if (access.connector !== 'postgres') return ['connector']
  const endpoint = normaliseEndpoint(access.endpoint)
  const fits: Record<string, boolean> = {
    endpoint: endpoint !== '' && (place.endpoint === '*' || normaliseEndpoint(place.endpoint) === endpoint),
    port: place.port === '*' || place.port === access.port,
    account: place.account === '*' || place.account === access.account,
    database: place.database === '*' || place.database === access.database,
    schema: place.schema === '*' || place.schema === access.schema,
    prefix: place.prefix === '*' || access.table.startsWith(place.prefix),
  }
  return Object.entries(fits).filter(([, fit]) => !fit).map(([field]) => field)
}

/** Whether one tuple fits whole. A null policy allows nothing. */
export function policyAllows(policy: Policy | null, access: Access): Decision {
  if (!policy) return { allowed: false, code: 'policy_missing', differs: [] }
  let nearest: string[] | null = null
  for (const tuple of policy.allow) {
    if (tuple.connector !== access.connector) continue
    const differs = tupleDifferences(tuple, access)
    if (differs.length === 0) return { allowed: true }
    if (nearest === null || differs.length < nearest.length) nearest = differs
  }
  return { allowed: false, code: 'policy_denied', differs: nearest ?? [] }
}

function tupleDifferences(tuple: PolicyTuple, access: Access): string[] {
  const direction = tuple.direction === access.direction ? [] : ['direction']
  return [...direction, ...differences(tuple, access)]
}

/** For a prohibition, a folder above a forbidden one is forbidden too: reading it reads what is below. */
function touches(place: PolicyPlace, access: Place): boolean {
  if (place.connector !== access.connector) return false
  if (place.connector === 'files' && access.connector === 'files') {
    const path = normalisePath(access.path)
    return path === null || isWithin(path, place.path) || isWithin(place.path, path)
  }
  return differences(place, access).length === 0
}

/** Whether anything may go from `source` to `destination`, both of which `policyAllows` on their own. */
export function pairAllowed(
  policy: Policy,
  pair: { readonly source: Place; readonly destination: Place },
): boolean {
  return !(policy.forbidden_pairs ?? []).some(({ source, destination }) =>
    touches(source, pair.source) && touches(destination, pair.destination)
  )
}

/** The smaller of what the policy and the pipeline say; absent where neither says any. */
export function strictestLimits(
  policy: PolicyLimits | undefined,
  pipeline: { readonly rows?: number | undefined },
): PolicyLimits {
  const said = [policy?.rows, pipeline.rows].filter((rows) => rows !== undefined)
  return said.length > 0 ? { rows: Math.min(...said) } : {}
}
