/** Why a connection may, or may not, read or write something: each rule that has a say, with what it says. */
import { isIP } from 'node:net'
import { Fault } from '../../shared/faults.ts'
import type { Policy, PolicyLimits, PolicyTuple } from '../../shared/schemas/policy.ts'
import {
  type Access,
  compareAll,
  derivedHosts,
  forbiddenBy,
  hostFits,
  type Place,
} from '../../shared/trust/policy.ts'
import { connectorOf } from '../connectors/connectors.ts'
import type { Network } from '../network.ts'
import { AddressRules, type Judgement } from '../trust/addresses.ts'
import type { LocalPolicy } from '../trust/local_policy.ts'
import type { OpenedConnection } from './open.ts'
import { isPattern, patternOf, placeholdersOf } from '../pipeline_files/patterns.ts'
import { patternDiffers, quarantineOf, textOf } from './places.ts'
import { type JudgedStream, type ReadConnection, readConnection } from './policy_check.ts'

export interface Explaining {
  readonly policy: Policy
  /** Null where it is not asked about: then the address rules stand alone. */
  readonly local: LocalPolicy | null
  readonly network: Pick<Network, 'resolve'>
  /** Relative paths start here. */
  readonly base: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** A line of the policy, counted from 1, beside what is asked. */
export interface LineExplained {
  readonly line: number
  readonly tuple: PolicyTuple
  /** Field → what the line has and what is asked; empty when the line allows it. */
  readonly differs: Readonly<Record<string, { readonly line: unknown; readonly asked: unknown }>>
}

export interface AccessExplained {
  readonly connection: string
  readonly direction: 'read' | 'write'
  readonly place: Place
  /** The place in words. */
  readonly text: string
  readonly allowed: boolean
  /** Lines for this connector, those that differ least first. */
  readonly lines: readonly LineExplained[]
  /** Null where no name is resolved: files, sockets. */
  readonly addresses: readonly ({ readonly address: string } & Judgement)[] | 'unresolved' | null
  /** Hosts that it may lead on to: what the connection declares, and which of it the policy approves. */
  readonly derived: readonly { readonly pattern: string; readonly approved: boolean }[]
  /** What local policy is asked for; null where none was given. */
  readonly local: readonly { readonly asks: string; readonly refuses: string | null }[] | null
}

/** Its places, whatever is secret in it: a password that is not here is not needed for that. */
export function placesOf(
  { id, name, kind, config }: OpenedConnection,
  { base, env }: Explaining,
): ReadConnection {
  const known = Object.fromEntries(
    Object.entries(config).map(([key, value]) =>
      ['password', 'token'].includes(key) && typeof value === 'string' && value.startsWith('${')
        ? [key, 'not-looked-up']
        : [key, value]
    ),
  )
  return readConnection({ id, name, kind, config: known }, {
    local: { reference: () => undefined },
    base,
    env,
  })
}

interface Asked {
  readonly connection: OpenedConnection
  readonly read: ReadConnection
  readonly direction: 'read' | 'write'
  readonly place: Place
  /** The name is a pattern: then lines fit that allow some name which fits it. */
  readonly pattern?: boolean
}

export async function explainAccess(asked: Asked, explaining: Explaining): Promise<AccessExplained> {
  const { connection, read, direction, place, pattern = false } = asked
  const access: Access = { direction, ...place }
  const lines = linesFor(explaining.policy, access, pattern)
  const addresses = await addressesOf(place, explaining)
  const local = explaining.local === null ? null : asksOf(asked, explaining.local)
  const refused = Array.isArray(addresses) && addresses.some((one) => one.refused)
  return {
    connection: connection.name,
    direction,
    place,
    text: textOf(place),
    allowed: lines.some(fits) && !refused && !(local ?? []).some(({ refuses }) => refuses !== null),
    lines,
    addresses,
    derived: derivedOf(asked, access, { read, policy: explaining.policy }),
    local,
  }
}

const fits = ({ differs }: LineExplained) => Object.keys(differs).length === 0

function linesFor(policy: Policy, access: Access, pattern: boolean): LineExplained[] {
  const asked: Record<string, unknown> = { ...access, prefix: 'table' in access ? access.table : undefined }
  const lines = compareAll(policy, access).map(({ tuple, differs }): LineExplained => {
    const written = tuple as unknown as Record<string, unknown>
    const fields = (pattern ? patternDiffers(tuple, access, differs) : differs).map((field) =>
      [field, { line: written[field], asked: asked[field] }] as const
    )
    return { line: policy.allow.indexOf(tuple) + 1, tuple, differs: Object.fromEntries(fields) }
  })
  const count = (one: LineExplained) => Object.keys(one.differs).length
  return lines.sort((a, b) => count(a) - count(b) || a.line - b.line)
}

async function addressesOf(
  place: Place,
  { local, network }: Explaining,
): Promise<AccessExplained['addresses']> {
  if (place.connector === 'files' || place.connector === 'sqlite' || place.endpoint.startsWith('/')) {
    return null
  }
  const rules = local ?? new AddressRules([])
  try {
    const found = await network.resolve(place.endpoint)
    return found.map((address) => ({ address, ...rules.judge(address) }))
  } catch (error) {
    if (error instanceof Fault && error.code === 'host_unresolved') return 'unresolved'
    throw error
  }
}

function derivedOf(
  { connection: { kind } }: Asked,
  access: Access,
  { read, policy }: { readonly read: ReadConnection; readonly policy: Policy },
): AccessExplained['derived'] {
  const declared = connectorOf(kind).derivedHosts?.(read.parsed) ?? []
  const approved = derivedHosts(policy, access).flatMap(({ patterns }) => patterns)
  return declared.map((pattern) => ({ pattern, approved: approved.some((one) => covers(one, pattern)) }))
}

/** Whether everything that fits the declared pattern fits the approved one. */
function covers(approved: string, declared: string): boolean {
  if (approved === declared) return true
  return hostFits(approved, declared.startsWith('*.') ? declared.slice(2) : declared)
}

/** What local policy has to say about it, each as it would at a run. */
function asksOf(about: Asked, local: LocalPolicy): NonNullable<AccessExplained['local']> {
  const { connection, place } = about
  const ask = (asks: string, work: () => void) => {
    try {
      work()
      return { asks, refuses: null }
    } catch (error) {
      if (error instanceof Fault) return { asks, refuses: error.message }
      throw error
    }
  }
  const references = referencesIn(connection.config)
  const asked = references.map((text) => ask(`references: ${text}`, () => local.reference(text)))
  if (place.connector === 'files' || place.connector === 'sqlite') {
    const { connector } = place
    return [
      ...asked,
      ask(`connectors: ${connector}`, () => local.narrows(connector, null)),
      ask(`files: ${place.path}`, () => local.path(place.path)),
    ]
  }
  const { connector, endpoint, port } = place
  const narrowing = ask(
    `connectors: ${connector}, hosts: ${endpoint}`,
    () => local.narrows(connector, endpoint),
  )
  return isPlain(about)
    ? [...asked, narrowing, ask(`plain: ${endpoint}`, () => requirePlain(local, targetOf(endpoint, port)))]
    : [...asked, narrowing]
}

function targetOf(endpoint: string, port: number): string {
  if (endpoint.startsWith('/')) return endpoint
  return `${isIP(endpoint) === 6 ? `[${endpoint}]` : endpoint}:${port}`
}

function requirePlain(local: LocalPolicy, target: string): void {
  if (!local.plain(target)) throw new Fault('plain_refused', `${target} is not under "plain".`)
}

function isPlain({ connection, read, place }: Asked): boolean {
  const { tls, plain } = read.parsed as { tls?: { mode?: unknown }; plain?: unknown }
  return ('endpoint' in place && place.endpoint.startsWith('/')) || tls?.mode === 'disable' ||
    plain === true ||
    String(connection.config['url'] ?? '').startsWith('http://')
}

function referencesIn(value: unknown): string[] {
  if (typeof value === 'string') return value.startsWith('${') ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(referencesIn)
}

export interface StreamExplained {
  readonly read: AccessExplained
  readonly write: AccessExplained
  /** Where refused rows go; null where they fail the stream. */
  readonly quarantine: AccessExplained | null
  /** A name is a pattern: what it comes to is judged name by name, before it is opened. */
  readonly pattern: boolean
  /** Forbidden pairs of the policy, counted from 1, that cover this way. */
  readonly forbidden: readonly number[]
}

export interface PipelineExplained {
  readonly allowed: boolean
  readonly streams: readonly StreamExplained[]
  /** What the destination writes to besides its targets. */
  readonly besides: readonly AccessExplained[]
  readonly limits: PolicyLimits
}

interface Ends {
  readonly source: OpenedConnection
  readonly destination: OpenedConnection
  readonly streams: readonly JudgedStream[]
}

/** Every stream of a pipeline, as a run would be judged. */
export async function explainPipeline(
  { source, destination, streams }: Ends,
  explaining: Explaining,
): Promise<PipelineExplained> {
  const from = { connection: source, read: placesOf(source, explaining), direction: 'read' as const }
  const to = { connection: destination, read: placesOf(destination, explaining), direction: 'write' as const }
  const explained: StreamExplained[] = []
  for (const { from: name, to: target, on_bad_row } of streams) {
    const patterns = { source: isPattern(name), destination: placeholdersOf(target).length > 0 }
    const pair = { source: from.read.place(name), destination: to.read.place(patternOf(target)) }
    const write = { ...to, place: pair.destination, pattern: patterns.destination }
    const aside = { ...write, place: quarantineOf(pair.destination) }
    explained.push({
      read: await explainAccess({ ...from, place: pair.source, pattern: patterns.source }, explaining),
      write: await explainAccess(write, explaining),
      quarantine: on_bad_row === 'quarantine' ? await explainAccess(aside, explaining) : null,
      pattern: patterns.source || patterns.destination,
      forbidden: forbiddenBy(explaining.policy, pair).map((at) => at + 1),
    })
  }
  const besides: AccessExplained[] = []
  for (const place of to.read.besides) besides.push(await explainAccess({ ...to, place }, explaining))
  const streamsAllowed = explained.every(({ read, write, quarantine, forbidden }) =>
    read.allowed && write.allowed && quarantine?.allowed !== false && forbidden.length === 0
  )
  return {
    allowed: streamsAllowed && besides.every(({ allowed }) => allowed),
    streams: explained,
    besides,
    limits: explaining.policy.limits ?? {},
  }
}
