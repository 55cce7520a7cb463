/** That a rotation is under way, and which: what ring and trust document do not say. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { Key, KeyId, Name, Suite, Time } from '../../shared/schemas/fields.ts'
import { makePrivateFolder, readIfThere, writeAtomic } from '../files.ts'
import { parseFile } from '../home.ts'

const Rotation = z.strictObject({
  type: z.literal('rotation'),
  pool: Name,
  suite: Suite,
  compromised: z.boolean(),
  /** The key that takes over. */
  next: KeyId,
  started: Time,
  /** After a compromise: the seed of the pool's next key, until the ring has it. */
  pool_key: Key.nullable(),
})
export type Rotation = z.infer<typeof Rotation>

function pathOf(home: string, pool: string): string {
  return join(home, `rotation-${pool}.json`)
}

export function readRotation(home: string, pool: string): Rotation | null {
  const path = pathOf(home, pool)
  const text = readIfThere(path)
  return text === null ? null : parseFile(Rotation, text, path)
}

export function writeRotation(home: string, rotation: Rotation): void {
  makePrivateFolder(home)
  writeAtomic(pathOf(home, rotation.pool), JSON.stringify(rotation, null, 2) + '\n')
}

export function dropRotation(home: string, pool: string): void {
  rmSync(pathOf(home, pool), { force: true })
}
