/** `sallyport connection test` and `discover` on this machine, from a connections file, with no edge at all. */
import { mkdtempSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { newId } from '../../shared/ids.ts'
import { Fault } from '../../shared/faults.ts'
import type { CatalogueBody, Direction } from '../../shared/schemas/catalogue.ts'
import { discover } from '../catalogue/discover.ts'
import { Look } from '../catalogue/look.ts'
import { testConnection } from '../catalogue/test_connection.ts'
import { connectorOf, parseConfig } from '../connectors/connectors.ts'
import { localGuard } from '../connectors/guard.ts'
import { makePrivateFolder } from '../files.ts'
import { connectionNamed, ofConnection, readConnectionsFile } from '../pipeline_files/connections.ts'
import { native } from '../primitives.ts'
import { resolveReferences } from '../references.ts'
import { configOf } from './agent_options.ts'
import type { Shell } from './shell.ts'

/** What is asked of a connection. */
export type Question =
  | { readonly action: 'test'; readonly direction: Direction; readonly names: readonly string[] }
  | { readonly action: 'discover'; readonly patterns: readonly string[] }

/** As many streams as fit into what a person reads, or a program. */
const most = { mostStreams: 100_000, mostBytes: 64 * 1024 * 1024 }

/** Throws what is wrong with the file; what is wrong with the connection is in a test's checks. */
export async function lookLocally(
  shell: Shell,
  name: string,
  { file, question, options }: {
    readonly file: string
    readonly question: Question
    readonly options: object
  },
): Promise<{ readonly kind: string; readonly found: CatalogueBody }> {
  const { type, config } = connectionNamed(readConnectionsFile(file), name, file)
  const base = dirname(resolve(file))
  const { network } = configOf(shell, options)
  // The person at the keyboard is the leave for references.
  const how = { base, env: shell.env, permit: () => undefined }
  const parsed = ofConnection(file, name, () => parseConfig(type, resolveReferences(config, how).config))
  const state = join(shell.home, 'local')
  makePrivateFolder(state)
  const scratch = mkdtempSync(join(state, 'look-'))
  const abort = new AbortController()
  const interrupt = () => abort.abort(new Fault('cancelled'))
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  try {
    const id = newId(Date.now(), native.randomBytes)
    await using look = new Look({ type, parsed, base, guard: localGuard, network, scratch, id })
    const found = await ask(look, { question, endpoint: endpointOf(type, parsed, base) }, abort.signal)
    return { kind: type, found }
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
    rmSync(scratch, { recursive: true, force: true })
  }
}

function endpointOf(type: string, parsed: unknown, base: string) {
  const [endpoint] = connectorOf(type).targets(parsed, base)
  if (endpoint === undefined) throw new Fault('connection_invalid', 'The connection leads nowhere.')
  return endpoint
}

async function ask(
  look: Look,
  { question, endpoint }: {
    readonly question: Question
    readonly endpoint: ReturnType<typeof endpointOf>
  },
  signal: AbortSignal,
): Promise<CatalogueBody> {
  const now = Date.now
  if (question.action === 'test') {
    return await testConnection(look, { ...question, endpoint, allow: () => undefined, now }, signal)
  }
  const { patterns } = question
  return await discover(look.source(), { patterns, ...most, allowed: () => true, now }, signal)
}
