/**
 * Which project a name means, as it was learned in this home. The edge alone answers that question the first time; an
 * edge that answers it otherwise later would have somebody sign for another project than they named.
 */
import { join } from 'node:path'
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Id, Name } from '../../shared/schemas/fields.ts'
import type { VerifiedIndex } from '../../shared/trust/index_walk.ts'
import { makePrivateFolder, readIfThere, writeAtomic } from '../files.ts'
import { parseFile, places } from '../home.ts'

export interface ProjectName {
  readonly id: string
  readonly name: string
}

/** By tenant, then by name. */
const Known = z.record(Id, z.record(Name, Id))
type Known = z.infer<typeof Known>

/** For people, wherever they sign something for a project. */
export function projectText({ id, name }: ProjectName): string {
  return `${name} (${id})`
}

/**
 * Remembers the project under its name. Throws `project_mismatch` when the name was another project's here, or the
 * project had another name: projects cannot be renamed, so one of the two was not true.
 */
export function rememberProject(home: string, tenant: string, { id, name }: ProjectName): void {
  const path = join(home, places.projects)
  const text = readIfThere(path)
  const known: Known = text === null ? {} : parseFile(Known, text, path)
  const ours = known[tenant] ?? {}
  const [before] = Object.entries(ours).filter(([one, its]) => (one === name) !== (its === id))
  if (before !== undefined) {
    const [wasName, wasId] = before
    throw new Fault(
      'project_mismatch',
      `The edge calls the project ${id} "${name}"; here "${wasName}" is known as ${wasId}. ` +
        `Projects are never renamed. What is known here stands in ${path}.`,
    )
  }
  if (ours[name] === id) return
  makePrivateFolder(home)
  writeAtomic(path, JSON.stringify({ ...known, [tenant]: { ...ours, [name]: id } }, null, 2) + '\n')
}

/** Throws `project_mismatch` when the signed index knows its project by another name than the edge does. */
export function checkProjectName({ document }: VerifiedIndex, { id, name }: ProjectName): void {
  if (document.project_name === name) return
  throw new Fault(
    'project_mismatch',
    `The edge calls the project ${id} "${name}"; its signed index says that it is "${document.project_name}".`,
  )
}
