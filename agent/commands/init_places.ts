/** Where `init` puts ring, floor and anchor: on this machine, or in the customer's cloud. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../../shared/faults.ts'
import type { Ring } from '../../shared/schemas/ring.ts'
import { type LeastPolicies, leastPolicies } from '../aws/least_policies.ts'
import type { Config } from '../config.ts'
import { writeAtomic } from '../files.ts'
import { keystoreAt } from '../keystore/keystore.ts'
import type { Keystore } from '../keystore/keystore.ts'
import { secretArn } from '../keystore/secrets_manager.ts'
import { anchorAt } from '../trust/anchor.ts'
import { floorAt } from '../trust/floor.ts'
import { loadRing } from '../trust/ring.ts'
import { s3PlaceOf } from '../trust/s3_store.ts'
import type { Store } from '../trust/store.ts'
import { type Shell, UsageError } from './shell.ts'

export interface Places {
  readonly keystore: Keystore
  readonly floor: Store | null
  readonly anchor: Store
}

/** Throws UsageError for a keystore that the platform fills, and `invalid_setting`. */
export function placesOf(shell: Shell, config: Config): Places {
  const keystore = keystoreAt(config.keystore, shell.env)
  if (keystore.swap === null) {
    throw new UsageError(
      `No ring can be put into ${keystore.place} from here: give file:PATH or aws-sm:NAME.`,
    )
  }
  return { keystore, floor: floorAt(config.floor), anchor: anchorAt(config.anchor) }
}

/** Before anything is made: that all three can be reached, and that nobody's are there. */
export async function checkFree({ keystore, floor, anchor }: Places): Promise<void> {
  const ring = await textIn(keystore)
  const taken = ring !== null
    ? keystore
    : await floor?.read()
    ? floor
    : await anchor.read() !== null
    ? anchor
    : null
  if (taken === null) return
  throw new UsageError(`There is something at ${taken?.place}; init replaces nothing. Name another place.`)
}

/** Null when there is no ring. */
async function textIn(keystore: Keystore): Promise<string | null> {
  try {
    return await keystore.read()
  } catch (error) {
    if (error instanceof Fault && ['file_unreadable', 'keystore_missing'].includes(error.code)) return null
    throw error
  }
}

/**
 * Puts the ring there. One of the same tenant is what an interrupted `init` left, which nothing stands on yet. Throws
 * `ring_mismatch` for another tenant's, and `keystore_moved` when somebody else was faster.
 */
export async function keepRing(keystore: Keystore, ring: Ring): Promise<void> {
  const seen = await textIn(keystore)
  if (seen !== null && (await loadRing(keystore)).tenant !== ring.tenant) {
    throw new Fault('ring_mismatch', `There is a ring of another tenant in ${keystore.place}.`)
  }
  if (await keystore.swap?.(seen, JSON.stringify(ring, null, 2) + '\n')) return
  throw new Fault('keystore_moved')
}

/** What of it is in AWS, and who needs to be allowed what there. Null when nothing is. */
export async function awsPolicies({ keystore, floor, anchor }: Config): Promise<LeastPolicies | null> {
  const secret = keystore.startsWith('aws-sm:') ? await secretArn(keystore.slice('aws-sm:'.length)) : null
  const inS3 = (setting: string, what: string) => setting.startsWith('s3:') ? s3PlaceOf(setting, what) : null
  const inAws = { secret, floor: inS3(floor, 'floor'), anchor: inS3(anchor, 'anchor') }
  if (Object.values(inAws).every((one) => one === null)) return null
  return leastPolicies(inAws)
}

/** Lines of agent.yaml, for what is not where it is looked for anyway. */
export async function settingLines(home: string, config: Config): Promise<string[]> {
  const { keystore, floor, anchor } = config
  const ring = keystore.startsWith('aws-sm:')
    ? `aws-sm:${await secretArn(keystore.slice('aws-sm:'.length))}`
    : keystore
  const usual = (name: string) => `file:${join(home, `${name}.json`)}`
  return [
    ...(ring === usual('ring') ? [] : [`keystore: ${ring}`]),
    ...(floor === usual('floor') ? [] : [`floor: ${floor}`]),
    ...(anchor === usual('anchor') ? [] : [`anchor: ${anchor}`]),
  ]
}

/** Into agent.yaml of this home, where there is none yet. False when there is one: then a person adds them. */
export function writeSettings(home: string, lines: readonly string[]): boolean {
  const path = join(home, 'agent.yaml')
  if (lines.length === 0) return true
  if (existsSync(path)) return false
  writeAtomic(path, lines.map((line) => `${line}\n`).join(''))
  return true
}
