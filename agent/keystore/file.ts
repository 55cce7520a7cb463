import { dirname, resolve } from 'node:path'
import { locked, makePrivateFolder, readIfThere, readPrivate, writeAtomic } from '../files.ts'
import type { Keystore } from './keystore.ts'

/** A file that only its owner may read or write. */
export function fileKeystore(path: string): Keystore {
  const place = resolve(path)
  return {
    place,
    read: async () => readPrivate(place, 'ring'),
    async swap(seen, text) {
      makePrivateFolder(dirname(place))
      return locked(place, () => {
        if (readIfThere(place) !== seen) return false
        writeAtomic(place, text)
        return true
      })
    },
  }
}
