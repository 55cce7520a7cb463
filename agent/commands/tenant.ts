/** `sallyport tenant`: the tenant itself – its name, its end and the way back, everything of it – and leaving it. */
import { answer } from '../edge_client/edge_client.ts'
import { printable } from '../edge_client/problem.ts'
import { askText, confirm } from './ask.ts'
import { openSession, type SessionOptions, sessionOptions } from './session.ts'
import type { Define, Shell } from './shell.ts'
import { facts } from './table.ts'
import { writeOut } from './written_out.ts'

interface DeleteOptions extends SessionOptions {
  readonly name?: string
}
interface ExportOptions extends SessionOptions {
  readonly out?: string
}
interface LeaveOptions extends SessionOptions {
  readonly yes?: boolean
}

const fresh = '\nIt wants a confirmation of the last five minutes: sallyport login --fresh.'

export const define: Define = (command, shell) => {
  sessionOptions(command.command('show').description('Show the tenant that you are in'))
    .addHelpText('after', '\nExamples:\n  sallyport tenant show\n  sallyport tenant show --json')
    .action(shell.action((options: SessionOptions) => show(shell, options)))
  sessionOptions(command.command('rename').description('Give the tenant another name'))
    .argument('<name>', 'what it is called from now on')
    .addHelpText('after', '\nExamples:\n  sallyport tenant rename "Acme Ltd"')
    .action(shell.action((name: string, options: SessionOptions) => rename(shell, name, options)))
  sessionOptions(command.command('export').description('Write everything that the edge has of the tenant'))
    .option('--out <file>', 'the file (default: stdout)')
    .addHelpText(
      'after',
      `\nJSON lines, without hashes of secrets; what is sealed to your keys is there as it is.${fresh}\n` +
        '\nExamples:\n  sallyport tenant export --out tenant.jsonl',
    )
    .action(shell.action((options: ExportOptions) => exportAll(shell, options)))
  defineEnds(command, shell)
}

const defineEnds: Define = (command, shell) => {
  sessionOptions(command.command('delete').description('Delete the tenant: in 30 days everything of it goes'))
    .option('--name <name>', 'its name, as the confirmation')
    .addHelpText(
      'after',
      '\nFrom then on only its owners get in, and nothing runs; until then `sallyport tenant restore` takes it back. ' +
        `The\naudit log stays, verifies, and names nobody.${fresh} Where the\n` +
        'rules want two people, the refusal names the request, and the same command is repeated with --approval ID.\n' +
        '\nExamples:\n  sallyport tenant delete --name "Acme"',
    )
    .action(shell.action((options: DeleteOptions) => remove(shell, options)))
  sessionOptions(command.command('restore').description('Take the deletion of the tenant back'))
    .addHelpText('after', `${fresh}\n\nExamples:\n  sallyport tenant restore`)
    .action(shell.action((options: SessionOptions) => restore(shell, options)))
  sessionOptions(command.command('leave').description('Leave the tenant; your roles and tokens here end'))
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      '\nOnly an invitation brings you back. The last owner stays. What your key has signed still counts until it ' +
        'leaves\nthe trust document.\n\nExamples:\n  sallyport tenant leave',
    )
    .action(shell.action((options: LeaveOptions) => leave(shell, options)))
}

async function show(shell: Shell, options: SessionOptions): Promise<void> {
  const tenant = await answer(openSession(shell, options).edge.GET('/v1/tenant'))
  const { id, name, created, log_key, closing, erase_at, stays } = tenant
  const end: [string, string][] = closing === undefined ? [] : [
    ['being deleted', `since ${closing}; everything goes at ${erase_at ?? '?'}: sallyport tenant restore`],
  ]
  const lasting: [string, string][] = stays === true
    ? [['stays', 'the installation was set up with it, so it cannot be deleted']]
    : []
  shell.result(
    tenant,
    facts([
      ['tenant', printable(name)],
      ['id', id],
      ['since', created],
      ['log key', log_key],
      ...lasting,
      ...end,
    ]),
  )
}

async function rename(shell: Shell, name: string, options: SessionOptions): Promise<void> {
  const { edge } = openSession(shell, options)
  const tenant = await answer(edge.PATCH('/v1/tenant', { body: { name } }))
  shell.result(tenant, `The tenant is called ${printable(tenant.name)} now.`)
}

async function remove(shell: Shell, options: DeleteOptions): Promise<void> {
  const { edge } = openSession(shell, options)
  const what = 'name of the tenant, to delete it'
  const name = await askText(shell, { what, option: '--name', given: options.name })
  const tenant = await answer(edge.DELETE('/v1/tenant', { body: { name } }))
  shell.result(
    tenant,
    `${printable(tenant.name)} is closed. Everything of it goes at ${tenant.erase_at ?? '?'}. Until then: ` +
      'sallyport tenant restore',
  )
}

async function restore(shell: Shell, options: SessionOptions): Promise<void> {
  const tenant = await answer(openSession(shell, options).edge.POST('/v1/tenant/restore'))
  shell.result(tenant, `${printable(tenant.name)} stays. Its members get in again.`)
}

async function exportAll(shell: Shell, options: ExportOptions): Promise<void> {
  const { edge } = openSession(shell, options)
  const bytes = await writeOut(await edge.GET('/v1/tenant/export', { parseAs: 'stream' }), options.out)
  if (options.out === undefined) return
  shell.result({ file: options.out, bytes }, `${options.out} is written, ${bytes} bytes.`)
}

async function leave(shell: Shell, options: LeaveOptions): Promise<void> {
  const { edge } = openSession(shell, options)
  const { tenant_name, tenant } = await answer(edge.GET('/v1/whoami'))
  await confirm(shell, `Leave ${printable(tenant_name)} (${tenant})? Only an invitation brings you back.`, {
    yes: options.yes === true,
    option: '--yes',
  })
  const left = await answer(edge.DELETE('/v1/members/me'))
  shell.result(
    left,
    `You have left ${printable(tenant_name)}. Forget the token here: sallyport logout --local`,
  )
}
