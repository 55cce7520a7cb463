/**
 * `npm run openapi`: writes the edge's OpenAPI document and the types that the agent's client is made of. A test
 * fails when either is stale.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import openapiTypescript, { astToString } from 'openapi-typescript'
import { root } from './suites.ts'

export const documentPath = join(root, 'edge', 'openapi.json')
export const typesPath = join(root, 'agent', 'edge_client', 'openapi.d.ts')

export interface Generated {
  readonly document: string
  readonly types: string
}

/** Asks the edge's own list of routes. Throws when it does not load. */
export async function generate(): Promise<Generated> {
  const deno = join(root, 'node_modules', '.bin', 'deno')
  const { status, stdout, stderr } = spawnSync(deno, ['task', '--quiet', 'openapi'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    env: { ...process.env, NO_COLOR: '1' },
  })
  if (status !== 0) throw new Error(`the document cannot be printed:\n${stderr}`)
  const nodes = await openapiTypescript(JSON.parse(stdout), { alphabetize: true })
  return { document: stdout, types: `${HEAD}\n${astToString(nodes)}` }
}

const HEAD = '/** Generated from edge/openapi.json by `npm run openapi`. */'

if (import.meta.main) {
  const { document, types } = await generate()
  writeFileSync(documentPath, document)
  writeFileSync(typesPath, types)
}
