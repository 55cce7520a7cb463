/** `sallyport keys verify`: what the private side says of its keys, against trust document and edge. */
import type { Command } from 'commander'
import { groups, wordsOf } from '../trust/fingerprint.ts'
import { checkRing } from '../trust/ring.ts'
import { contradictionsOf } from '../trust/rotation.ts'
import { agentOptions, configOf } from './agent_options.ts'
import { edgeKeys, inventory, keysHere, type ListedKey, ringHere } from './key_inventory.ts'
import { type PeopleTrust, peopleTrust } from './people_trust.ts'
import { openSession, type Session, type SessionOptions, sessionOptions } from './session.ts'
import { exits, type Shell } from './shell.ts'
import { table } from './table.ts'
import { Fault } from '../../shared/faults.ts'

const help = `
Every fingerprint is derived here, from the ring and the key files, and compared with the verified trust document; and
what the edge shows to people is compared with that. Exits by 5 when anything differs.

Examples:
  sallyport keys verify
  sallyport keys verify --keystore aws-sm:sallyport/eu --json`

export function defineKeysVerify(command: Command, shell: Shell): void {
  const verify = command.command('verify')
    .description('Compare the keys here with the trust document, and that with what the edge shows')
  agentOptions(sessionOptions(verify), ['keystore'])
    .addHelpText('after', help)
    .action(shell.action((options: SessionOptions) => verifyKeys(shell, options)))
}

async function verifyKeys(shell: Shell, options: SessionOptions): Promise<number> {
  const session = openSession(shell, options)
  const trust = await peopleTrust(session, { current: false })
  const { keystore } = configOf(shell, options)
  const ring = await ringHere(shell, keystore)
  const what = ring === null ? 'Key files' : 'Ring, key files'
  const keys = inventory(trust.chain, keysHere(shell.home, ring), Date.now()).filter(({ here }) =>
    here !== null
  )
  const differences = [
    ...(ring === null ? [] : ringDifferences(ring.ring, trust)),
    ...unlisted(keys),
    ...await edgeDifferences(session, trust),
  ]
  const value = keys.map(({ use, id, here, listed }) => ({ use, id, words: wordsOf(id), here, listed }))
  const rows = keys.map(({ use, id, listed }) => [use, groups(id), wordsOf(id), listed ? 'yes' : 'no'])
  const list = table(['use', 'fingerprint', 'in words', 'in the trust document'], rows)
  const end = differences.length === 0
    ? `${what}, trust document and edge agree.`
    : `These do not agree:\n${differences.map((one) => `  ${one}`).join('\n')}`
  if (ring === null) shell.warn(`there is no ring at ${keystore}: it was compared with nothing.`)
  shell.result(
    { ok: differences.length === 0, keys: value, differences, ring: ring?.place ?? null },
    `${list === '' ? 'There is no private key here.' : list}\n\n${end}`,
  )
  return differences.length === 0 ? exits.done : exits.checkFailed
}

function ringDifferences(ring: Parameters<typeof checkRing>[0], { chain }: PeopleTrust): string[] {
  const found = contradictionsOf(ring, chain.document)
  try {
    checkRing(ring, chain.document)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    found.push(error.message)
  }
  return found
}

/** A sealing or pool key that nobody lists is a mistake, or a rotation that has not got that far. */
function unlisted(keys: readonly ListedKey[]): string[] {
  return keys.filter(({ use, listed }) => !listed && (use === 'sealing' || use === 'pool'))
    .map(({ use, id, here }) => `the trust document does not list the ${use} key ${id} of ${here}`)
}

/** The edge's own list, which people look at, says the same as the document that it was signed by. */
async function edgeDifferences({ edge }: Session, { chain }: PeopleTrust): Promise<string[]> {
  const data = await edgeKeys(edge)
  const text = (one: { kid: string; suite: number; pool: string; state: string }) =>
    `${one.kid} ${one.suite} ${one.pool} ${one.state}`
  const listed = new Set(chain.document.sealing_keys.map(text))
  const shown = new Set(data.map(text))
  return [
    ...[...shown].filter((one) => !listed.has(one)).map((one) =>
      `the edge shows ${one}, which the trust document does not list so`
    ),
    ...[...listed].filter((one) => !shown.has(one)).map((one) => `the edge does not show ${one}`),
  ]
}
