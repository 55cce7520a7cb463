/** A look at a connection by an agent: the signed order, the wait for it, and the catalogue that readers open. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { toBase64, toHex, utf8 } from '../../shared/bytes.ts'
import { Fault, isFaultCode } from '../../shared/faults.ts'
import { inspectionId } from '../../shared/ids.ts'
import { judge } from '../../shared/judge.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import { type Inspection, InspectionRecord, MAX_INSPECTION_MS } from '../../shared/schemas/inspection.ts'
import { type Context, schemas } from '../../shared/seal/context.ts'
import { type OpeningKey, seal } from '../../shared/seal/envelope.ts'
import { commit } from '../../shared/seal/record.ts'
import { signDocument, type SignedDocument } from '../../shared/sign/documents.ts'
import { verifyAuthored } from '../../shared/trust/authority.ts'
import { catalogueRecipients, inspectionRecipients } from '../../shared/trust/recipients.ts'
import { answer } from '../edge_client/edge_client.ts'
import { sleep } from '../edge_client/transport.ts'
import { openingKeyOf, places, readKey } from '../home.ts'
import { native } from '../primitives.ts'
import { projectText } from '../trust/known_projects.ts'
import type { Question } from './connection_local.ts'
import {
  type Entry,
  entryNamed,
  openProject,
  type Project,
  type ProjectOptions,
  signerOf,
} from './project.ts'
import { type Shell, UsageError } from './shell.ts'
import { facts } from './table.ts'

export interface OrderOptions extends ProjectOptions {
  readonly pool?: string
  readonly key?: string
}

/** A connection that the signed index lists, its own signature checked. */
export interface ListedConnection {
  readonly project: Project
  readonly entry: Entry
  readonly signed: SignedDocument<'connection'>
}

/** Throws `not_found`, `not_at_index` and what verifying throws. */
export async function listedConnection(
  shell: Shell,
  name: string,
  options: ProjectOptions,
): Promise<ListedConnection> {
  const project = await openProject(shell, options)
  const entry = entryNamed(project, 'connection', name)
  const params = { path: { id: entry.id } }
  const record = await answer(project.session.edge.GET('/v1/connections/{id}', { params }))
  const signed = verifyAuthored(native, {
    trust: project.trust.chain.document,
    deny: project.trust.floor?.deny ?? [],
    type: 'connection',
    project: project.project.id,
    dsse: record.document as Dsse,
  })
  if (signed.hash !== entry.hash || signed.document.id !== entry.id) {
    throw new Fault(
      'not_at_index',
      `The edge shows another version of ${entry.name} than the signed index lists.`,
    )
  }
  return { project, entry, signed }
}

/** An order that an agent has carried out. */
export interface Ordered {
  readonly record: InspectionRecord
  /** Whose id the catalogue has to name. */
  readonly order: Inspection
}

/**
 * Signs, posts and waits. Throws `readers_missing` before anything is queued, and the code with which it ended
 * otherwise than well.
 */
export async function orderLook(
  shell: Shell,
  listed: ListedConnection,
  { question, options }: { readonly question: Question; readonly options: OrderOptions },
): Promise<Ordered> {
  const { project, entry, signed } = listed
  const trust = project.trust.chain.document
  catalogueRecipients(trust, { project: project.project.id })
  const signer = signerOf(project, ['runs'])
  const pool = poolOf(signed.document.pools, options.pool)
  const names = question.action === 'test' ? question.names : question.patterns
  const { order, dsse, sealed } = sealOrder(listed, { question, pool, names, seed: signer.private })
  shell.note(facts([
    [`signed order to ${question.action}`, `${entry.name}, version ${entry.version}`],
    ['id', entry.id],
    ['project', projectText(project.project)],
    ['pool', pool],
    ['good until', order.expires],
  ]))
  const { edge } = project.session
  const made = shaped(await answer(edge.POST('/v1/inspections', { body: { document: dsse, sealed } })))
  const record = await follow(shell, project, { id: idOf(order), made })
  return { record: ended(record, order), order }
}

interface Ordering {
  readonly question: Question
  readonly pool: string
  readonly names: readonly string[]
  readonly seed: Uint8Array
}

/** What is asked about is sealed to the pool: a pattern may say as much as a name. */
function sealOrder({ project, entry }: ListedConnection, { question, pool, names, seed }: Ordering) {
  const trust = project.trust.chain.document
  const { plaintext, commitment } = commit(native, utf8(JSON.stringify({ names })))
  const now = Date.now()
  const { id, version, hash } = entry
  const order: Inspection = {
    type: 'inspection',
    tenant: trust.tenant,
    project: project.project.id,
    action: question.action,
    direction: question.action === 'test' ? question.direction : 'read',
    pool,
    index: project.index?.document.number ?? 1,
    connection: { id, version, hash },
    nonce: toHex(native.randomBytes(16)),
    issued: new Date(now).toISOString(),
    expires: new Date(now + MAX_INSPECTION_MS).toISOString(),
    commitment,
  }
  const context: Context = {
    tenant: order.tenant,
    project: order.project,
    type: 'inspection',
    id: idOf(order),
    version,
    schema: schemas.inspection,
  }
  const recipients = inspectionRecipients(trust, { pool })
  const sealed = toBase64(seal(native, { context, plaintext, recipients }))
  const { dsse } = signDocument(native, { type: 'inspection', document: order, seeds: [seed] })
  return { order, dsse, sealed }
}

export function idOf({ tenant, connection, issued, nonce }: Inspection): string {
  return inspectionId(native, { tenant, connection: connection.id, issued, nonce })
}

function poolOf(pools: readonly string[], wanted: string | undefined): string {
  const [only] = pools
  const pool = wanted ?? (pools.length === 1 ? only : pools.find((name) => name === 'default'))
  if (pool !== undefined && pools.includes(pool)) return pool
  throw new UsageError(`Say by --pool which of its pools looks: ${pools.join(', ')}.`)
}

const going: readonly InspectionRecord['state'][] = ['queued', 'leased']
/** Looks after which an order that nobody takes is worth a word: about ten seconds. */
const longQueued = 20

async function follow(
  shell: Shell,
  { session: { edge } }: Project,
  { id, made }: { readonly id: string; readonly made: InspectionRecord },
): Promise<InspectionRecord> {
  if (made.id !== id) throw new Fault('edge_unexpected', 'The edge gives the order another id than its own.')
  const stop = new AbortController()
  const interrupt = () => stop.abort(new UsageError('No longer waiting; the agent may look all the same.'))
  process.once('SIGINT', interrupt)
  try {
    for (let asked = 0, record = made, said = '';; asked++) {
      if (record.state !== said) shell.note(record.state)
      said = record.state
      if (!going.includes(record.state)) return record
      if (asked === longQueued && record.state === 'queued') {
        shell.note(
          'No agent has taken it yet. Is one running for its pool? sallyport agents list, sallyport doctor',
        )
      }
      await sleep(asked < 20 ? 250 : 1000, stop.signal)
      stop.signal.throwIfAborted()
      const params = { path: { id } }
      record = shaped(await answer(edge.GET('/v1/inspections/{id}', { params, signal: stop.signal })))
    }
  } finally {
    process.off('SIGINT', interrupt)
  }
}

function shaped(value: unknown): InspectionRecord {
  const parsed = judge(InspectionRecord as z.ZodType<InspectionRecord>, value)
  if (parsed.success) return parsed.data
  throw new Fault('edge_unexpected', "The edge's answer is not what its description says of an inspection.")
}

function ended(record: InspectionRecord, { pool }: Inspection): InspectionRecord {
  const { state, code } = record
  if (state === 'succeeded') return record
  if (state === 'expired') {
    throw new Fault('request_expired', `No agent of the pool ${pool} has looked in time.`)
  }
  const story = ` The whole story is on its agent's machine: sallyport runs logs ${record.id}`
  if (code !== undefined && isFaultCode(code)) throw new Fault(code, `${new Fault(code).message}${story}`)
  throw new Fault('edge_unexpected', 'The edge does not say why the inspection ended.')
}

/** Null where there is none: then states and counts are all that can be shown. Throws `usage` for a file that is named. */
export function readerKey(shell: Shell, file: string | undefined): OpeningKey | null {
  const path = file === undefined ? join(shell.home, places.reader) : resolve(file)
  if (existsSync(path)) return openingKeyOf(readKey(path, 'reader'))
  if (file !== undefined) throw new UsageError(`There is no reader key at ${path}.`)
  return null
}
