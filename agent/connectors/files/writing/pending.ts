/**
 * What a load has made durable before its commit: the slices of a resumable attempt, and the files that they are in.
 * It stands beside the manifest, and nothing in it counts until the manifest says so.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { writeAtomic } from '../../../files.ts'
import { ownPath } from '../manifest.ts'

const schema = z.strictObject({
  version: z.literal(1),
  run: z.string(),
  stream: z.int(),
  /** What the drafts end in; empty where they were begun before they had that. */
  attempt: z.string().regex(/^\d*$/).default(''),
  intent: z.strictObject({
    upTo: z.string().nullable(),
    slices: z.array(z.string()),
    resumable: z.boolean(),
  }),
  slices: z.array(z.strictObject({
    id: z.string(),
    rows: z.int().nullable(),
    bytes: z.int(),
    /** Within the folder that the target is in, under the names that they get. None where the target is one file. */
    files: z.array(
      z.strictObject({ name: z.string(), rows: z.int().nullable(), bytes: z.int(), sha256: z.string() }),
    ),
  })),
})

export type Pending = z.infer<typeof schema>
export type PendingSlice = Pending['slices'][number]

const pathOf = (folder: string, target: string) => ownPath(folder, target, '.pending.json')

/** Null where nothing is pending, or where what is there cannot be read: then it is made anew. */
export function readPending(folder: string, target: string): Pending | null {
  const path = pathOf(folder, target)
  if (!existsSync(path)) return null
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return null
  }
}

export function writePending(folder: string, target: string, pending: Pending): void {
  const path = pathOf(folder, target)
  mkdirSync(dirname(path), { recursive: true })
  writeAtomic(path, JSON.stringify(pending) + '\n', 0o644)
}

export function removePending(folder: string, target: string): void {
  rmSync(pathOf(folder, target), { force: true })
}
