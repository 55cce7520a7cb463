/** `sallyport keys`: the keys on this machine, and those that the trust document names. */
import type { Command } from 'commander'
import { groups, wordsOf } from '../trust/fingerprint.ts'
import { agentOptions, configOf } from './agent_options.ts'
import { counted, inventory, keysHere, type ListedKey, ringHere } from './key_inventory.ts'
import { defineKeysMake } from './keys_make.ts'
import { defineKeysRecover } from './keys_recover.ts'
import { defineKeysRewrap } from './keys_rewrap.ts'
import { defineKeysRotate } from './keys_rotate.ts'
import { defineKeysVerify } from './keys_verify.ts'
import { peopleTrust } from './people_trust.ts'
import { openSession, type SessionOptions, sessionOptions } from './session.ts'
import { type Define, type Shell, UsageError } from './shell.ts'
import { facts, table } from './table.ts'

/** From so many days on a reminder is due. */
const oldDays = 365

export const define: Define = (given, shell) => {
  const command = given as Command
  const list = command.command('list')
    .description('List the keys of the trust document, which are here, and what is sealed to them')
  agentOptions(sessionOptions(list), ['keystore'])
    .addHelpText('after', '\nExamples:\n  sallyport keys list\n  sallyport keys list --json')
    .action(shell.action((options: SessionOptions) => listKeys(shell, options)))
  const show = command.command('show').description('Show one key: its id in words, and where it counts')
  agentOptions(sessionOptions(show), ['keystore'])
    .argument('<key>', 'key id')
    .addHelpText('after', '\nExamples:\n  sallyport keys show 6a3803d5f059902a1c6dafbc9ba47292')
    .action(shell.action((id: string, options: SessionOptions) => showKey(shell, id, options)))
  defineKeysMake(command, shell)
  defineKeysRotate(command, shell)
  defineKeysRewrap(command, shell)
  defineKeysVerify(command, shell)
  defineKeysRecover(command, shell)
}

async function allKeys(shell: Shell, options: SessionOptions): Promise<ListedKey[]> {
  const session = openSession(shell, options)
  const { chain } = await peopleTrust(session, { current: false })
  const mine = keysHere(shell.home, await ringHere(shell, configOf(shell, options).keystore))
  return await counted(inventory(chain, mine, Date.now()), session.edge)
}

async function listKeys(shell: Shell, options: SessionOptions): Promise<void> {
  const keys = await allKeys(shell, options)
  const rows = keys.map((key) => [
    key.use,
    key.id,
    key.whose,
    key.since?.slice(0, 10) ?? '',
    key.records === undefined ? '' : String(key.records),
    key.holders === undefined ? '' : String(key.holders.length),
    key.here ?? '',
  ])
  const headings = ['use', 'key', 'whose', 'since', 'records', 'agents', 'private half here']
  for (const { id, pool, state, age_days: age = 0 } of keys) {
    if (state !== 'active' || age < oldDays) continue
    shell.warn(`the key ${id} of the pool ${pool} is ${age} days old: sallyport keys rotate --pool ${pool}`)
  }
  shell.result(keys, table(headings, rows))
}

async function showKey(shell: Shell, id: string, options: SessionOptions): Promise<void> {
  const key = (await allKeys(shell, options)).find((one) => one.id === id || one.public === id)
  if (key === undefined) throw new UsageError(`There is no key ${id}. See: sallyport keys list`)
  const holders = key.holders?.map(({ agent, proven }) => `${agent} (${proven.slice(0, 10)})`).join(', ')
  const list = facts([
    ['key', groups(key.id)],
    ['in words', wordsOf(key.id)],
    ['use', key.use],
    ['whose', key.whose],
    ...(key.suite === undefined ? [] : [['suite', String(key.suite)] as const]),
    ...(key.since === undefined ? [] : [['since', `${key.since}, ${key.age_days} days`] as const]),
    ...(key.records === undefined ? [] : [['records', String(key.records)] as const]),
    ...(holders === undefined ? [] : [['proven by', holders || 'no agent'] as const]),
    ['public', key.public],
    ['private half', key.here ?? 'not here'],
  ])
  shell.result({ ...key, words: wordsOf(key.id) }, list)
}
