/**
 * Policy against what was opened: secret references by the local policy file, then for every stream the two places it
 * goes between, by the signed policy and by the local file. Nothing has been connected to yet.
 */
import { resolve } from 'node:path'
import { Fault } from '../../shared/faults.ts'
import type { PolicyLimits } from '../../shared/schemas/policy.ts'
import {
  type DerivedHosts,
  derivedHosts,
  pairAllowed,
  type Place,
  policyAllows,
  strictestLimits,
} from '../../shared/trust/policy.ts'
import type { PipelineLimits } from '../../shared/schemas/pipeline.ts'
import { connectorOf, parseConfig } from '../connectors/connectors.ts'
import { addressOf, type HttpsConfig, pathOf as urlPathOf } from '../connectors/https/config.ts'
import type { PostgresConfig } from '../connectors/postgres/config.ts'
import { parseTable, quoteName } from '../connectors/postgres/names.ts'
import { resolveReferences } from '../references.ts'
import type { LocalPolicy } from '../trust/local_policy.ts'
import { real } from '../trust/real_path.ts'
import type { Endpoint } from './move.ts'
import type { OpenedConnection, OpenedJob } from './open.ts'

/** Where a run may go, checked. */
export interface Allowed {
  readonly source: Endpoint
  readonly destination: Endpoint
  readonly limits: PolicyLimits
  /** Hosts that a place may lead on to, by the place as `textOf` writes it: what policy approves of it. */
  readonly derived: ReadonlyMap<string, readonly DerivedHosts[]>
}

export interface ReadOptions {
  readonly local: Pick<LocalPolicy, 'reference'>
  /** Relative paths start here. */
  readonly base: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Told of everything in the connections that must not be written down, before anything else is done with it. */
  readonly hide?: (secrets: readonly string[]) => void
}

export interface PolicyOptions extends ReadOptions {
  readonly local: LocalPolicy
}

/**
 * Throws `reference_refused`, `reference_missing`, `connection_invalid`, `name_refused`, `path_refused`,
 * `policy_denied`.
 */
export function checkPolicy(opened: OpenedJob, limits: PipelineLimits, options: PolicyOptions): Allowed {
  const source = readConnection(opened.source, options)
  const destination = readConnection(opened.destination, options)
  for (const place of destination.besides) {
    allow(opened, { connection: opened.destination, direction: 'write', place }, options)
  }
  const derived = new Map<string, readonly DerivedHosts[]>()
  for (const { from, to } of opened.body.streams) {
    const read = source.place(from)
    const write = destination.place(to)
    allow(opened, { connection: opened.source, direction: 'read', place: read }, options)
    allow(opened, { connection: opened.destination, direction: 'write', place: write }, options)
    if (!pairAllowed(opened.policy, { source: read, destination: write })) {
      throw new Fault('policy_denied', `The policy forbids the way from ${textOf(read)} to ${textOf(write)}.`)
    }
    derived.set(textOf(read), derivedHosts(opened.policy, { direction: 'read', ...read }))
  }
  return {
    source: source.endpoint,
    destination: destination.endpoint,
    limits: strictestLimits(opened.policy.limits, limits),
    derived,
  }
}

/** A connection as it leads to places. */
export interface ReadConnection {
  readonly endpoint: Endpoint
  /** As its connector understands it. */
  readonly parsed: unknown
  /** The place that a stream's name means. */
  readonly place: (name: string) => Place
  /** What a destination writes to besides its targets. */
  readonly besides: readonly Place[]
}

/** The schema of Sallyport's own tables goes without saying; another one is a place like any other. */
const ownLedger = 'sallyport'

/** Throws `reference_refused`, `reference_missing`, `connection_invalid`. */
export function readConnection(
  { kind, config }: OpenedConnection,
  { local, base, env, hide = () => undefined }: ReadOptions,
): ReadConnection {
  const resolved = resolveReferences(config, { base, env, permit: (text) => local.reference(text) })
  hide([...resolved.secrets, ...secretsIn(resolved.config, {})])
  const parsed = parseConfig(kind, resolved.config)
  hide(secretsIn(resolved.config, parsed))
  const { ledger } = parsed as Partial<PostgresConfig>
  const place = (name: string) => placeOf(kind, { parsed, base, name })
  return {
    endpoint: { type: kind, config: resolved.config },
    parsed,
    place,
    besides: ledger === undefined || ledger === ownLedger ? [] : [place(`${quoteName(ledger)}.targets`)],
  }
}

/** Passwords, tokens, and whole URLs of databases, which may carry a password. */
function secretsIn(written: Readonly<Record<string, unknown>>, parsed: unknown): string[] {
  const { password, token } = parsed as { password?: unknown; token?: unknown }
  const url = String(written['url'] ?? '').startsWith('https://') ? undefined : written['url']
  const values = [url, written['password'], written['token'], password, token]
  return values.filter((value): value is string => typeof value === 'string' && value !== '')
}

/** What a stream's name means to the connector: the very parser that it uses itself. */
export function placeOf(
  kind: OpenedConnection['kind'],
  { parsed, base, name }: { readonly parsed: unknown; readonly base: string; readonly name: string },
): Place {
  const [target] = connectorOf(kind).targets(parsed, base)
  if (target?.kind === 'postgres') {
    const { schema, table } = parseTable(name, (parsed as PostgresConfig).schema)
    const { endpoint, port, account, database } = target
    return { connector: 'postgres', endpoint, port, account, database, schema, table }
  }
  if (target?.kind === 'files') return { connector: 'files', path: pathOf(target.path, name) }
  if (target?.kind === 'https') {
    const { endpoint, port } = target
    return { connector: 'https', endpoint, port, path: urlPathOf(parsed as HttpsConfig, name) }
  }
  throw new Fault('connection_invalid', `A connection of the kind ${kind} leads nowhere.`)
}

/** A connection is a folder that streams are named in, or one file that its one stream is. */
function pathOf(path: string, name: string): string {
  const isFile = path.endsWith(`/${name}`) || path === name
  return real(isFile ? path : resolve(path, name))
}

interface Asked {
  readonly connection: OpenedConnection
  readonly direction: 'read' | 'write'
  readonly place: Place
}

function allow(
  { policy }: OpenedJob,
  { connection, direction, place }: Asked,
  { local }: PolicyOptions,
): void {
  const decision = policyAllows(policy, { direction, ...place })
  if (!decision.allowed) {
    const differs = decision.differs.length === 0
      ? 'no line is for such a place'
      : `the nearest line differs in ${decision.differs.join(', ')}`
    throw new Fault(
      decision.code,
      `The policy does not let ${connection.name} ${direction} ${textOf(place)}: ${differs}.`,
    )
  }
  local.narrows(place.connector, place.connector === 'files' ? null : place.endpoint)
  if (place.connector === 'files') local.path(place.path)
}

export function textOf(place: Place): string {
  if (place.connector === 'files') return place.path
  if (place.connector === 'https') return addressOf({ host: place.endpoint, port: place.port }, place.path)
  const { endpoint, port, account, database, schema, table } = place
  return `${account}@${endpoint}:${port}/${database} ${schema}.${table}`
}
