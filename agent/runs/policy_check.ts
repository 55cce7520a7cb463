/**
 * Policy against what was opened: secret references by the local policy file, then for every stream the two places it
 * goes between, by the signed policy and by the local file. Nothing has been connected to yet.
 */
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
import { parseConfig } from '../connectors/connectors.ts'
import { quoteName } from '../connectors/postgres/names.ts'
import { isPattern, patternOf, placeholdersOf } from '../pipeline_files/patterns.ts'
import { resolveReferences } from '../references.ts'
import type { LocalPolicy } from '../trust/local_policy.ts'
import type { Endpoint } from './move.ts'
import type { OpenedConnection, OpenedJob } from './open.ts'
import { mayAllowSome, placeOf, quarantineOf, textOf } from './places.ts'

/** Where a run may go, checked. */
export interface Allowed {
  readonly source: Endpoint
  readonly destination: Endpoint
  readonly limits: PolicyLimits
  /** Hosts that a place may lead on to, by the place as `textOf` writes it: what policy approves of it. */
  readonly derived: ReadonlyMap<string, readonly DerivedHosts[]>
  /**
   * Judges a stream as it is in the end: where a name was a pattern, only what it comes to can be judged for good.
   * Throws `policy_denied`, `path_refused`, `name_refused`.
   */
  readonly admit: (stream: JudgedStream) => void
}

/** What of a stream says where it goes. */
export interface JudgedStream {
  readonly from: string
  readonly to: string
  readonly on_bad_row?: 'fail' | 'quarantine' | undefined
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
  const judging = { opened, source, destination, options }
  const derived = new Map<string, readonly DerivedHosts[]>()
  for (const stream of opened.body.streams) {
    judgeStream(stream, judging)
    const read = source.place(stream.from)
    derived.set(textOf(read), derivedHosts(opened.policy, { direction: 'read', ...read }))
  }
  return {
    source: source.endpoint,
    destination: destination.endpoint,
    limits: strictestLimits(opened.policy.limits, limits),
    derived,
    admit: (stream) => judgeNames(stream, judging),
  }
}

interface Judging {
  readonly opened: OpenedJob
  readonly source: ReadConnection
  readonly destination: ReadConnection
  readonly options: PolicyOptions
}

/** A stream as the pipeline has it. Of a pattern, that its place may be looked at: what it comes to is judged then. */
function judgeStream(stream: JudgedStream, judging: Judging): void {
  const { opened, source, destination, options } = judging
  const { from, to } = stream
  if (!isPattern(from) && placeholdersOf(to).length === 0) return judgeNames(stream, judging)
  const read = { connection: opened.source, direction: 'read' as const, place: source.place(from) }
  const write = {
    connection: opened.destination,
    direction: 'write' as const,
    place: destination.place(patternOf(to)),
  }
  if (isPattern(from)) allowSome(opened, read, options)
  else allow(opened, read, options)
  if (placeholdersOf(to).length > 0) allowSome(opened, write, options)
  else allow(opened, write, options)
}

function judgeNames({ from, to, on_bad_row }: JudgedStream, judging: Judging): void {
  const { opened, options } = judging
  const read = judging.source.place(from)
  const target = judging.destination.place(to)
  allow(opened, { connection: opened.source, direction: 'read', place: read }, options)
  for (const write of on_bad_row === 'quarantine' ? [target, quarantineOf(target)] : [target]) {
    allow(opened, { connection: opened.destination, direction: 'write', place: write }, options)
    if (!pairAllowed(opened.policy, { source: read, destination: write })) {
      throw new Fault('policy_denied', `The policy forbids the way from ${textOf(read)} to ${textOf(write)}.`)
    }
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

/**
 * Sallyport's own tables go without saying: those of this schema or database, and those in a target's own database.
 * Another one that the connection names for them is a place like any other.
 */
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
  const { ledger } = parsed as { readonly ledger?: string | null }
  const place = (name: string) => placeOf(kind, { parsed, base, name })
  return {
    endpoint: { type: kind, config: resolved.config },
    parsed,
    place,
    besides: ledger === undefined || ledger === null || ledger === ownLedger
      ? []
      : [place(`${quoteName(ledger)}.${kind === 'mysql' ? 'sallyport_targets' : 'targets'}`)],
  }
}

/** Passwords, tokens, and whole URLs of databases, which may carry a password. */
function secretsIn(written: Readonly<Record<string, unknown>>, parsed: unknown): string[] {
  const { password, token } = parsed as { password?: unknown; token?: unknown }
  const url = String(written['url'] ?? '').startsWith('https://') ? undefined : written['url']
  const values = [url, written['password'], written['token'], password, token]
  return values.filter((value): value is string => typeof value === 'string' && value !== '')
}

interface Asked {
  readonly connection: OpenedConnection
  readonly direction: 'read' | 'write'
  readonly place: Place
}

/** Throws `policy_denied`, `path_refused`. */
export function allow(
  { policy }: Pick<OpenedJob, 'policy'>,
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
  narrow(local, place)
}

/** For a pattern: the place may be looked at where some name that fits it may be allowed. */
export function allowSome(
  { policy }: Pick<OpenedJob, 'policy'>,
  { connection, direction, place }: Asked,
  { local }: PolicyOptions,
): void {
  if (!mayAllowSome(policy, { direction, ...place })) {
    throw new Fault(
      'policy_denied',
      `The policy lets ${connection.name} ${direction} nothing that is called like ${textOf(place)}.`,
    )
  }
  narrow(local, place)
}

function narrow(local: LocalPolicy, place: Place): void {
  const isFile = place.connector === 'files' || place.connector === 'sqlite'
  local.narrows(place.connector, isFile ? null : place.endpoint)
  if (isFile) local.path(place.path)
}
