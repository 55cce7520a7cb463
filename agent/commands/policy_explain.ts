/** `sallyport policy explain`: why a connection may, or may not, read or write something. */
import type { Command } from 'commander'
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { Policy } from '../../shared/schemas/policy.ts'
import { verifyAuthored } from '../../shared/trust/authority.ts'
import { answer } from '../edge_client/edge_client.ts'
import { connectionNamed, readConnectionsFile } from '../pipeline_files/connections.ts'
import { isPattern } from '../pipeline_files/patterns.ts'
import { readPipelineFile } from '../pipeline_files/pipeline.ts'
import { native } from '../primitives.ts'
import {
  type AccessExplained,
  explainAccess,
  type Explaining,
  explainPipeline,
  type PipelineExplained,
  placesOf,
} from '../runs/explain.ts'
import { openConnection, type OpenedConnection } from '../runs/open.ts'
import type { JudgedStream } from '../runs/policy_check.ts'
import { loadLocalPolicy } from '../trust/local_policy.ts'
import { readPolicyFile } from '../trust/policy_file.ts'
import { configOf } from './agent_options.ts'
import { peopleTrust } from './people_trust.ts'
import { bodyFor, verifiedPipeline } from './pipeline_show.ts'
import { keysHere, policyInForce } from './policy_in_force.ts'
import { entriesOf, entryNamed, openProject, type Project, type ProjectOptions } from './project.ts'
import { openSession, sessionOptions } from './session.ts'
import { exits, type Shell, UsageError } from './shell.ts'

interface ExplainOptions extends ProjectOptions {
  readonly from?: string
  readonly policy?: string
  readonly localPolicy?: string
}

const explainHelp = `
For a connection and a table or file: whether it may be read, and written. For a pipeline, by name or as a file: every
stream, as an agent would judge it. Says of each line of the policy which field does not fit, which address a name
has now and the rule that decides, which hosts it may lead on to, forbidden pairs, limits, and with --local-policy
what that file adds. Settings of connections come from the connections file (--from), or on a machine with the pool's
ring from what is sealed. Nothing is connected to.

Exits by 0 when it is allowed (for a connection: to read or to write), by 4 when it is not.

Examples:
  sallyport policy explain shop public.orders --from connections.yaml
  sallyport policy explain orders.yaml --from connections.yaml --policy policy.yaml
  sallyport policy explain orders --local-policy /etc/sallyport/local-policy.yaml`

export function definePolicyExplain(command: Command, shell: Shell): void {
  sessionOptions(command.command('explain').description('Say whether something is allowed, and why'))
    .argument('<what>', 'a pipeline or connection by name, or a pipeline file')
    .argument('[stream]', "a connection's table (schema.table) or file, as a pipeline names it")
    .option('--from <file>', 'connections file')
    .option('--policy <file>', 'a policy file, instead of the policy in force')
    .option('--local-policy <file>', 'local policy file of the agent')
    .option('--project <name>', 'project (default: the remembered one)')
    .addHelpText('after', explainHelp)
    .action(
      shell.action((what: string, stream: string | undefined, options: ExplainOptions) =>
        explain(shell, { what, stream, options })
      ),
    )
}

interface Question {
  readonly what: string
  readonly stream: string | undefined
  readonly options: ExplainOptions
}

async function explain(shell: Shell, question: Question): Promise<number> {
  const { what, stream, options } = question
  const explaining = await explainingBy(shell, options)
  if (stream !== undefined) {
    const connection = await connectionBy(shell, what, options)
    return await explainConnection(shell, { connection, stream }, explaining)
  }
  const ends = await endsBy(shell, what, options)
  const explained = await explainPipeline(ends, explaining)
  shell.result(explained, pipelineText(explained))
  return explained.allowed ? exits.done : exits.refused
}

async function explainingBy(shell: Shell, options: ExplainOptions): Promise<Explaining> {
  const { data, network } = configOf(shell, options)
  const { localPolicy, from } = options
  return {
    policy: options.policy === undefined ? await inForce(shell, options) : readPolicyFile(options.policy),
    local: localPolicy === undefined ? null : loadLocalPolicy(resolve(localPolicy), [shell.home]),
    network,
    base: from === undefined ? data : dirname(resolve(from)),
    env: shell.env,
  }
}

async function inForce(shell: Shell, options: ExplainOptions): Promise<Policy> {
  const session = openSession(shell, options)
  const trust = await peopleTrust(session, { current: false })
  return await policyInForce(shell, { session, trust, options })
}

interface About {
  readonly connection: OpenedConnection
  readonly stream: string
}

async function explainConnection(
  shell: Shell,
  { connection, stream }: About,
  explaining: Explaining,
): Promise<number> {
  const read = placesOf(connection, explaining)
  const place = read.place(stream)
  const directions = place.connector === 'https' ? ['read'] as const : ['read', 'write'] as const
  const decisions: AccessExplained[] = []
  for (const direction of directions) {
    decisions.push(
      await explainAccess({ connection, read, direction, place, pattern: isPattern(stream) }, explaining),
    )
  }
  shell.result({ place, decisions }, decisions.map(accessText).join('\n'))
  return decisions.some(({ allowed }) => allowed) ? exits.done : exits.refused
}

async function connectionBy(shell: Shell, name: string, options: ExplainOptions): Promise<OpenedConnection> {
  const { from } = options
  if (from === undefined) return await sealedConnection(shell, await openProject(shell, options), name)
  const { type, config } = connectionNamed(readConnectionsFile(from), name, from)
  return { id: name, name, kind: type, config }
}

interface Ends {
  readonly source: OpenedConnection
  readonly destination: OpenedConnection
  readonly streams: readonly JudgedStream[]
}

/** A pipeline file where there is one of that name, else the pipeline of the signed index. */
async function endsBy(shell: Shell, what: string, options: ExplainOptions): Promise<Ends> {
  if (existsSync(what)) {
    const { source, destination, body } = readPipelineFile(what).file
    return {
      source: await connectionBy(shell, source, options),
      destination: await connectionBy(shell, destination, options),
      streams: body.streams,
    }
  }
  const project = await openProject(shell, options)
  if (!entriesOf(project, 'pipeline').some(({ id, name }) => id === what || name === what)) {
    throw new UsageError(
      `There is no file and no pipeline ${what}. For a connection, say what it is to read or write: ` +
        `sallyport policy explain ${what} public.orders`,
    )
  }
  const { signed, sealed } = await verifiedPipeline(project, entryNamed(project, 'pipeline', what))
  const body = bodyFor(shell.home, signed, sealed)
  if (body === null) {
    throw new UsageError('There is no reader key here that opens the pipeline. Give its file.')
  }
  const { connections } = signed.document
  const nameOf = (id: string) => project.index?.document.entries[id]?.name ?? id
  const end = (id: string) =>
    options.from === undefined
      ? sealedConnection(shell, project, id)
      : connectionBy(shell, nameOf(id), options)
  return {
    source: await end(connections.source),
    destination: await end(connections.destination),
    streams: body.streams,
  }
}

/** Opens the connection itself, which only a machine with the pool's ring can. */
async function sealedConnection(shell: Shell, project: Project, name: string): Promise<OpenedConnection> {
  const { session, trust } = project
  const params = { path: { id: entryNamed(project, 'connection', name).id } }
  const record = await answer(session.edge.GET('/v1/connections/{id}', { params }))
  const signed = verifyAuthored(native, {
    trust: trust.chain.document,
    deny: trust.floor?.deny ?? [],
    type: 'connection',
    project: project.project.id,
    dsse: record.document as Dsse,
  })
  const keys = await keysHere(shell, {})
  if (keys.length === 0) {
    throw new UsageError('There is no ring here that opens the connection. Give --from FILE.')
  }
  return openConnection({ signed, envelope: record.sealed }, keys)
}

function pipelineText({ allowed, streams, besides, limits }: PipelineExplained): string {
  const limit = Object.entries(limits).map(([name, value]) => `${name.replaceAll('_', ' ')} ${value}`)
  return [
    ...streams.flatMap(({ read, write, quarantine, pattern, forbidden }) => [
      accessText(read),
      accessText(write),
      ...(quarantine === null ? [] : [accessText(quarantine)]),
      ...(pattern ? ['  every name that the pattern comes to is judged by itself, before it is opened'] : []),
      ...forbidden.map((pair) => `  forbidden pair ${pair} of the policy covers this way`),
      '',
    ]),
    ...besides.map(accessText),
    `limits of the policy: ${limit.join(', ') || 'none'}`,
    allowed ? 'The pipeline is allowed.' : 'The pipeline is not allowed.',
  ].join('\n')
}

function accessText(access: AccessExplained): string {
  const { connection, direction, text, allowed } = access
  const lines = [
    ...policyText(access),
    ...addressText(access),
    ...access.derived.map(({ pattern, approved }) =>
      `leads on to ${pattern}: declared by the connection, ${
        approved ? 'approved' : 'not approved'
      } by the policy`
    ),
    ...(access.local ?? []).map(({ asks, refuses }) => `local policy, ${asks}: ${refuses ?? 'allowed'}`),
  ]
  const head = `${direction} ${text} by ${connection}: ${allowed ? 'allowed' : 'not allowed'}`
  return [head, ...lines.map((line) => `  ${line}`)].join('\n')
}

/** So many lines that do not fit are shown. */
const mostLines = 5

function policyText({ lines, place, direction }: AccessExplained): string[] {
  const fitting = lines.filter(({ differs }) => Object.keys(differs).length === 0)
  if (fitting.length > 0) return [`policy: line ${fitting.map(({ line }) => line).join(', ')} allows it`]
  const shown = lines.slice(0, mostLines).map(({ line, differs }) => {
    const fields = Object.entries(differs).map(([field, { line: has, asked }]) =>
      `${field} is ${String(has)}, asked is ${String(asked)}`
    )
    return `policy: line ${line} does not fit: ${fields.join('; ')}`
  })
  const more = lines.length > mostLines ? [`policy: nor do ${lines.length - mostLines} lines more`] : []
  const none = lines.length === 0 ? [`policy: no line is for ${place.connector}`] : []
  return [...none, ...shown, ...more, 'this line would allow it:', `  - ${lineFor({ place, direction })}`]
}

function addressText({ addresses, place }: AccessExplained): string[] {
  if (addresses === null) return []
  const name = 'endpoint' in place ? place.endpoint : ''
  if (addresses === 'unresolved') return [`address: ${name} does not resolve here; the agent asks for itself`]
  return addresses.map(({ address, refused, rule }) =>
    `address: ${name} is ${address} here, ${refused ? 'refused' : 'passes'}: ${rule}`
  )
}

function lineFor({ place, direction }: Pick<AccessExplained, 'place' | 'direction'>): string {
  const head = `direction: ${direction}, connector: ${place.connector}`
  if (place.connector === 'files' || place.connector === 'sqlite') return `{ ${head}, path: ${place.path} }`
  const reached = `${head}, endpoint: ${place.endpoint}, port: ${place.port}`
  if (place.connector === 'https') return `{ ${reached}, path: ${place.path} }`
  if (place.connector === 'libsql') return `{ ${reached}, prefix: "*" }`
  const database = `${reached}, account: ${place.account}, database: ${place.database}`
  const schema = place.connector === 'postgres' ? `, schema: ${place.schema}` : ''
  return `{ ${database}${schema}, prefix: "*" }`
}
