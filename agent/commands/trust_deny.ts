/** `sallyport trust deny`: the kill switch. It needs no edge: agents read the floor for every run. */
import type { Command } from 'commander'
import { join } from 'node:path'
import { fromBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { Id, KeyId } from '../../shared/schemas/fields.ts'
import type { Floor } from '../../shared/schemas/floor.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { places, readProfile } from '../home.ts'
import { native } from '../primitives.ts'
import { floorAt, raiseFloor, readFloor } from '../trust/floor.ts'
import { firstFloor } from '../trust/new_tenant.ts'
import { walkTrust } from '../trust/trust_chain.ts'
import { confirm } from './ask.ts'
import { openSession, pinOf, type SessionOptions, sessionOptions } from './session.ts'
import { type Shell, UsageError } from './shell.ts'

interface DenyOptions extends SessionOptions {
  readonly undo?: boolean
  readonly yes?: boolean
}

export function defineTrustDeny(command: Command, shell: Shell): void {
  sessionOptions(
    command.command('deny').description('Deny signers, agents or connections at once, in the floor'),
  )
    .argument('<id...>', 'key ids of signers, ids of agents and connections')
    .option('--undo', 'no longer deny them')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      '\nAgents refuse what a denied signer signed, and denied agents and connections, from their next run on.\n\n' +
        'Examples:\n  sallyport trust deny 6a3803d5f059902a1c6dafbc9ba47292\n  sallyport trust deny 019a… --undo',
    )
    .action(shell.action((ids: readonly string[], options: DenyOptions) => deny(shell, ids, options)))
}

async function deny(shell: Shell, ids: readonly string[], options: DenyOptions): Promise<void> {
  const wrong = ids.find((id) => !Id.safeParse(id).success && !KeyId.safeParse(id).success)
  if (wrong !== undefined) {
    throw new UsageError(`${wrong} is neither a key id nor the id of an agent or connection.`)
  }
  const session = openSession(shell, options)
  const store = session.floor === null ? null : floorAt(session.floor)
  if (store === null) throw new UsageError('There is no floor here: only whoever can write it can deny.')
  const pin = pinOf(session)
  const first = await readFloor(store, pin.tenant) ?? firstFloor(pin)
  const undo = options.undo === true
  const names = await namesOf(shell, ids)
  await confirm(shell, undo ? `No longer deny ${names.join(', ')}?` : `Deny ${names.join(', ')} at once?`, {
    yes: options.yes === true,
    option: '--yes',
  })
  const change = (floor: Floor): Floor => {
    const others = floor.deny.filter((id) => !ids.includes(id))
    return { ...floor, deny: undo ? others : [...others, ...ids] }
  }
  const floor = await raiseFloor(store, first, change)
  shell.result(
    { deny: floor.deny, floor: store.place },
    `The floor at ${store.place} denies ${floor.deny.length === 1 ? 'one id' : `${floor.deny.length} ids`}.`,
  )
}

/**
 * The ids, with the owners of those that are signers: by the trust document as it was last verified here, since the
 * edge is not needed. Warns of a key that it does not list: a slip there would stop nobody.
 */
async function namesOf(shell: Shell, ids: readonly string[]): Promise<readonly string[]> {
  const document = await lastTrust(shell)
  if (document === null) return ids
  const owners = new Map(document.signers.map(({ key, owner }) => [keyId(native, fromBase64(key)), owner]))
  return ids.map((id) => {
    const owner = owners.get(id)
    if (owner !== undefined) return `${owner} (${id})`
    if (KeyId.safeParse(id).success) {
      shell.warn(`trust document ${document.version}, the last one verified here, lists no signer ${id}.`)
    }
    return id
  })
}

/** Null where none was verified here, or what is kept of it is not to be read. */
async function lastTrust({ home }: Shell): Promise<TrustDocument | null> {
  const pin = readProfile(home)?.pin ?? null
  if (pin === null) return null
  const cache = join(home, places.cache, `trust-${pin.tenant}.json`)
  try {
    return (await walkTrust({ pin, seen: [], cache, after: null })).document
  } catch (error) {
    if (error instanceof Fault) return null
    throw error
  }
}
