/** `sallyport connection test`, `discover` and `catalogue`: on this machine, or by an agent of the connection's pool. */
import type { Command } from 'commander'
import { fitting } from '../catalogue/discover.ts'
import { readConnectionsFile } from '../pipeline_files/connections.ts'
import { agentOptions } from './agent_options.ts'
import { openCatalogue } from './connection_catalogue.ts'
import { lookLocally, type Question } from './connection_local.ts'
import {
  type ListedConnection,
  listedConnection,
  type Ordered,
  orderLook,
  readerKey,
} from './connection_order.ts'
import type { OrderOptions } from './connection_order.ts'
import { show } from './connection_view.ts'
import { sessionOptions } from './session.ts'
import { exits, type Shell, UsageError } from './shell.ts'
import type { Towards } from './starter_pipeline.ts'
import type { CatalogueBody } from '../../shared/schemas/catalogue.ts'

interface LookOptions extends OrderOptions {
  readonly connections?: string
  readonly for?: string
  readonly stream?: readonly string[]
  readonly pattern?: readonly string[]
  readonly pipeline?: string | boolean
  readonly last?: boolean
  readonly test?: boolean
}

const collect = (value: string, all: readonly string[]) => [...all, value]

const byAgent = `
With --connections it looks from this machine, with no edge at all. Without, an agent of the connection's pool looks,
as soon as one has a free slot: you sign an order (your key may sign "runs" in that project), which is good for ten
minutes, and what is found comes back sealed to the readers of the project, where the policy says
"relay: { catalogue: true }". The edge learns a state and a count. Without a reader key you learn no more than that.`

const testHelp = `
Says step by step what works: the name, the server, TLS, the login, the database, and for every --stream what reading
or writing it takes. What is missing comes with the code that a run would end with and the grant that mends it.
Nothing is written. Exits with 5 when a check fails.
${byAgent}

Examples:
  sallyport connection test shop --stream public.orders
  sallyport connection test warehouse --for write --stream raw.orders --json
  sallyport connection test shop --connections connections.yaml`

const discoverHelp = `
Lists streams with their columns, native types and the types that a pipeline would cast to, nullability, keys and the
source's own estimates. No row is read. With --pipeline it prints a pipeline file to begin with.
${byAgent}
By an agent, streams that the policy lets nobody read are counted and not listed.

Examples:
  sallyport connection discover shop
  sallyport connection discover shop --connections connections.yaml --pattern 'public.*' --json
  sallyport connection discover shop --last --pipeline warehouse > shop.yaml`

const catalogueHelp = `
The edge keeps what was found last, sealed, until a trust document names other readers or keys. It is checked to be of
this connection and signed by its pool; when it was found is part of what is signed.

Examples:
  sallyport connection catalogue shop
  sallyport connection catalogue shop --test --json`

export function defineLook(command: Command, shell: Shell): void {
  const look = (name: string, description: string) =>
    agentOptions(sessionOptions(command.command(name).description(description)), [
      'proxy',
      'noProxy',
      'caFile',
    ])
      .argument('<name>', 'name of the connection')
      .option('--project <name>', 'project (default: the remembered one)')
      .option('--key <file>', 'reader key file (default: the one in the home folder)')
  const order = (leaf: Command) =>
    leaf.option('--connections <file>', 'look from this machine, at what this connections file defines')
      .option('--pool <name>', 'pool whose agent looks, where the connection is for more than one')
  const streams = (leaf: Command) =>
    leaf.option('--pattern <pattern>', "only names like this, as 'public.*'; repeat for more", collect, [])
      .option('--pipeline [destination]', 'print a pipeline file that moves them all to this connection')
  order(look('test', 'Say what works of a connection, what does not, and what mends it'))
    .option('--for <direction>', 'read or write', 'read')
    .option('--stream <name>', 'stream to read, or target to write; repeat for more', collect, [])
    .addHelpText('after', testHelp)
    .action(shell.action((name: string, options: LookOptions) => test(shell, name, options)))
  streams(order(look('discover', 'List the streams of a connection, with columns and types')))
    .option('--last', 'what was found last, without a new look')
    .addHelpText('after', discoverHelp)
    .action(shell.action((name: string, options: LookOptions) => discover(shell, name, options)))
  streams(look('catalogue', 'Show what an agent found out about a connection last'))
    .option('--test', 'the last test in place of the last list of streams')
    .addHelpText('after', catalogueHelp)
    .action(shell.action((name: string, options: LookOptions) => last(shell, name, options)))
}

async function test(shell: Shell, name: string, options: LookOptions): Promise<number> {
  const direction = options.for
  if (direction !== 'read' && direction !== 'write') throw new UsageError('--for is read or write.')
  const question = { action: 'test', direction, names: options.stream ?? [] } as const
  return await ask(shell, name, { options, question })
}

async function discover(shell: Shell, name: string, options: LookOptions): Promise<number> {
  if (options.last === true) return await last(shell, name, options)
  return await ask(shell, name, {
    options,
    question: { action: 'discover', patterns: options.pattern ?? [] },
  })
}

interface Asking {
  readonly options: LookOptions
  readonly question: Question
}

async function ask(shell: Shell, name: string, { options, question }: Asking): Promise<number> {
  const { connections: file } = options
  if (file !== undefined) {
    const { kind, found } = await lookLocally(shell, name, { file, question, options })
    return show(shell, { name, kind, found, pipelineTo: destinationOf(options) })
  }
  const key = readerKey(shell, options.key)
  const listed = await listedConnection(shell, name, options)
  const ordered = await orderLook(shell, listed, { question, options })
  if (key === null) return showRecord(shell, listed, ordered)
  const { order } = ordered
  const { found, document } = await openCatalogue(listed, { action: question.action, order, key })
  return show(shell, {
    name: listed.entry.name,
    kind: listed.signed.document.kind,
    found,
    pipelineTo: destinationOf(options),
    from: `Found by agent ${document.agent}, signed by the pool ${document.pool}.`,
    more: { inspection: document.inspection, agent: document.agent, pool: document.pool },
  })
}

/** All that somebody learns whom nothing is sealed to. */
function showRecord(shell: Shell, { entry }: ListedConnection, { record }: Ordered): number {
  const failed = record.failed_checks ?? 0
  const said = record.action === 'test'
    ? `${failed} ${failed === 1 ? 'check' : 'checks'} failed`
    : `${record.streams ?? 0} streams were found`
  shell.result({ connection: entry.name, ...record }, `${entry.name}: ${record.state}, ${said}.`)
  shell.note(
    'What was found is sealed to the readers of the project, and there is no reader key here: sallyport keys make --reader',
  )
  return failed > 0 ? exits.checkFailed : exits.done
}

async function last(shell: Shell, name: string, options: LookOptions): Promise<number> {
  const key = readerKey(shell, options.key)
  if (key === null) {
    throw new UsageError('What was found is sealed to readers. Make a key: sallyport keys make --reader')
  }
  const listed = await listedConnection(shell, name, options)
  const action = options.test === true ? 'test' : 'discover'
  const { found, document } = await openCatalogue(listed, { action, order: null, key })
  if (document.connection.hash !== listed.entry.hash) {
    shell.warn(`this is of version ${document.connection.version}; the index lists ${listed.entry.version}.`)
  }
  return show(shell, {
    name: listed.entry.name,
    kind: listed.signed.document.kind,
    found: only(found, options.pattern ?? []),
    pipelineTo: destinationOf(options),
    from: `Found ${document.issued} by agent ${document.agent}, signed by the pool ${document.pool}.`,
    more: { inspection: document.inspection, agent: document.agent, pool: document.pool },
  })
}

function only(found: CatalogueBody, patterns: readonly string[]): CatalogueBody {
  if (found.action === 'test') return found
  const fits = fitting(patterns)
  return { ...found, streams: found.streams.filter(({ name }) => fits(name)) }
}

/** What a connections file says of it; the edge knows of no more than the name. */
function destinationOf({ pipeline, connections }: LookOptions): Towards | null {
  if (pipeline === undefined) return null
  const name = pipeline === true ? 'warehouse' : String(pipeline)
  const written = connections === undefined ? undefined : readConnectionsFile(connections).get(name)
  return { name, kind: written?.type ?? null, config: written?.config ?? {} }
}
