/** `npm run islands`: bundles the scripts of the console's pages. A test fails when the file in the tree is stale. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './suites.ts'

export const islandsPath = join(root, 'edge', 'console', 'assets', 'islands.js')

/** Throws when they do not bundle. */
export async function bundle(): Promise<string> {
  const built = await Bun.build({
    entrypoints: [join(root, 'edge', 'console', 'islands', 'main.ts')],
    target: 'browser',
    format: 'esm',
    minify: true,
  })
  const [file] = built.outputs
  if (file === undefined) throw new Error('nothing was bundled')
  return await file.text()
}

if (import.meta.main) writeFileSync(islandsPath, await bundle())
