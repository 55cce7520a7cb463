/** The policy of the current trust document, opened and in words. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Policy, PolicyPlace, PolicyTuple } from '../../shared/schemas/policy.ts'
import type { OpeningKey } from '../../shared/seal/envelope.ts'
import { openingKeyOf, places, readKey } from '../home.ts'
import { keystoreAt } from '../keystore/keystore.ts'
import { openPolicy } from '../runs/open.ts'
import { loadRing, openingKeys } from '../trust/ring.ts'
import { configOf } from './agent_options.ts'
import type { PeopleTrust } from './people_trust.ts'
import { pinOf, type Session } from './session.ts'
import type { Shell } from './shell.ts'

/** What may open things here: the person's reader key, and the pool's ring where this is an agent's machine. */
export async function keysHere(shell: Shell, options: object): Promise<OpeningKey[]> {
  const reader = join(shell.home, places.reader)
  const keys = existsSync(reader) ? [openingKeyOf(readKey(reader, 'reader'))] : []
  const { keystore } = configOf(shell, options)
  const path = keystore.startsWith('file:') ? keystore.slice('file:'.length) : null
  if (path !== null && !existsSync(path)) return keys
  return [...keys, ...openingKeys(await loadRing(keystoreAt(keystore, shell.env)))]
}

/** The policy in force. Throws `policy_missing`, `kid_missing` and what its checks throw. */
export async function policyInForce(
  shell: Shell,
  { session, trust, options }: { session: Session; trust: PeopleTrust; options: object },
): Promise<Policy> {
  return openPolicy({ chain: trust.chain, pin: pinOf(session) }, await keysHere(shell, options))
}

/** What a policy says besides its lines. */
export function besideText({ forbidden_pairs, limits, relay }: Policy): string[] {
  return [
    ...(forbidden_pairs ?? []).map(({ source, destination }) =>
      `never from ${source.connector} ${placeText(source)} to ${destination.connector} ${
        placeText(destination)
      }`
    ),
    ...Object.entries(limits ?? {}).map(([name, value]) => `at most ${value} ${name.replaceAll('_', ' ')}`),
    ...(relay?.logs === true ? ['logs go to readers, sealed'] : []),
    ...(relay?.catalogue === true ? ['what agents find out about connections goes to readers, sealed'] : []),
  ]
}

export function placeText(place: PolicyPlace | PolicyTuple): string {
  switch (place.connector) {
    case 'files':
    case 'sqlite':
      return place.path
    case 'https': {
      const derived = place.derived === undefined ? '' : ` and on to ${place.derived.join(', ')}`
      return `https://${place.endpoint}:${place.port}${place.path}${derived}`
    }
    case 'libsql':
      return `${place.endpoint}:${place.port} ${tablesText(place)}`
    case 'mysql':
      return `${place.account}@${place.endpoint}:${place.port} ${place.database}.${tablesText(place)}`
    case 'postgres': {
      const { account, endpoint, port, database, schema } = place
      return `${account}@${endpoint}:${port}/${database} ${schema}.${tablesText(place)}`
    }
  }
}

const tablesText = ({ prefix }: { readonly prefix: string }) => prefix === '*' ? '*' : `${prefix}*`
