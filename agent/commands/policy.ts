/** `sallyport policy`: what agents may read and write. */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { Policy, PolicyTuple } from '../../shared/schemas/policy.ts'
import type { OpeningKey } from '../../shared/seal/envelope.ts'
import { verifyAuthored } from '../../shared/trust/authority.ts'
import { type Access, type Place, policyAllows } from '../../shared/trust/policy.ts'
import { parseConfig } from '../connectors/connectors.ts'
import { answer } from '../edge_client/edge_client.ts'
import { places, readKey } from '../home.ts'
import { keystoreAt } from '../keystore/keystore.ts'
import { connectionNamed, readConnectionsFile } from '../pipeline_files/connections.ts'
import { native } from '../primitives.ts'
import { resolveReferences } from '../references.ts'
import { openConnection, openPolicy } from '../runs/open.ts'
import { placeOf, textOf } from '../runs/policy_check.ts'
import { policyExample } from '../trust/policy_file.ts'
import { loadRing, openingKeys } from '../trust/ring.ts'
import { configOf } from './agent_options.ts'
import { peopleTrust } from './people_trust.ts'
import { entryNamed, openProject, type ProjectOptions } from './project.ts'
import { openSession, pinOf, type SessionOptions, sessionOptions } from './session.ts'
import { type Define, exits, type Shell, UsageError } from './shell.ts'
import { table } from './table.ts'

interface ExplainOptions extends ProjectOptions {
  readonly from?: string
}

const explainHelp = `
Says for reading and for writing whether the policy allows it, and if not, how the nearest line differs. The settings
of the connection come from the connections file (--from), or on a machine with the pool's ring from what is sealed.
Exits by 5 when neither is allowed.

Examples:
  sallyport policy explain shop public.orders --from connections.yaml
  sallyport policy explain lake orders.parquet`

export const define: Define = (command, shell) => {
  const indented = policyExample.trimEnd().replaceAll(/^/gm, '  ')
  command.addHelpText(
    'after',
    `\nA policy file, for sallyport trust edit --policy FILE (or init --policy FILE):\n\n${indented}`,
  )
  sessionOptions(
    command.command('show').description('Show the policy of the current trust document, opened here'),
  )
    .addHelpText('after', '\nExamples:\n  sallyport policy show\n  sallyport policy show --json')
    .action(shell.action((options: SessionOptions) => show(shell, options)))
  sessionOptions(
    command.command('explain').description('Say whether a connection may read or write something, and why'),
  )
    .argument('<connection>', 'name of the connection')
    .argument('<stream>', 'a table (schema.table) or file, as a pipeline names it')
    .option('--from <file>', 'connections file that defines it')
    .option('--project <name>', 'project (default: the remembered one)')
    .addHelpText('after', explainHelp)
    .action(
      shell.action((name: string, stream: string, options: ExplainOptions) =>
        explain(shell, { name, stream, options })
      ),
    )
}

/** What may open things here: the person's reader key, and the pool's ring where this is an agent's machine. */
async function keysHere(shell: Shell, options: object): Promise<OpeningKey[]> {
  const reader = join(shell.home, places.reader)
  const keys: OpeningKey[] = existsSync(reader)
    ? [{ suite: 1, privateKey: readKey(reader, 'reader').private }]
    : []
  const { keystore } = configOf(shell, options)
  const path = keystore.startsWith('file:') ? keystore.slice('file:'.length) : null
  if (path !== null && !existsSync(path)) return keys
  return [...keys, ...openingKeys(await loadRing(keystoreAt(keystore, shell.env)))]
}

async function policyHere(shell: Shell, options: SessionOptions): Promise<Policy> {
  const session = openSession(shell, options)
  const { chain } = await peopleTrust(session, { current: false })
  return openPolicy({ chain, pin: pinOf(session) }, await keysHere(shell, options))
}

async function show(shell: Shell, options: SessionOptions): Promise<void> {
  const policy = await policyHere(shell, options)
  const rows = policy.allow.map((tuple) => [tuple.direction, tuple.connector, tupleText(tuple)])
  const limits = Object.entries(policy.limits ?? {}).map(([name, value]) => `at most ${value} ${name}`)
  const pairs = (policy.forbidden_pairs ?? []).map((pair) =>
    `never ${JSON.stringify(pair.source)} to ${JSON.stringify(pair.destination)}`
  )
  const lines = [table(['may', 'connector', 'where'], rows) || 'Nothing is allowed.', ...limits, ...pairs]
  shell.result(policy, lines.join('\n'))
}

function tupleText(tuple: PolicyTuple): string {
  if (tuple.connector === 'files') return tuple.path
  if (tuple.connector === 'https') {
    const derived = tuple.derived === undefined ? '' : ` and on to ${tuple.derived.join(', ')}`
    return `https://${tuple.endpoint}:${tuple.port}${tuple.path}${derived}`
  }
  const { account, endpoint, port, database, schema, prefix } = tuple
  return `${account}@${endpoint}:${port}/${database} ${schema}.${prefix}${prefix === '*' ? '' : '*'}`
}

interface Explaining {
  readonly name: string
  readonly stream: string
  readonly options: ExplainOptions
}

async function explain(shell: Shell, { name, stream, options }: Explaining): Promise<number> {
  const policy = await policyHere(shell, options)
  const place = options.from === undefined
    ? await sealedPlace(shell, { name, stream, options })
    : writtenPlace(shell, { name, stream, from: options.from })
  const found = (['read', 'write'] as const).map((direction) => {
    const decision = policyAllows(policy, { direction, ...place })
    return { direction, allowed: decision.allowed, differs: decision.allowed ? [] : decision.differs }
  })
  const lines = found.map(({ direction, allowed, differs }) => {
    if (allowed) return `${direction}: allowed`
    const why = differs.length === 0
      ? 'no line is for such a place'
      : `the nearest line differs in ${differs.join(', ')}`
    return `${direction}: denied, ${why}. This line would allow it:\n  - ${lineFor({ direction, ...place })}`
  })
  shell.result({ place, decisions: found }, `${name} ${stream} is ${textOf(place)}\n${lines.join('\n')}`)
  return found.some(({ allowed }) => allowed) ? exits.done : exits.checkFailed
}

function lineFor(access: Access): string {
  if (access.connector === 'files') {
    return `{ direction: ${access.direction}, connector: files, path: ${access.path} }`
  }
  if (access.connector === 'https') {
    const { endpoint, port, path } = access
    return `{ direction: read, connector: https, endpoint: ${endpoint}, port: ${port}, path: ${path} }`
  }
  const { direction, endpoint, port, account, database, schema } = access
  return `{ direction: ${direction}, connector: postgres, endpoint: ${endpoint}, port: ${port}, account: ${account}, ` +
    `database: ${database}, schema: ${schema}, prefix: "*" }`
}

function writtenPlace(
  shell: Shell,
  { name, stream, from }: { name: string; stream: string; from: string },
): Place {
  const { type, config } = connectionNamed(readConnectionsFile(from), name, from)
  const base = dirname(resolve(from))
  const resolved = resolveReferences(config, { base, env: shell.env, permit: () => undefined })
  return placeOf(type, { parsed: parseConfig(type, resolved.config), base, name: stream })
}

/** Opens the connection itself, which only a machine with the pool's ring can. */
async function sealedPlace(shell: Shell, { name, stream, options }: Explaining): Promise<Place> {
  const project = await openProject(shell, options)
  const entry = entryNamed(project, 'connection', name)
  const { session, trust } = project
  const record = await answer(
    session.edge.GET('/v1/connections/{id}', { params: { path: { id: entry.id } } }),
  )
  const signed = verifyAuthored(native, {
    trust: trust.chain.document,
    deny: trust.floor?.deny ?? [],
    type: 'connection',
    project: project.project.id,
    dsse: record.document as Dsse,
  })
  const config = configOf(shell, options)
  const keys = await keysHere(shell, options)
  if (keys.length === 0) {
    throw new UsageError('There is no ring here that opens the connection. Give --from FILE.')
  }
  const opened = openConnection({ signed, envelope: record.sealed }, keys)
  const resolved = resolveReferences(opened.config, {
    base: config.data,
    env: shell.env,
    permit: () => undefined,
  })
  return placeOf(opened.kind, {
    parsed: parseConfig(opened.kind, resolved.config),
    base: config.data,
    name: stream,
  })
}
