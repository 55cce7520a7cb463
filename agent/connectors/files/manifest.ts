/**
 * What was written to a target, by which run: the record that makes a load count once. It is replaced whole and last,
 * so what it does not list was never committed.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { Fault } from '../../../shared/faults.ts'
import { writeAtomic } from '../../files.ts'
import { columnType } from './types.ts'

const schema = z.strictObject({
  version: z.literal(1),
  target: z.string(),
  /** The run that may write now. */
  claim: z.strictObject({ run: z.string(), stream: z.int(), fence: z.int() }).nullable(),
  /** Committed loads, newest last. */
  loads: z.array(z.strictObject({
    run: z.string(),
    stream: z.int(),
    fence: z.int(),
    mode: z.enum(['replace', 'append', 'merge', 'history', 'mirror']),
    rows: z.int(),
    bytes: z.int(),
    committed_at: z.string(),
    /** How far the target has its stream: the source's column, and the last value that was read. */
    cursor: z.strictObject({ column: z.string(), value: z.string() }).nullable().default(null),
  })),
  /** What the target consists of, relative to the folder that the target is in. */
  files: z.array(z.strictObject({
    name: z.string(),
    rows: z.int(),
    bytes: z.int(),
    sha256: z.string(),
    run: z.string(),
  })),
  /** Columns that are folders of the target, outermost first. */
  partition_by: z.array(z.string()).default([]),
  /** Of all files together; null where they were written before this was noted. */
  columns: z.array(z.strictObject({
    name: z.string(),
    native: z.string(),
    vocabulary: z.enum(['postgres', 'mysql', 'sqlite', 'duckdb', 'json', 'csv']),
    type: columnType,
  })).nullable().default(null),
})

export type Manifest = z.infer<typeof schema>
export type ManifestFile = Manifest['files'][number]

const emptyManifest = (target: string): Manifest => ({
  version: 1,
  target,
  claim: null,
  loads: [],
  files: [],
  partition_by: [],
  columns: null,
})

/** So many loads are remembered: enough for any retry. */
const keptLoads = 1000

const ownFolder = '.sallyport'

/** A file of the target's own, beside its manifest. */
export function ownPath(folder: string, target: string, ending: string): string {
  return join(folder, ownFolder, encodeURIComponent(target) + ending)
}

/** `folder`: the one that the target is in; `target`: its name there, as `Place.own` gives them. */
export function readManifest(folder: string, target: string): Manifest {
  const path = ownPath(folder, target, '.json')
  if (!existsSync(path)) return emptyManifest(target)
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    throw new Fault('invalid_file', `${path} is not a manifest.`, { cause: error })
  }
}

export function writeManifest(folder: string, manifest: Manifest): void {
  writeManifestAt(ownPath(folder, manifest.target, '.json'), manifest)
}

function writeManifestAt(path: string, manifest: Manifest): void {
  const kept = { ...manifest, loads: manifest.loads.slice(-keptLoads) }
  mkdirSync(dirname(path), { recursive: true })
  writeAtomic(path, JSON.stringify(kept, null, 2) + '\n', 0o644)
}

function renameDurably(from: string, to: string): void {
  renameSync(from, to)
  if (process.platform === 'win32') return
  const folder = openSync(dirname(to), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/** A manifest that is on the disk, and not yet the one that counts. */
export interface StagedManifest {
  name(): void
  drop(): void
}

/** Takes all the room that the manifest needs: what comes after is a change of names. */
export function stageManifest(folder: string, manifest: Manifest): StagedManifest {
  const path = ownPath(folder, manifest.target, '.json')
  const draft = `${path}.part`
  writeManifestAt(draft, manifest)
  return { name: () => renameDurably(draft, path), drop: () => rmSync(draft, { force: true }) }
}

/** Removes what writes of the target's own files left behind that were cut off. */
export function sweepOwn(folder: string, target: string): void {
  const place = join(folder, ownFolder)
  const own = `.${basename(ownPath(folder, target, ''))}.`
  rmSync(ownPath(folder, target, '.json.part'), { force: true })
  for (const name of readdirSync(place)) {
    if (
      name.startsWith(own) && /^(?:pending\.)?json(?:\.part)?\.[0-9a-f]{12}$/.test(name.slice(own.length))
    ) {
      rmSync(join(place, name), { force: true })
    }
  }
}
