/** A project as an author's commands see it: who signs, what the newest index lists, and how the next one is made. */
import { Fault } from '../../shared/faults.ts'
import { newId } from '../../shared/ids.ts'
import type { Index, IndexEntry } from '../../shared/schemas/index.ts'
import type { Duty } from '../../shared/schemas/trust_document.ts'
import type { VerifiedIndex } from '../../shared/trust/index_walk.ts'
import type { KeyPair } from '../home.ts'
import { native } from '../primitives.ts'
import { type PeopleTrust, peopleTrust, publishIndex, readIndex, signerFor } from './people_trust.ts'
import type { ProjectName } from '../trust/known_projects.ts'
import type { Confirming } from './live.ts'
import { findProject, openSession, type Session, type SessionOptions } from './session.ts'
import type { Shell } from './shell.ts'

export interface ProjectOptions extends SessionOptions {
  readonly project?: string
}

export interface Project {
  readonly session: Session
  readonly trust: PeopleTrust
  readonly project: ProjectName
  /** The newest index, verified; null before the first. */
  readonly index: VerifiedIndex | null
}

/** Verified from the pin on. Throws what the checks throw. */
export async function openProject(shell: Shell, options: ProjectOptions, wanted?: string): Promise<Project> {
  const session = openSession(shell, options)
  const trust = await peopleTrust(session)
  const project = await findProject(session, options.project ?? wanted)
  return { session, trust, project, index: await readIndex(session, trust, project) }
}

export function signerOf({ session, trust, project }: Project, duties: readonly Duty[]): KeyPair {
  return signerFor(session, trust, { duties, project: project.id })
}

export interface Entry extends IndexEntry {
  readonly id: string
}

export function entriesOf({ index }: Pick<Project, 'index'>, kind: IndexEntry['kind']): Entry[] {
  const entries = Object.entries(index?.document.entries ?? {})
  return entries.filter(([, entry]) => entry.kind === kind).map(([id, entry]) => ({ id, ...entry }))
    .sort((a, b) => a.name < b.name ? -1 : 1)
}

/** By name in the signed index, or by id. Throws `not_found`, naming what there is. */
export function entryNamed(project: Project, kind: IndexEntry['kind'], wanted: string): Entry {
  const entries = entriesOf(project, kind)
  const found = entries.find(({ id, name }) => id === wanted || name === wanted)
  if (found) return found
  const names = entries.map(({ name }) => name).join(', ') || 'none'
  throw new Fault(
    'not_found',
    `The project ${project.project.name} has no ${kind} "${wanted}". There are: ${names}.`,
  )
}

/** What the edge has under a name, perhaps from an interrupted command whose index never came. */
export interface Stored {
  readonly id: string
  readonly name: string
  readonly version: number
}

/** So many commands may have been interrupted between a document and the index that lists it. */
const mostUnlisted = 100

/**
 * Id and version of the next document of this name: the index decides, and what the edge holds beyond it only raises
 * the version, by a little. Versions never fall and end at 2^53, so nobody unsigned says how far they go: throws
 * `not_at_index` on more. A fresh id when there is none.
 */
export function nextVersion(
  project: Project,
  { kind, name, stored }: { kind: IndexEntry['kind']; name: string; stored: readonly Stored[] },
): { readonly id: string; readonly version: number } {
  const listed = entriesOf(project, kind).find((one) => one.name === name)
  const held = stored.find((one) => listed === undefined ? one.name === name : one.id === listed.id)
  const id = listed?.id ?? held?.id ?? newId(Date.now(), native.randomBytes)
  const other = project.index?.document.entries[id]
  if (other !== undefined && (other.kind !== kind || other.name !== name)) {
    throw new Fault('index_invalid', `The edge gives ${name} the id of the ${other.kind} ${other.name}.`)
  }
  const signed = listed?.version ?? 0
  const shown = held?.version ?? 0
  if (!Number.isSafeInteger(shown) || shown > signed + mostUnlisted) {
    throw new Fault(
      'not_at_index',
      `The edge shows version ${shown} of ${name}, and the signed index ${signed}: so far ahead it is not followed.`,
    )
  }
  return { id, version: Math.max(signed, shown) + 1 }
}

/** Signs and publishes the project's next index, and says what came in between. */
export async function publish(
  shell: Shell,
  { session, trust, project }: Project,
  { signer, change }: { signer: KeyPair; change: (entries: Index['entries']) => Index['entries'] },
): Promise<{ readonly number: number; readonly hash: string }> {
  const onRebase = ({ number }: Index) =>
    shell.note(
      `Somebody else published index ${number} meanwhile; it was verified, and this change is made on top of it.`,
    )
  return await publishIndex({ session, trust, project, signer, change, onRebase })
}

/** What agents of these pools are to confirm once the project's index is published. */
export function confirming(
  { session, trust, project }: Project,
  pools: readonly string[],
  index: { readonly number: number; readonly hash: string },
): Confirming {
  return {
    session,
    trust: trust.chain.document,
    deny: trust.floor?.deny ?? [],
    pools,
    published: { kind: 'index', project: project.id, ...index },
  }
}
