/** `sallyport pipeline sign|apply`: names resolved in the signed index, sealed, signed, published. */
import type { Command } from 'commander'
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Dsse } from '../../shared/schemas/dsse.ts'
import { Base64, Name } from '../../shared/schemas/fields.ts'
import type { Pipeline } from '../../shared/schemas/pipeline.ts'
import { readUnverified } from '../../shared/sign/documents.ts'
import { verifyAuthored } from '../../shared/trust/authority.ts'
import { pipelineRecipients } from '../../shared/trust/recipients.ts'
import { answer, everyPage } from '../edge_client/edge_client.ts'
import { handingIn } from '../edge_client/handing_in.ts'
import { readText, writeAtomic } from '../files.ts'
import { parseFile } from '../home.ts'
import { checkEnds } from '../pipeline_files/ends.ts'
import { type PipelineFile, readPipelineFile } from '../pipeline_files/pipeline.ts'
import { native } from '../primitives.ts'
import { projectText } from '../trust/known_projects.ts'
import { confirm } from './ask.ts'
import { confirmed, waitOption, type WaitOptions } from './live.ts'
import { triggerFacts } from './pipeline_facts.ts'
import { sameAsListed } from './pipeline_same.ts'
import { signedTriggers } from './pipeline_triggers.ts'
import {
  confirming,
  entryNamed,
  nextVersion,
  openProject,
  type Project,
  type ProjectOptions,
  publish,
  signerOf,
} from './project.ts'
import { sealAndSign, type SealedAndSigned } from './sealing.ts'
import { sessionOptions } from './session.ts'
import type { Shell } from './shell.ts'
import { facts } from './table.ts'

interface ApplyOptions extends ProjectOptions, WaitOptions {
  readonly out?: string
  readonly yes?: boolean
}

/** A pipeline that was signed on one machine, to be published by another: `pipeline sign --out`. */
const Bundle = z.strictObject({
  type: z.literal('signed pipeline'),
  project: Name,
  document: Dsse,
  sealed: Base64,
})

export function definePipelineApply(command: Command, shell: Shell): void {
  sessionOptions(
    command.command('sign').description('Seal and sign a pipeline, for somebody else to publish'),
  )
    .argument('<file>', 'the pipeline file')
    .requiredOption('--out <file>', 'where the signed pipeline goes')
    .option('--project <name>', "project (default: the file's)")
    .option('--yes', 'do not ask before signing')
    .addHelpText(
      'after',
      '\nThe author needs "pipelines" in the trust document; who applies the result needs "publish".\n\nExamples:\n' +
        '  sallyport pipeline sign orders.yaml --out orders.signed.json\n  sallyport pipeline apply orders.signed.json',
    )
    .action(shell.action((file: string, options: ApplyOptions) => sign(shell, file, options)))
  waitOption(sessionOptions(
    command.command('apply').description('Seal, sign and publish a pipeline, or a new version of it'),
  ))
    .argument('<file>', 'a pipeline file, or a pipeline signed by pipeline sign')
    .option('--project <name>', "project (default: the file's)")
    .option('--yes', 'do not ask before signing')
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport pipeline apply orders.yaml\n  sallyport pipeline apply orders.yaml --yes --json',
    )
    .action(shell.action((file: string, options: ApplyOptions) => apply(shell, file, options)))
}

async function sign(shell: Shell, path: string, options: ApplyOptions): Promise<void> {
  const { file } = readPipelineFile(path)
  const project = await openProject(shell, options, file.project)
  const { made, document } = await signFile(shell, { project, file, yes: options.yes === true })
  const bundle: z.infer<typeof Bundle> = {
    type: 'signed pipeline',
    project: project.project.name,
    document: made.document,
    sealed: made.sealed,
  }
  const out = options.out as string
  writeAtomic(out, JSON.stringify(bundle, null, 2) + '\n', 0o644)
  shell.result(
    { id: document.id, name: document.name, version: document.version, hash: made.hash, file: out },
    `${document.name} is signed. Who may publish: sallyport pipeline apply ${out}`,
  )
}

async function apply(shell: Shell, path: string, options: ApplyOptions): Promise<void> {
  const bundled = path.endsWith('.json')
  const signed = bundled ? await readBundle(shell, path, options) : await applyFile(shell, path, options)
  if (signed === null) return
  const { project, made, document } = signed
  const signer = signerOf(project, ['publish'])
  const { id, name, version } = document
  const { edge } = project.session
  const body = { document: made.document, sealed: made.sealed }
  const known = (await storedPipelines(project)).some((one) => one.id === id)
  const stored = known
    ? answer(edge.POST('/v1/pipelines/{id}/versions', { params: { path: { id } }, body }))
    : answer(edge.POST('/v1/pipelines', { body }))
  await handingIn<unknown>('pipelines.write', stored)
  const entry = { kind: 'pipeline', name, version, hash: made.hash } as const
  const index = await publish(shell, project, { signer, change: (entries) => ({ ...entries, [id]: entry }) })
  const { live, text } = await confirmed(shell, options, confirming(project, [document.pool], index))
  shell.result(
    { id, name, version, hash: made.hash, index: index.number, live },
    `${name} is sealed, signed and listed in index ${index.number}. ${text}\n` +
      `Run it: sallyport runs start ${name} --watch`,
  )
}

/** Null when the file says what is listed already. */
async function applyFile(shell: Shell, path: string, options: ApplyOptions) {
  const { file } = readPipelineFile(path)
  const project = await openProject(shell, options, file.project)
  const same = await sameAsListed(shell.home, project, file)
  if (same !== null) {
    const { id, name, version, hash } = same
    const index = project.index?.document.number ?? 0
    shell.result(
      { id, name, version, hash, index, unchanged: true },
      `${name} is unchanged: version ${version}, listed in index ${index}.`,
    )
    return null
  }
  return { project, ...await signFile(shell, { project, file, yes: options.yes === true }) }
}

interface Signing {
  readonly project: Project
  readonly file: PipelineFile
  readonly yes: boolean
}

async function signFile(shell: Shell, { project, file, yes }: Signing) {
  const signer = signerOf(project, ['pipelines'])
  const trust = project.trust.chain.document
  const source = entryNamed(project, 'connection', file.source)
  const destination = entryNamed(project, 'connection', file.destination)
  await checkKinds(project, file, { source: source.id, destination: destination.id })
  const { id, version } = nextVersion(project, {
    kind: 'pipeline',
    name: file.name,
    stored: await storedPipelines(project),
  })
  const document: Omit<Pipeline, 'commitment'> = {
    type: 'pipeline',
    tenant: trust.tenant,
    project: project.project.id,
    id,
    version,
    name: file.name,
    connections: { source: source.id, destination: destination.id },
    pool: file.pool,
    triggers: await signedTriggers(project, file.triggers),
    parameters: file.parameters,
    limits: file.limits,
  }
  const recipients = pipelineRecipients(trust, document)
  show(shell, { document, names: { source: source.name, destination: destination.name }, project })
  await confirm(shell, `Sign ${file.name}?`, { yes, option: '--yes' })
  const made = sealAndSign({
    type: 'pipeline',
    document,
    body: file.body,
    recipients,
    signer: signer.private,
  })
  return { made, document }
}

/**
 * What the two kinds of connections cannot do is said before it is signed, as far as the caller may see them. The edge
 * says which kinds they are; agents go by what is signed.
 */
async function checkKinds(
  { session: { edge } }: Project,
  { body }: PipelineFile,
  ends: { readonly source: string; readonly destination: string },
): Promise<void> {
  const kindOf = async (id: string) =>
    (await answer(edge.GET('/v1/connections/{id}', { params: { path: { id } } }))).kind
  try {
    const [source, destination] = [await kindOf(ends.source), await kindOf(ends.destination)]
    checkEnds(body.streams, { source, destination })
  } catch (error) {
    if (!(error instanceof Fault) || !['forbidden', 'not_found', 'connection_invalid'].includes(error.code)) {
      throw error
    }
  }
}

interface Showing {
  readonly document: Omit<Pipeline, 'commitment'>
  readonly names: { readonly source: string; readonly destination: string }
  readonly project: Project
}

function show(shell: Shell, { document, names, project }: Showing): void {
  const { id, name, version, connections, pool, limits } = document
  shell.note(facts([
    ['pipeline', `${name}${version > 1 ? `, version ${version}` : ''}`],
    ['id', id],
    ['project', projectText(project.project)],
    ['from', `${names.source} (${connections.source})`],
    ['to', `${names.destination} (${connections.destination})`],
    ['pool', pool],
    ...triggerFacts(document, Date.now()),
    ['attempts', String(1 + limits.retries)],
  ]))
}

async function storedPipelines({ session, project }: Project) {
  const query = { project: project.id }
  return await everyPage((cursor) =>
    answer(session.edge.GET('/v1/pipelines', { params: { query: { ...query, ...cursor } } }))
  )
}

/** Somebody else's signature has to count before this one publishes it. */
async function readBundle(shell: Shell, path: string, options: ApplyOptions) {
  const bundle = parseFile(Bundle, readText(path, 'signed pipeline'), path)
  const project = await openProject(shell, options, bundle.project)
  const { document } = verifyAuthored(native, {
    trust: project.trust.chain.document,
    deny: project.trust.floor?.deny ?? [],
    type: 'pipeline',
    project: project.project.id,
    dsse: bundle.document,
  })
  const source = entryNamed(project, 'connection', document.connections.source)
  const destination = entryNamed(project, 'connection', document.connections.destination)
  show(shell, { document, names: { source: source.name, destination: destination.name }, project })
  await confirm(shell, `Publish ${document.name}?`, { yes: options.yes === true, option: '--yes' })
  const { hash } = readUnverified(native, 'pipeline', bundle.document)
  const made: SealedAndSigned = { document: bundle.document, sealed: bundle.sealed, hash }
  return { project, made, document }
}
