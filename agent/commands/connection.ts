/** `sallyport connection`: where data comes from and goes to, sealed on this machine to the pools that use it. */
import type { Index } from '../../shared/schemas/index.ts'
import { connectionRecipients } from '../../shared/trust/recipients.ts'
import { dirname, resolve } from 'node:path'
import { connectorOf, parseConfig } from '../connectors/connectors.ts'
import { answer, asksOnly, everyPage, mayFollow } from '../edge_client/edge_client.ts'
import { handingIn } from '../edge_client/handing_in.ts'
import {
  connectionNamed,
  connectionOfUrl,
  readConnectionsFile,
  type WrittenConnection,
} from '../pipeline_files/connections.ts'
import { resolveReferences } from '../references.ts'
import { projectText } from '../trust/known_projects.ts'
import { askSecret, confirm } from './ask.ts'
import { defineLook } from './connection_look.ts'
import { confirmed, waitOption, type WaitOptions } from './live.ts'
import {
  confirming,
  entriesOf,
  entryNamed,
  nextVersion,
  openProject,
  type Project,
  type ProjectOptions,
  publish,
  signerOf,
} from './project.ts'
import { sealAndSign } from './sealing.ts'
import { sessionOptions } from './session.ts'
import { type Define, type Shell, UsageError } from './shell.ts'
import { facts, table } from './table.ts'

interface AddOptions extends ProjectOptions, WaitOptions {
  readonly from?: string
  readonly kind?: string
  readonly urlFile?: string
  readonly libsqlTokenFile?: string
  readonly pool: readonly string[]
  readonly resolve?: boolean
  readonly yes?: boolean
}

const addHelp = `
The settings come from a connections file, whose secrets may be references: \${env:NAME} and \${file:PATH} are looked
up by the agent at the moment of use, where its local policy allows them. With --resolve they are looked up here and
now, and their values are sealed. Without --from, the connection is asked for as one URL:
  postgres://user:password@host:port/database      mysql://user:password@host:port/database
  libsql://host (its token is asked for)           sqlite:/path/of/the/file

Nobody but the agents of the named pools can open what is sealed; the edge cannot.

A connections file:
  sallyport: 1
  connections:
    shop: { type: postgres, url: "\${env:SHOP_URL}" }
    crm:  { type: mysql, host: db, user: etl, password: "\${env:CRM_PASSWORD}", database: crm }
    app:  { type: libsql, url: "libsql://app-org.turso.io", token: "\${env:APP_TOKEN}" }
    till: { type: sqlite, path: /data/till.db }
    lake: { type: files, path: /data/lake, format: parquet }

Examples:
  sallyport connection add shop --from connections.yaml
  sallyport connection add shop --from connections.yaml --resolve --pool eu --yes
  sallyport connection add shop --url-file shop-url.txt`

const collect = (value: string, all: readonly string[]) => [...all, value]

export const define: Define = (command, shell) => {
  const options = (name: string, description: string) =>
    sessionOptions(command.command(name).description(description)).option(
      '--project <name>',
      'project (default: the remembered one)',
    )
  waitOption(options('add', 'Seal and sign a connection, or a new version of it'))
    .argument('<name>', 'name of the connection')
    .option('--from <file>', 'connections file that defines it')
    .option(
      '--url-file <file>',
      'file with the URL, - for stdin (or SALLYPORT_CONNECTION_URL, or asked for)',
    )
    .option(
      '--libsql-token-file <file>',
      'file with the token of a libsql URL (or SALLYPORT_CONNECTION_TOKEN, or asked for)',
    )
    .option('--pool <name>', 'pool that may use it; repeat for more (default: "default")', collect, [])
    .option('--resolve', 'look references up here, and seal their values')
    .option('--yes', 'do not ask before signing')
    .addHelpText('after', addHelp)
    .action(shell.action((name: string, given: AddOptions) => add(shell, name, given)))
  options('list', 'List the connections of the signed index')
    .addHelpText('after', '\nExamples:\n  sallyport connection list\n  sallyport connection list --json')
    .action(shell.action((given: ProjectOptions) => list(shell, given)))
  waitOption(options('remove', 'Take a connection out of the signed index, then off the edge'))
    .argument('<name>', 'name or id')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExamples:\n  sallyport connection remove shop')
    .action(shell.action((name: string, given: AddOptions) => remove(shell, name, given)))
  defineLook(command, shell)
}

async function add(shell: Shell, name: string, options: AddOptions): Promise<void> {
  const written = await readSettings(shell, name, options)
  const project = await openProject(shell, options)
  const signer = signerOf(project, ['connections', 'publish'])
  const { session, trust } = project
  const trustDocument = trust.chain.document
  const pools = options.pool.length === 0 ? ['default'] : [...options.pool]
  const recipients = connectionRecipients(trustDocument, { pools })
  const query = { project: project.project.id }
  const stored = await everyPage((cursor) =>
    answer(session.edge.GET('/v1/connections', { params: { query: { ...query, ...cursor } } }))
  )
  const { id, version } = nextVersion(project, { kind: 'connection', name, stored })
  shell.note(facts([
    ['connection', `${name}${version > 1 ? `, version ${version}` : ''}`],
    ['kind', written.type],
    ['id', id],
    ['leads to', leadsTo(written)],
    ['project', projectText(project.project)],
    [
      'sealed to',
      `pool ${pools.join(', ')} (${recipients.length} ${recipients.length === 1 ? 'key' : 'keys'})`,
    ],
  ]))
  await confirm(shell, `Sign ${name}?`, { yes: options.yes === true, option: '--yes' })
  const made = sealAndSign({
    type: 'connection',
    document: {
      type: 'connection',
      tenant: trustDocument.tenant,
      project: project.project.id,
      id,
      version,
      name,
      kind: written.type,
      pools,
      owner: null,
      account: null,
    },
    body: { config: written.config },
    recipients,
    signer: signer.private,
  })
  await store(project, { id, known: stored.some((one) => one.id === id), made })
  const entry = { kind: 'connection', name, version, hash: made.hash } as const
  const index = await publish(shell, project, { signer, change: (entries) => ({ ...entries, [id]: entry }) })
  const { live, text } = await confirmed(shell, options, confirming(project, pools, index))
  shell.result(
    { id, name, kind: written.type, version, hash: made.hash, pools, index: index.number, live },
    `${name} is sealed, signed and listed in index ${index.number}. ${text}`,
  )
}

interface Storing {
  readonly id: string
  readonly known: boolean
  readonly made: ReturnType<typeof sealAndSign>
}

async function store({ session: { edge } }: Project, { id, known, made }: Storing): Promise<void> {
  const body = { document: made.document, sealed: made.sealed }
  const params = { path: { id } }
  const stored = known
    ? answer(edge.POST('/v1/connections/{id}/versions', { params, body }))
    : answer(edge.POST('/v1/connections', { body }))
  await handingIn<unknown>('connections.write', stored)
}

/** From the file, or a URL by file, environment or prompt. Checked by its connector before anything is sealed. */
async function readSettings(shell: Shell, name: string, options: AddOptions): Promise<WrittenConnection> {
  const { from } = options
  if (from !== undefined && options.urlFile !== undefined) {
    throw new UsageError('Give --from or --url-file, not both.')
  }
  if (from === undefined) {
    const url = await askSecret(shell, {
      what: `URL of ${name} (postgres://, mysql://, libsql:// or sqlite:PATH)`,
      file: options.urlFile,
      fileOption: '--from FILE or --url-file',
      variable: 'SALLYPORT_CONNECTION_URL',
    })
    const written = connectionOfUrl(url)
    const config = written.type === 'libsql'
      ? { ...written.config, token: await tokenOf(shell, name, options) }
      : written.config
    parseConfig(written.type, config)
    return { type: written.type, config }
  }
  const written = connectionNamed(readConnectionsFile(from), name, from)
  const base = dirname(resolve(from))
  const permit = () => undefined
  if (options.resolve === true) {
    const { config } = resolveReferences(written.config, { base, env: shell.env, permit })
    parseConfig(written.type, config)
    return { type: written.type, config }
  }
  if (!JSON.stringify(written.config).includes('${')) parseConfig(written.type, written.config)
  return written
}

async function tokenOf(shell: Shell, name: string, { libsqlTokenFile }: AddOptions): Promise<string> {
  return await askSecret(shell, {
    what: `token of ${name}`,
    file: libsqlTokenFile,
    fileOption: '--libsql-token-file',
    variable: 'SALLYPORT_CONNECTION_TOKEN',
  })
}

/** Host and path are said, never user or password; a reference stands for itself. */
function leadsTo({ type, config }: WrittenConnection): string {
  if (JSON.stringify(config).includes('${')) {
    const names = JSON.stringify(config).match(/\$\{[^}]+\}/g) ?? []
    return `what the agent finds in ${names.join(', ')}`
  }
  const [target] = connectorOf(type).targets(parseConfig(type, config), '.')
  if (target?.kind === 'postgres' || target?.kind === 'mysql') {
    return `${target.endpoint}:${target.port}/${target.database} as ${target.account}`
  }
  if (target?.kind === 'libsql') return `${target.endpoint}:${target.port}`
  return typeof config['path'] === 'string' ? config['path'] : '–'
}

async function list(shell: Shell, options: ProjectOptions): Promise<void> {
  const project = await openProject(shell, options)
  const { edge } = project.session
  const query = { project: project.project.id }
  const stored = await everyPage((cursor) =>
    answer(edge.GET('/v1/connections', { params: { query: { ...query, ...cursor } } }))
  )
  const listed = entriesOf(project, 'connection').map((entry) => {
    const clear = stored.find(({ id }) => id === entry.id)
    return { ...entry, connector: clear?.kind ?? null, pools: clear?.pools ?? [] }
  })
  const rows = listed.map((
    one,
  ) => [one.name, one.connector ?? '–', one.pools.join(', '), String(one.version), one.id])
  const none = 'The signed index lists no connections. Add one: sallyport connection add --help'
  shell.result(listed, table(['name', 'kind', 'pools', 'version', 'id'], rows) || none)
}

async function remove(shell: Shell, name: string, options: AddOptions): Promise<void> {
  const project = await openProject(shell, options)
  const entry = entryNamed(project, 'connection', name)
  const signer = signerOf(project, ['publish'])
  shell.note(facts([
    ['connection', entry.name],
    ['id', entry.id],
    ['version', String(entry.version)],
    ['project', projectText(project.project)],
  ]))
  await confirm(shell, `Remove ${entry.name}? Pipelines that use it are refused from then on.`, {
    yes: options.yes === true,
    option: '--yes',
  })
  const without = (entries: Index['entries']) =>
    Object.fromEntries(Object.entries(entries).filter(([id]) => id !== entry.id))
  const params = { path: { id: entry.id } }
  const asking = project.session.edge.DELETE('/v1/connections/{id}', { params, headers: asksOnly })
  await mayFollow(asking)
  const index = await publish(shell, project, { signer, change: without })
  await answer(project.session.edge.DELETE('/v1/connections/{id}', { params }))
  const pools = project.trust.chain.document.pools.map(({ name }) => name)
  const { live, text } = await confirmed(shell, options, confirming(project, pools, index))
  shell.result(
    { id: entry.id, name: entry.name, index: index.number, live },
    `${entry.name} is gone as of index ${index.number}. ${text}`,
  )
}
