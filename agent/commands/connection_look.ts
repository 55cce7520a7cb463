/** `sallyport connection test` and `discover`: on this machine, or by an agent of the connection's pool. */
import type { Command } from 'commander'
import { agentOptions } from './agent_options.ts'
import { lookLocally, type Question } from './connection_local.ts'
import { show } from './connection_view.ts'
import { sessionOptions } from './session.ts'
import { type Shell, UsageError } from './shell.ts'

interface LookOptions {
  readonly connections?: string
  readonly for?: string
  readonly stream?: readonly string[]
  readonly pattern?: readonly string[]
  readonly pipeline?: string | boolean
}

const collect = (value: string, all: readonly string[]) => [...all, value]

const testHelp = `
Says step by step what works: the name, the server, TLS, the login, the database, and for every --stream what reading
or writing it takes. What is missing comes with the code that a run would end with and the grant that mends it.
Nothing is written. Exits with 5 when a check fails.

Examples:
  sallyport connection test shop --connections connections.yaml
  sallyport connection test shop --connections connections.yaml --stream public.orders --stream public.items
  sallyport connection test warehouse --connections connections.yaml --for write --stream raw.orders --json`

const discoverHelp = `
Lists streams with their columns, native types and the types that a pipeline would cast to, nullability, keys and the
source's own estimates. No row is read. With --pipeline it prints a pipeline file to begin with.

Examples:
  sallyport connection discover shop --connections connections.yaml
  sallyport connection discover shop --connections connections.yaml --pattern 'public.*' --json
  sallyport connection discover shop --connections connections.yaml --pipeline warehouse > shop.yaml`

export function defineLook(command: Command, shell: Shell): void {
  const look = (name: string, description: string) =>
    agentOptions(sessionOptions(command.command(name).description(description)), [
      'proxy',
      'noProxy',
      'caFile',
    ])
      .argument('<name>', 'name of the connection')
      .requiredOption('--connections <file>', 'look from this machine, at what this connections file defines')
  look('test', 'Say what works of a connection, what does not, and what mends it')
    .option('--for <direction>', 'read or write', 'read')
    .option('--stream <name>', 'stream to read, or target to write; repeat for more', collect, [])
    .addHelpText('after', testHelp)
    .action(shell.action((name: string, options: LookOptions) => test(shell, name, options)))
  look('discover', 'List the streams of a connection, with columns and types')
    .option('--pattern <pattern>', "only names like this, as 'public.*'; repeat for more", collect, [])
    .option('--pipeline [destination]', 'print a pipeline file that moves them all to this connection')
    .addHelpText('after', discoverHelp)
    .action(shell.action((name: string, options: LookOptions) => discover(shell, name, options)))
}

async function test(shell: Shell, name: string, options: LookOptions): Promise<number> {
  const direction = options.for
  if (direction !== 'read' && direction !== 'write') throw new UsageError('--for is read or write.')
  return await ask(shell, name, {
    options,
    question: { action: 'test', direction, names: options.stream ?? [] },
  })
}

async function discover(shell: Shell, name: string, options: LookOptions): Promise<number> {
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
  const { connections: file = '', pipeline } = options
  const pipelineTo = pipeline === undefined ? null : pipeline === true ? 'warehouse' : String(pipeline)
  const { kind, found } = await lookLocally(shell, name, { file, question, options })
  return show(shell, { name, kind, found, pipelineTo })
}
