/** Paths as the system follows them. */
import { realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'

/** Where the path leads once links are followed, as far as it exists: a link must not lead out of its folder. */
export function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const above = dirname(path)
    return above === path ? path : join(real(above), basename(path))
  }
}

export function inside(path: string, folder: string): boolean {
  const way = relative(resolve(folder), path)
  return way === '' || (!way.startsWith('..') && !isAbsolute(way))
}
