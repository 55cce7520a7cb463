/**
 * The tenant that the reference's examples are about, on a test edge: members of each role, and beside it a second
 * tenant with a member and an agent of its own.
 */
import { fromBase64, toBase64 } from '../shared/bytes.ts'
import type { BuiltInRole } from '../shared/permissions.ts'
import { keyId } from '../shared/seal/key_id.ts'
import { signDocument } from '../shared/sign/documents.ts'
import { sealColumn } from './db/master_keys.ts'
import type { Step } from './db/plan.ts'
import type { Kind } from './db/storage_fixture.ts'
import type { RateLimits } from './http/rates.ts'
import { bearer, type Caller, type TestEdge, testEdge } from './edge_fixture.ts'
import { native } from './primitives.ts'
import {
  ids,
  logKey,
  sealed,
  signedConnection,
  signedIndex,
  signedPipeline,
  signedTrust,
} from './trust/examples.ts'
import { readUnverified } from '../shared/sign/documents.ts'

export { ids, logKey }

/** A tenant with its trust document and a connection, as the examples have them. */
export async function withConnection(edge: World): Promise<void> {
  await edge.call(edge.admin, 'POST /v1/trust', { body: { document: signedTrust.dsse } })
  await edge.call(edge.admin, 'POST /v1/connections', { body: { document: signedConnection.dsse, sealed } })
}

const seed = (n: number) => new Uint8Array(32).fill(n)
const OTHER = '0193509f-6e00-7000-8000-0000000000ff'
const OTHER_AGENT = '0193509f-6e00-7000-8000-0000000000fe'

export interface World extends TestEdge {
  /** Owner of the tenant, and operator of the installation. */
  readonly admin: Caller
  readonly editor: Caller
  readonly viewer: Caller
  /** Owner of the other tenant. */
  readonly stranger: Caller
  /** Approved agent of the other tenant. */
  readonly strangeAgent: Caller
  readonly otherTenant: string
  /** The examples' agent, under the id that it got. */
  agent(id: string): Caller
}

export async function world(
  options: {
    readonly bodyTimeoutMs?: number
    readonly kind?: Kind
    readonly rates?: RateLimits
    readonly forwardedHops?: number
  } = {},
): Promise<World> {
  const edge = await testEdge(options)
  const made = await edge.call(bearer(edge.setupToken), 'POST /v1/setup', {
    body: { tenant: { id: ids.tenant, name: 'Acme' }, person: { name: 'Ada' } },
  })
  const admin = bearer(made.json.token)
  await becomeExample(edge)
  const other = await edge.call(admin, 'POST /v1/tenants', {
    body: { tenant: { id: OTHER, name: 'Other' }, person: { name: 'Mallory' } },
  })
  const columns =
    'id, tenant, pool, name, public_key, fingerprint, version, state, created, approved, revoked'
  await write(edge, `INSERT INTO agent (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, [
    OTHER_AGENT,
    OTHER,
    'default',
    'vm-9',
    native.ed25519.publicKey(seed(9)),
    keyId(native, native.ed25519.publicKey(seed(9))),
    '0.1.0',
    'approved',
    edge.clock.now,
    edge.clock.now,
    null,
  ])
  return {
    ...edge,
    admin,
    editor: await member(edge, admin, 'editor'),
    viewer: await member(edge, admin, 'viewer'),
    stranger: bearer(other.json.token),
    strangeAgent: { kind: 'agent', id: OTHER_AGENT, seed: seed(9) },
    otherTenant: OTHER,
    agent: (id) => ({ kind: 'agent', id, seed: seed(3) }),
  }
}

/** Gives the tenant the log key and the project of the examples. */
async function becomeExample(edge: TestEdge): Promise<void> {
  const place = ['tenant', 'log_key_sealed', ids.tenant] as const
  const sealed = sealColumn(native, edge.master, { place, plaintext: seed(4) })
  await write(edge, 'UPDATE tenant SET log_key = ?, log_key_sealed = ? WHERE id = ?', [
    fromBase64(logKey),
    sealed,
    ids.tenant,
  ])
  await write(edge, 'UPDATE project SET id = ? WHERE tenant = ?', [ids.project, ids.tenant])
}

async function write(edge: TestEdge, sql: string, parameters: unknown[]): Promise<void> {
  const step: Step = { sql, parameters, reads: false }
  await edge.storage.write({ id: '', steps: [step], leaf: null, repeatable: false })
}

/** A member of the tenant, with the token of their accepted invitation. */
export async function member(
  edge: TestEdge,
  admin: Caller,
  role: BuiltInRole,
): Promise<Caller> {
  const invited = await edge.call(admin, 'POST /v1/members', { body: { name: `a ${role}`, role } })
  const accepted = await edge.call(bearer(invited.json.invitation), 'POST /v1/invitations/accept')
  return bearer(accepted.json.token)
}

const destination = connection({ id: ids.destination, name: 'warehouse' })

/** What the examples leave out: their pipeline's destination, an index that lists it, and next versions. */
export const further = {
  destination: destination.dsse,
  index: index().dsse,
  connectionVersion: connection({ version: 2 }).dsse,
  pipelineVersion: signDocument(native, {
    type: 'pipeline',
    document: { ...readUnverified(native, 'pipeline', signedPipeline.dsse).document, version: 2 },
    seeds: [seed(2)],
  }).dsse,
}

function index() {
  const { document } = readUnverified(native, 'index', signedIndex.dsse)
  const entry = { kind: 'connection', name: 'warehouse', version: 1, hash: destination.hash } as const
  const entries = { ...document.entries, [ids.destination]: entry }
  return signDocument(native, { type: 'index', document: { ...document, entries }, seeds: [seed(2)] })
}

function connection(change: { readonly id?: string; readonly name?: string; readonly version?: number }) {
  const { document } = readUnverified(native, 'connection', signedConnection.dsse)
  return signDocument(native, { type: 'connection', document: { ...document, ...change }, seeds: [seed(2)] })
}

/** The examples' trust document with a second sealing key, which the first one gives way to. */
export function nextTrust() {
  const { document, hash } = readUnverified(native, 'trust', signedTrust.dsse)
  const [first] = document.sealing_keys
  const publicKey = native.x25519.publicKey(nextPrivateKey)
  const active = { ...first, kid: keyId(native, publicKey), public: toBase64(publicKey) } as typeof first
  const sealing_keys = [{ ...first, state: 'retiring' }, active] as typeof document.sealing_keys
  const next = { ...document, version: 2, previous: hash, sealing_keys }
  return signDocument(native, { type: 'trust', document: next, seeds: [seed(1)] }).dsse
}

/** Opens what the examples' first sealing key opens. */
export const sealingPrivateKey = seed(5)

/** Opens what the second one opens. */
export const nextPrivateKey = seed(6)

/** Of the key of the examples' pool. */
export const poolSeed = seed(3)

/** The public key of the examples' agent. */
export const agentKey = toBase64(native.ed25519.publicKey(seed(3)))
