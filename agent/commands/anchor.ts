/** `sallyport anchor`: what agents remember where the edge cannot reach. */
import { anchorAt, makeAnchor, readAnchor } from '../trust/anchor.ts'
import { keystoreAt } from '../keystore/keystore.ts'
import { loadRing } from '../trust/ring.ts'
import { agentOptions, configOf } from './agent_options.ts'
import { type Define, type Shell, UsageError } from './shell.ts'
import { facts, table } from './table.ts'

export const define: Define = (command, shell) => {
  agentOptions(command.command('init').description('Make the anchor, once, where the agent is set up'), [
    'keystore',
    'anchor',
  ])
    .addHelpText(
      'after',
      '\nAn agent never makes its anchor, so that deleting it cannot make an agent forget.\n\nExamples:\n' +
        '  sallyport anchor init\n  sallyport anchor init --anchor file:/var/lib/sallyport/anchor.json',
    )
    .action(shell.action((options: object) => init(shell, options)))
  agentOptions(command.command('show').description('Show what agents remember, and the last refusals'), [
    'keystore',
    'anchor',
  ])
    .addHelpText('after', '\nExamples:\n  sallyport anchor show\n  sallyport anchor show --json')
    .action(shell.action((options: object) => show(shell, options)))
}

async function place(shell: Shell, options: object) {
  const config = configOf(shell, options)
  return { ring: await loadRing(keystoreAt(config.keystore, shell.env)), store: anchorAt(config.anchor) }
}

async function init(shell: Shell, options: object): Promise<void> {
  const { ring, store } = await place(shell, options)
  if (!await makeAnchor(store, ring)) {
    throw new UsageError(`There is an anchor at ${store.place}; it is not replaced.`)
  }
  shell.result(
    { anchor: store.place, tenant: ring.tenant, pool: ring.pool },
    `The anchor is at ${store.place}.`,
  )
}

async function show(shell: Shell, options: object): Promise<void> {
  const { ring, store } = await place(shell, options)
  const anchor = await readAnchor(store, ring)
  const indexes = Object.entries(anchor.index)
  const { trust, checkpoint } = anchor
  const list = facts([
    ['anchor', store.place],
    ['tenant', anchor.tenant],
    ['pool', anchor.pool],
    ['trust document', trust === null ? 'none seen yet' : `version ${trust.version}, ${trust.hash}`],
    ...indexes.map(([project, { number, hash }]) =>
      [`index of ${project}`, `number ${number}, ${hash}`] as const
    ),
    ['audit log', checkpoint === null ? 'no checkpoint yet' : `${checkpoint.split('\n')[1]} entries`],
  ])
  const refused = table(
    ['refused', 'times', 'first', 'last'],
    Object.entries(anchor.refused).map((
      [code, { count, first, last }],
    ) => [code, String(count), first.at, last.at]),
  )
  const refusals = table(
    ['refused at', 'code', 'run'],
    anchor.refusals.map(({ at, code, run }) => [at, code, run ?? '–']),
  )
  shell.result(anchor, [list, ...(refused === '' ? ['No refusals.'] : [refused, refusals])].join('\n\n'))
}
