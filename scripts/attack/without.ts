/**
 * The switch that takes a check out. It is in no product code: while a binary is built for an attack's proof, an exact
 * snippet of a named source file is replaced by another. A snippet that is not there exactly once fails the build, so
 * that a proof cannot outlive the code that it is about.
 */
import type { BunPlugin } from 'bun'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildAgent } from '../build_agent.ts'
import { root } from '../suites.ts'

/** One check, and the source without it. */
export interface Mutation {
  /** What the check says, for people: "a signature is verified". */
  readonly check: string
  /** From the repository's root: below agent/ or shared/ a check of the binary, below edge/ of an honest edge. */
  readonly file: string
  /** Of a file below shared/: taken out of the edge, where the check is made, and not of the binary. */
  readonly of?: 'edge'
  readonly find: string
  readonly put: string
}

/** Throws when the snippet is not there exactly once. */
export function mutate(source: string, { file, find, put, check }: Mutation): string {
  const found = source.split(find).length - 1
  if (found === 1) return source.replace(find, () => put)
  throw new Error(`${file} holds ${found} times what "${check}" would take out:\n${find}`)
}

/** The source of `file` as the mutations leave it. */
export function mutatedSource(file: string, mutations: readonly Mutation[]): string {
  const source = readFileSync(join(root, file), 'utf8')
  return mutations.filter((one) => one.file === file).reduce(mutate, source)
}

function pluginOf(mutations: readonly Mutation[], loaded: Set<string>): BunPlugin {
  const files = new Set(mutations.map(({ file }) => file))
  return {
    name: 'without a check',
    setup(build) {
      for (const file of files) {
        const path = join(root, file)
        const filter = new RegExp(`^${path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`)
        build.onLoad({ filter }, () => {
          loaded.add(file)
          return { contents: mutatedSource(file, mutations), loader: 'ts' }
        })
      }
    },
  }
}

const isEdge = ({ file, of }: Mutation) => of === 'edge' || file.startsWith('edge/')

/** A copy of the edge's code without the checks; the checkout itself when none of them is the edge's. */
export function edgeWithout(mutations: readonly Mutation[], folder: string): string {
  const mine = mutations.filter(isEdge)
  const files = new Set(mine.map(({ file }) => file))
  if (files.size === 0) return root
  const copy = mkdtempSync(join(folder, 'edge-'))
  for (const name of ['edge', 'shared', 'migrations', 'deno.json']) {
    cpSync(join(root, name), join(copy, name), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  for (const file of files) writeFileSync(join(copy, file), mutatedSource(file, mine))
  return copy
}

/** Builds the agent without the checks, into `folder`; at once when it has been built there. Returns its path. */
export async function buildWithout(all: readonly Mutation[], folder: string): Promise<string> {
  const mutations = all.filter((one) => !isEdge(one))
  const key = createHash('sha256').update(JSON.stringify(mutations))
  for (const { file } of mutations) key.update(readFileSync(join(root, file)))
  const path = join(folder, key.digest('hex').slice(0, 16))
  if (existsSync(path)) return path
  const loaded = new Set<string>()
  await buildAgent(path, { plugins: [pluginOf(mutations, loaded)], bytecode: false })
  const unused = mutations.find(({ file }) => !loaded.has(file))
  if (unused !== undefined) throw new Error(`${unused.file} is no part of the binary`)
  return path
}
