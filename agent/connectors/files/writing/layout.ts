/** What the files of a target are called, finished and on their way, and what of them a `kill -9` left behind. */
import { existsSync, readdirSync, realpathSync, rmdirSync, rmSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { quarantineSuffix } from '../../connector.ts'
import { fileFormats } from '../config.ts'
import type { Manifest } from '../manifest.ts'
import type { Pending } from './pending.ts'

export interface Layout {
  /** The folder that manifest and target are in, links followed. */
  readonly folder: string
  /** The target's name there. */
  readonly target: string
  /** The target itself: a file, or a folder of files. */
  readonly path: string
  readonly kind: 'file' | 'folder'
  /** What drafts end in: the fence of who began them, so that no attempt writes into another's. Empty: as of old. */
  readonly attempt: string
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const formats = fileFormats.join('|')
/** `<run>-<stream>[-<slice>[-<number>]].<ending>`: a file of a folder. */
const member = `${uuid}-\\d+(?:-[0-9a-f]{12})?(?:-\\d+)?\\.(?:${formats})(?:\\.gz|\\.zst)?`
const memberFile = new RegExp(`^${member}$`)
const memberDraft = new RegExp(`^\\.${member}(?:\\.${uuid})?(?:\\.\\d+)?\\.part$`)
const fileDraft = new RegExp(`^${uuid}(?:-[0-9a-f]{12})?(?:\\.\\d+)?\\.part$`)

/** Where a file of a folder is until the commit. */
export const draftOf = ({ attempt }: Pick<Layout, 'attempt'>, path: string) =>
  join(dirname(path), `.${basename(path)}${draftEnding(attempt)}`)

export const draftEnding = (attempt: string) => attempt === '' ? '.part' : `.${attempt}.part`

/** Where the target is until the commit, when it is one file. */
export const fileDraftOf = ({ path, attempt }: Layout, run: string, slice: string | null) =>
  join(dirname(path), `.${basename(path)}.${run}${slice === null ? '' : `-${slice}`}${draftEnding(attempt)}`)

/** What stays through a sweep. */
interface Kept {
  readonly manifest: Manifest
  /** Of the same load, an earlier attempt's. */
  readonly pending: Pending | null
  readonly run: string
}

/**
 * Removes drafts of this target, and the files of the run that claimed it last which the manifest does not list. Any
 * other file may be somebody's data, and stays.
 */
export function sweep(layout: Layout, { manifest, pending, run }: Kept): void {
  const { folder, path } = layout
  const kept = new Set(manifest.files.map(({ name }) => join(folder, name)))
  for (const { files } of pending?.slices ?? []) {
    for (const { name } of files) for (const one of [name, draftOf(layout, name)]) kept.add(join(folder, one))
  }
  const claimed = manifest.claim ? `${manifest.claim.run}-${manifest.claim.stream}` : null
  const own = `.${basename(path)}.`
  const resumes = pending !== null && pending.slices.length > 0
  const refused = `.${basename(path)}${quarantineSuffix}.jsonl.`
  sweepFile(dirname(path), (name) => {
    if (name.startsWith(refused)) return fileDraft.test(name.slice(refused.length))
    if (!name.startsWith(own) || !fileDraft.test(name.slice(own.length))) return false
    const goesOn = resumes && name.startsWith(`${own}${run}`) && name.endsWith(draftEnding(layout.attempt))
    return !goesOn || layout.kind === 'folder'
  })
  if (!existsSync(path) || layout.kind === 'file') return
  for (const place of placesOf(path)) {
    const real = realpathSync(place)
    sweepFile(place, (name) => {
      const left = memberDraft.test(name) ||
        (claimed !== null && memberFile.test(name) && belongs(name, claimed))
      return left && !kept.has(join(real, name))
    })
    if (place !== path) removeIfEmpty(place)
  }
}

const belongs = (name: string, claimed: string) =>
  name.startsWith(claimed) && /^[-.]/.test(name.slice(claimed.length))

function sweepFile(place: string, goes: (name: string) => boolean): void {
  if (!existsSync(place)) return
  for (const name of readdirSync(place)) if (goes(name)) rmSync(join(place, name), { force: true })
}

/** The folder and the folders `name=value` below it, the innermost first. */
function placesOf(path: string): string[] {
  const below = readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^[^=]+=/.test(entry.name))
    .flatMap(({ name }) => placesOf(join(path, name)))
  return [...below, path]
}

/** A folder of a partition that nothing is in any more. */
export function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // It has files, or is not ours to remove.
  }
}

/** Removes files of the target's, and the folders of partitions that they leave empty. */
export function removeFiles({ folder, path }: Layout, names: readonly string[]): void {
  const top = existsSync(path) ? realpathSync(path) : path
  for (const name of names) {
    const file = join(folder, name)
    rmSync(file, { force: true })
    for (let place = dirname(file); isBelow(top, place); place = dirname(place)) removeIfEmpty(place)
  }
}

const isBelow = (top: string, place: string) => !/^(?:\.\.(?:\/|$)|$)/.test(relative(top, place))

/** Files that the manifest does not list, and that are data to who looks at their names. */
export function unlisted(
  { folder, path }: Layout,
  manifest: Manifest,
  pending: Pending | null,
): string | null {
  if (manifest.files.length > 0 || !existsSync(path)) return null
  const data = new RegExp(`\\.(?:${formats}|ndjson)(?:\\.gz|\\.zst)?$`, 'i')
  const real = realpathSync(path)
  // An attempt of this load that was cut off in its commit had named them already.
  const own = new Set(pending?.slices.flatMap(({ files }) => files.map(({ name }) => join(folder, name))))
  const there = readdirSync(path)
    .filter((name) => !name.startsWith('.') && data.test(name) && !own.has(join(real, name)))
  return there.sort()[0] ?? null
}
