/** Where an inspection may go: by the signed policy and by the local file, before anything is connected to. */
import { Fault } from '../../shared/faults.ts'
import { InspectionBody } from '../../shared/schemas/inspection.ts'
import type { Direction } from '../../shared/schemas/catalogue.ts'
import type { Policy } from '../../shared/schemas/policy.ts'
import { type Context, schemas } from '../../shared/seal/context.ts'
import { type DerivedHosts, derivedHosts, type Place } from '../../shared/trust/policy.ts'
import type { Endpoint } from '../connectors/connector.ts'
import { connectorOf } from '../connectors/connectors.ts'
import type { ConnectGuard } from '../connectors/guard.ts'
import { openConnection, type OpenedConnection, openPolicy, openRecord } from '../runs/open.ts'
import { textOf } from '../runs/places.ts'
import { allow, allowSome, type PolicyOptions, readConnection } from '../runs/policy_check.ts'
import { guardOf } from '../runs/run_guard.ts'
import type { Footings } from '../trust/footing.ts'
import { openingKeys } from '../trust/ring.ts'
import type { VerifiedInspection } from './inspection_check.ts'

export interface OpenedInspection {
  readonly connection: OpenedConnection
  /** Streams or targets to test, patterns of names to discover. */
  readonly names: readonly string[]
  readonly policy: Policy
}

/** Throws what opening a run throws; where the ring lacks a key, it is looked at once more as it is now. */
export async function openInspection(
  verified: VerifiedInspection,
  footings: Pick<Footings, 'ring'>,
): Promise<OpenedInspection> {
  const { footing } = verified
  try {
    return openBy(verified)
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'kid_missing') throw error
    const ring = await footings.ring(footing.chain.document)
    return openBy({ ...verified, footing: { ...footing, ring } })
  }
}

function openBy({ id, footing, order, connection }: VerifiedInspection): OpenedInspection {
  const keys = openingKeys(footing.ring)
  const { tenant, project, commitment, connection: { version } } = order.signed.document
  const context: Context = { tenant, project, type: 'inspection', id, version, schema: schemas.inspection }
  const { names } = openRecord(order.envelope, { context, keys, commitment, schema: InspectionBody })
  return { connection: openConnection(connection, keys), names, policy: openPolicy(footing, keys) }
}

/** A connection that may be looked at. */
export interface Permitted {
  /** As its connector understands it. */
  readonly parsed: unknown
  readonly endpoint: Endpoint
  readonly guard: ConnectGuard
  /** Throws `policy_denied`, `path_refused` or `name_refused` for a stream that may not be read or written. */
  readonly allow: (name: string) => void
}

/**
 * Throws `policy_denied` where nothing of what the connection leads to may be read or written at all, and what reading
 * a run's connection throws.
 */
export function permit(
  { connection, policy }: OpenedInspection,
  { direction, ...options }: PolicyOptions & { readonly direction: Direction },
): Permitted {
  const read = readConnection(connection, options)
  const [endpoint] = connectorOf(connection.kind).targets(read.parsed, options.base)
  if (endpoint === undefined) throw new Fault('connection_invalid', `${connection.name} leads nowhere.`)
  const derived = new Map<string, readonly DerivedHosts[]>()
  const judged = (place: Place, judge: typeof allow) => {
    judge({ policy }, { connection, direction, place }, options)
    derived.set(textOf(place), derivedHosts(policy, { direction, ...place }))
  }
  judged(anyPlace(endpoint, read.place), allowSome)
  return {
    parsed: read.parsed,
    endpoint,
    guard: guardOf(options.local, derived),
    allow: (name) => {
      judged(read.place(name), allow)
      if (direction === 'write') { for (const place of read.besides) judged(place, allow) }
    },
  }
}

/** The place with every name that could stand in it. */
function anyPlace(endpoint: Endpoint, place: (name: string) => Place): Place {
  if (endpoint.kind === 'https') {
    const { endpoint: host, port, path } = endpoint
    return { connector: 'https', endpoint: host, port, path }
  }
  const any = place('*')
  // A connection to MySQL sees whatever databases its account may.
  if (any.connector === 'mysql') return { ...any, database: '*', table: '*' }
  return { ...any, ...('schema' in any ? { schema: '*' } : {}), ...('table' in any ? { table: '*' } : {}) }
}
