/** Tests of missing rights: root has them all, so there the work is done as `nobody`. */
import { chownSync } from 'node:fs'

const nobody = 65534

/** What `work` finds where only an ordinary user's rights count. `paths`: what that user owns. */
export async function unprivileged<T>(paths: readonly string[], work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await work()
  for (const path of paths) chownSync(path, nobody, nobody)
  process.seteuid?.(nobody)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}
