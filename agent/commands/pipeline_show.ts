/** `sallyport pipeline list|show`: what the signed index lists, and for a reader what is inside. */
import type { Command } from 'commander'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { stringify } from 'yaml'
import { Fault } from '../../shared/faults.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import { PipelineBody } from '../../shared/schemas/pipeline.ts'
import { schemas } from '../../shared/seal/context.ts'
import type { SignedDocument } from '../../shared/sign/documents.ts'
import { verifyAuthored } from '../../shared/trust/authority.ts'
import { answer } from '../edge_client/edge_client.ts'
import { openingKeyOf, places, readKey } from '../home.ts'
import { native } from '../primitives.ts'
import { openRecord } from '../runs/open.ts'
import { nextFires, streamsTable, triggerFacts } from './pipeline_facts.ts'
import {
  entriesOf,
  type Entry,
  entryNamed,
  openProject,
  type Project,
  type ProjectOptions,
} from './project.ts'
import { sessionOptions } from './session.ts'
import type { Shell } from './shell.ts'
import { facts, table } from './table.ts'

export function definePipelineShow(command: Command, shell: Shell): void {
  sessionOptions(command.command('list').description('List the pipelines of the signed index'))
    .option('--project <name>', 'project (default: the remembered one)')
    .addHelpText('after', '\nExamples:\n  sallyport pipeline list')
    .action(shell.action((options: ProjectOptions) => list(shell, options)))
  sessionOptions(
    command.command('show').description('Show a pipeline, verified, and opened where your reader key may'),
  )
    .argument('<name>', 'name or id')
    .option('--project <name>', 'project (default: the remembered one)')
    .option('--spec', 'what is sealed, whole, as YAML: streams, columns, conditions')
    .option('--key <file>', 'reader key file (default: the one in the home folder)')
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport pipeline show orders\n  sallyport pipeline show orders --spec',
    )
    .action(shell.action((name: string, options: ShowOptions) => show(shell, name, options)))
}

async function list(shell: Shell, options: ProjectOptions): Promise<void> {
  const project = await openProject(shell, options)
  const entries = entriesOf(project, 'pipeline')
  const rows = entries.map(({ name, version, id, hash }) => [name, String(version), id, hash.slice(0, 16)])
  const none = 'The signed index lists no pipelines. Make one: sallyport pipeline init NAME'
  shell.result(entries, table(['name', 'version', 'id', 'hash'], rows) || none)
}

interface ShowOptions extends ProjectOptions {
  readonly spec?: boolean
  readonly key?: string
}

async function show(shell: Shell, name: string, options: ShowOptions): Promise<void> {
  const project = await openProject(shell, options)
  const entry = entryNamed(project, 'pipeline', name)
  const { signed, sealed } = await verifiedPipeline(project, entry)
  const { document, hash, signers } = signed
  const key = options.key === undefined ? join(shell.home, places.reader) : resolve(options.key)
  const body = openedBy(key, signed, sealed)
  if (options.spec === true) {
    if (body === null) {
      throw new Fault('kid_missing', `It is sealed to the readers of its project; ${key} is none of them.`)
    }
    return shell.result({ document, hash, signers, body }, stringify(body).trimEnd())
  }
  const now = Date.now()
  const { schedule } = document.triggers
  const next = schedule === undefined ? [] : nextFires(schedule, now)
  const nameOf = (id: string) => project.index?.document.entries[id]?.name ?? id
  const list = facts([
    ['pipeline', `${document.name}, version ${document.version}`],
    ['id', document.id],
    ['hash', hash],
    ['signed by', signers.join(', ')],
    ['from', nameOf(document.connections.source)],
    ['to', nameOf(document.connections.destination)],
    ['pool', document.pool],
    ...triggerFacts(document, now),
  ])
  const streams = body === null
    ? 'What it moves is sealed, and there is no reader key here that opens it.'
    : streamsTable(body.streams)
  shell.result({ document, hash, signers, body, next }, `${list}\n\n${streams}`)
}

/** The document at the index's hash, its author's signature checked. Throws `not_at_index` and what that throws. */
export async function verifiedPipeline(
  { session, trust, project }: Project,
  entry: Entry,
): Promise<{ readonly signed: SignedDocument<'pipeline'>; readonly sealed: string }> {
  const params = { path: { id: entry.id } }
  const record = await answer(session.edge.GET('/v1/pipelines/{id}', { params }))
  const signed = verifyAuthored(native, {
    trust: trust.chain.document,
    deny: trust.floor?.deny ?? [],
    type: 'pipeline',
    project: project.id,
    dsse: record.document as Dsse,
  })
  if (signed.hash !== entry.hash) {
    throw new Fault(
      'not_at_index',
      `The edge shows another version of ${entry.name} than the signed index lists.`,
    )
  }
  return { signed, sealed: record.sealed }
}

/** What is sealed, or null where no reader key here opens it. */
export function bodyFor(
  home: string,
  signed: SignedDocument<'pipeline'>,
  sealed: string,
): PipelineBody | null {
  return openedBy(join(home, places.reader), signed, sealed)
}

function openedBy(
  path: string,
  { document }: SignedDocument<'pipeline'>,
  sealed: string,
): PipelineBody | null {
  if (!existsSync(path)) return null
  const { tenant, project, id, version, commitment } = document
  try {
    return openRecord(sealed, {
      context: { tenant, project, type: 'pipeline', id, version, schema: schemas.pipeline },
      keys: [openingKeyOf(readKey(path, 'reader'))],
      commitment,
      schema: PipelineBody,
    })
  } catch (error) {
    if (error instanceof Fault && error.code === 'kid_missing') return null
    throw error
  }
}
