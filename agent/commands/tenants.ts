/** `sallyport tenants`: for the operator of an installation – how much each tenant has, and keeping one out. */
import { Fault } from '../../shared/faults.ts'
import { type QuotaName, quotaNames, type Quotas } from '../../shared/schemas/operated_tenant.ts'
import { answer, everyPage } from '../edge_client/edge_client.ts'
import { printable } from '../edge_client/problem.ts'
import { confirm } from './ask.ts'
import { openSession, type SessionOptions, sessionOptions } from './session.ts'
import { type Define, type Shell, UsageError } from './shell.ts'
import { table } from './table.ts'

type QuotaOptions = SessionOptions & Readonly<Record<string, unknown>>

interface SuspendOptions extends SessionOptions {
  readonly yes?: boolean
}

export const define: Define = (command, shell) => {
  sessionOptions(command.command('list').description('Every tenant, and how much it has'))
    .addHelpText('after', '\nNumbers and names alone.\n\nExamples:\n  sallyport tenants list')
    .action(shell.action((options: SessionOptions) => list(shell, options)))
  sessionOptions(command.command('suspend').description('Keep the members and agents of a tenant out'))
    .argument('<id>', 'of the tenant')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      '\nRuns stay as they are, no schedule fires. The tenant’s own audit log says that you did it.\n\n' +
        'Examples:\n  sallyport tenants suspend 0193509f-6e00-7000-8000-0000000000ff',
    )
    .action(shell.action((id: string, options: SuspendOptions) => suspend(shell, id, options)))
  sessionOptions(command.command('resume').description('Let the members and agents of a tenant in again'))
    .argument('<id>', 'of the tenant')
    .addHelpText('after', '\nExamples:\n  sallyport tenants resume 0193509f-6e00-7000-8000-0000000000ff')
    .action(shell.action((id: string, options: SessionOptions) => resume(shell, id, options)))
  sessionOptions(command.command('quotas').description('Say how many of everything a tenant may have'))
    .argument('<id>', 'of the tenant')
    .option('--members <count>', 'people and machines, invited ones too')
    .option('--agents <count>', 'pending and approved ones')
    .option('--connections <count>', 'those that are not deleted')
    .option('--pipelines <count>', 'those that are not deleted')
    .option('--runs-per-day <count>', 'made in a UTC day, by whatever trigger')
    .option('--runs-waiting <count>', 'at a time, at most 10,000')
    .option('--log-bytes-per-day <count>', 'of sealed logs that agents hand over')
    .addHelpText('after', quotaHelp)
    .action(shell.action((id: string, options: QuotaOptions) => allow(shell, id, options)))
}

const quotaHelp = `
All of them at once: what is not named has no limit. What is beyond one stays, and one more is refused.

Examples:
  sallyport tenants quotas 0193509f-6e00-7000-8000-0000000000ff --members 20 --pipelines 100
  sallyport tenants quotas 0193509f-6e00-7000-8000-0000000000ff`

async function list(shell: Shell, options: SessionOptions): Promise<void> {
  const { edge } = openSession(shell, options)
  const tenants = await everyPage((query) => answer(edge.GET('/v1/tenants', { params: { query } })))
  const rows = tenants.map(({ id, name, usage, suspended, closing }) => [
    id,
    printable(name),
    suspended !== undefined ? 'suspended' : closing === undefined ? 'active' : 'closing',
    ...[usage.members, usage.agents, usage.connections, usage.pipelines, usage.runs_today, usage.runs_waiting]
      .map(String),
  ])
  const headings = [
    'id',
    'name',
    'state',
    'members',
    'agents',
    'connections',
    'pipelines',
    'today',
    'waiting',
  ]
  shell.result(tenants, table(headings, rows))
}

async function suspend(shell: Shell, id: string, options: SuspendOptions): Promise<void> {
  const { edge } = openSession(shell, options)
  const { data: [found] } = await answer(edge.GET('/v1/tenants', { params: { query: { tenant: id } } }))
  if (found === undefined) {
    throw new Fault('not_found', 'There is no such tenant. See: sallyport tenants list')
  }
  const name = found.name
  await confirm(shell, `Keep everybody of ${printable(name)} (${id}) out?`, {
    yes: options.yes === true,
    option: '--yes',
  })
  const tenant = await answer(edge.POST('/v1/tenants/suspend', { body: { tenant: id } }))
  shell.result(tenant, `${printable(name)} is suspended. Back: sallyport tenants resume ${id}`)
}

async function resume(shell: Shell, id: string, options: SessionOptions): Promise<void> {
  const { edge } = openSession(shell, options)
  const tenant = await answer(edge.POST('/v1/tenants/resume', { body: { tenant: id } }))
  shell.result(tenant, `${printable(tenant.name)} goes on. Its members and agents get in again.`)
}

async function allow(shell: Shell, id: string, options: QuotaOptions): Promise<void> {
  const quotas: Partial<Record<QuotaName, number>> = {}
  for (const what of quotaNames) {
    const said = options[what.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase())]
    if (said === undefined) continue
    if (!/^\d{1,15}$/.test(String(said))) throw new UsageError(`--${what.replaceAll('_', '-')} is a number.`)
    quotas[what] = Number(said)
  }
  const { edge } = openSession(shell, options)
  const body = { tenant: id, quotas: quotas satisfies Quotas }
  const tenant = await answer(edge.PUT('/v1/tenants/quotas', { body }))
  const named = quotaNames.filter((what) => quotas[what] !== undefined)
  const all = named.length === 0
    ? 'as much as it likes'
    : named.map((what) => `${quotas[what]} ${what.replaceAll('_', ' ')}`).join(', ')
  shell.result(tenant, `${printable(tenant.name)} may have: ${all}.`)
}
