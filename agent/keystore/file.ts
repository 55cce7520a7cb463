import { resolve } from 'node:path'
import { readPrivate } from '../files.ts'
import type { Keystore } from './keystore.ts'

/** A file that only its owner may read or write. */
export function fileKeystore(path: string): Keystore {
  const place = resolve(path)
  return { place, read: async () => readPrivate(place, 'ring') }
}
