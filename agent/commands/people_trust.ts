/** Trust as a person's commands see it: walked from the pin like an agent's, against the floor where there is one. */
import { join } from 'node:path'
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import { Hash, Version } from '../../shared/schemas/fields.ts'
import type { Floor } from '../../shared/schemas/floor.ts'
import type { Index } from '../../shared/schemas/index.ts'
import type { Duty } from '../../shared/schemas/trust_document.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import { mayDo } from '../../shared/trust/authority.ts'
import { checkCurrent, type Seen } from '../../shared/trust/chain.ts'
import type { SeenIndex, VerifiedIndex } from '../../shared/trust/index_walk.ts'
import { toBase64 } from '../../shared/bytes.ts'
import type { TrustVersion } from '../edge_client/agent_edge.ts'
import { answer } from '../edge_client/edge_client.ts'
import { handingIn } from '../edge_client/handing_in.ts'
import { makePrivateFolder, readIfThere, writeAtomic } from '../files.ts'
import { type KeyPair, parseFile, places, readKey } from '../home.ts'
import { native } from '../primitives.ts'
import { floorAt, raiseFloor, readFloor } from '../trust/floor.ts'
import { newestIndex } from '../trust/index_walk.ts'
import { settled } from '../trust/settled.ts'
import { checkProjectName, type ProjectName, rememberProject } from '../trust/known_projects.ts'
import { firstFloor } from '../trust/new_tenant.ts'
import { type Chain, walkTrust } from '../trust/trust_chain.ts'
import { pinOf, type Session } from './session.ts'

export interface PeopleTrust {
  readonly chain: Chain
  readonly floor: Floor | null
}

/** Throws what `walkTrust` throws. With `current`, also `trust_expired`. */
export async function peopleTrust(session: Session, { current = true } = {}): Promise<PeopleTrust> {
  return await settled(() => lookAtTrust(session, current), { signal: never })
}

const never = new AbortController().signal

async function lookAtTrust(session: Session, current: boolean): Promise<PeopleTrust> {
  const pin = pinOf(session)
  const floor = session.floor === null ? null : await readFloor(floorAt(session.floor), pin.tenant)
  const seen = [floor?.trust ?? null].filter((one): one is Seen => one !== null)
  const cache = join(session.home, places.cache, `trust-${pin.tenant}.json`)
  const chain = await walkTrust({ pin, seen, cache, after: (version) => trustAfter(session, version) })
  if (current) checkCurrent(chain.document, Date.now())
  return { chain, floor }
}

/** The next version, or none: a person's list of trust documents has no bodies. */
async function trustAfter({ edge }: Session, version: number): Promise<readonly TrustVersion[]> {
  try {
    const path = { version: String(version + 1) }
    const one = await answer(edge.GET('/v1/trust/{version}', { params: { path } }))
    return [{ version: one.version, document: one.document as Dsse, policy: one.policy }]
  } catch (error) {
    if (error instanceof Fault && error.code === 'not_found') return []
    throw error
  }
}

/** This person's signer key, when the trust document lets it do that. Throws `signer_not_allowed`, `file_…`. */
export function signerFor(
  { home }: Session,
  { chain }: PeopleTrust,
  { duties, project }: { readonly duties: readonly Duty[]; readonly project: string },
): KeyPair {
  const key = readKey(join(home, places.signer), 'signer')
  const missing = duties.find((duty) => !mayDo(chain.document, toBase64(key.public), { duty, project }))
  if (missing === undefined) return key
  throw new Fault(
    'signer_not_allowed',
    `The trust document does not let the signer key ${
      keyId(native, key.public)
    } sign for "${missing}" here. ` +
      'What is missing is that scope, which no role at the edge stands in for. ' +
      'Who holds a root key adds it: sallyport trust edit --add-signer …',
  )
}

const Remembered = z.strictObject({ number: Version, hash: Hash })

function rememberedPath({ home }: Session, { id }: ProjectName): string {
  return join(home, places.cache, `index-${id}.json`)
}

/**
 * The project's newest index, verified; null before the first one. Throws `project_mismatch` when the project is not
 * the one of that name: by the index, or by what this home has learned before.
 */
export async function readIndex(
  session: Session,
  trust: PeopleTrust,
  project: ProjectName,
): Promise<VerifiedIndex | null> {
  return await settled(() => lookAtIndex(session, trust, project), { signal: never })
}

async function lookAtIndex(
  session: Session,
  { chain }: PeopleTrust,
  project: ProjectName,
): Promise<VerifiedIndex | null> {
  // Read anew: somebody may have raised it since the trust document was looked at.
  const { tenant } = chain.document
  const floor = session.floor === null ? null : await readFloor(floorAt(session.floor), tenant)
  rememberProject(session.home, chain.document.tenant, project)
  const path = rememberedPath(session, project)
  const text = readIfThere(path)
  const last: SeenIndex | null = text === null ? null : parseFile(Remembered, text, path)
  try {
    const index = await newestIndex({
      trust: chain.document,
      deny: floor?.deny ?? [],
      project: project.id,
      last,
      floor: floor?.index[project.id] ?? null,
      after: (number) => indexAfter(session, project, number),
    })
    checkProjectName(index, project)
    makePrivateFolder(join(session.home, places.cache))
    writeAtomic(path, JSON.stringify({ number: index.document.number, hash: index.hash }))
    return index
  } catch (error) {
    const none = last === null && floor?.index[project.id] === undefined
    if (none && error instanceof Fault && error.code === 'index_missing') return null
    throw error
  }
}

async function indexAfter({ edge }: Session, { id }: ProjectName, number: number): Promise<readonly Dsse[]> {
  const params = { path: { id }, query: { after: String(number) } }
  const { data } = await answer(edge.GET('/v1/projects/{id}/index', { params }))
  return data.map(({ document }) => document as Dsse)
}

export interface Publishing {
  readonly session: Session
  readonly trust: PeopleTrust
  readonly project: ProjectName
  readonly signer: KeyPair
  /** What the next index lists, made from what the newest one lists. Called again when somebody was faster. */
  readonly change: (entries: Index['entries']) => Index['entries']
  /** Told when somebody else's index came in between, and this one is made anew on top of it. */
  readonly onRebase: (theirs: Index) => void
}

/**
 * Signs and publishes the project's next index by compare-and-set: the floor first, where there is one, then the
 * edge. When another publisher was faster, theirs is verified and this change made again on top of it.
 */
export async function publishIndex(
  publishing: Publishing,
): Promise<{ readonly number: number; readonly hash: string }> {
  const { session, trust, project, signer, change, onRebase } = publishing
  for (let attempt = 0; attempt < 10; attempt++) {
    const newest = await readIndex(session, trust, project)
    if (attempt > 0 && newest !== null) onRebase(newest.document)
    const document: Index = {
      type: 'index',
      tenant: trust.chain.document.tenant,
      project: project.id,
      project_name: project.name,
      number: (newest?.document.number ?? 0) + 1,
      previous: newest?.hash ?? null,
      issued: new Date().toISOString(),
      entries: change(newest?.document.entries ?? {}),
    }
    const { dsse, hash } = signDocument(native, { type: 'index', document, seeds: [signer.private] })
    const { number } = document
    await raise(publishing, { number, hash })
    try {
      const params = { path: { id: project.id } }
      const published = session.edge.POST('/v1/projects/{id}/index', { params, body: { document: dsse } })
      await handingIn('index.write', answer(published))
      return { number, hash }
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'conflict') throw error
      await lower(publishing, newest)
    }
  }
  throw new Fault(
    'conflict',
    'Others publish faster than this change can be made on top of theirs. Try again.',
  )
}

async function raise({ session, trust, project }: Publishing, at: SeenIndex): Promise<void> {
  if (session.floor === null) return
  const store = floorAt(session.floor)
  if (store === null) return
  const { tenant, version } = trust.chain.document
  const first = firstFloor({ tenant, version, hash: trust.chain.hash })
  await raiseFloor(store, first, (floor) => ({ ...floor, index: { ...floor.index, [project.id]: at } }))
}

/** Our number was taken by another index: the floor must not go on naming ours. Set to what is known to be there. */
async function lower(publishing: Publishing, newest: VerifiedIndex | null): Promise<void> {
  const { session, trust, project } = publishing
  const documents = await indexAfter(session, project, newest?.document.number ?? 0)
  const winner = documents[0]
  if (winner === undefined) return
  const index = await newestIndex({
    trust: trust.chain.document,
    deny: trust.floor?.deny ?? [],
    project: project.id,
    last: newest === null ? null : { number: newest.document.number, hash: newest.hash },
    floor: null,
    after: (number) => indexAfter(session, project, number),
  })
  await raise(publishing, { number: index.document.number, hash: index.hash })
}
