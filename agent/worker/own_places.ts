/** What no connection ever reaches into, wherever local policy's folders are. */
import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Config } from '../config.ts'
import { places } from '../home.ts'
import { besideName } from '../trust/beside_name.ts'

interface OwnPlaces {
  readonly config: Pick<Config, 'keystore' | 'floor' | 'anchor' | 'localPolicy' | 'state' | 'logs'>
  readonly home: string
}

/**
 * Rings and anchors of pools, also those that wait for their place, the next pool key of a rotation, and what a write that
 * was cut off has left of any of them.
 */
const ofPools = /^(\.|(ring|rotation|anchor)-)/

/** Files and folders, as they are now: what security staff makes in the home folder has names of its own. */
export function ownPlaces({ config, home }: OwnPlaces): string[] {
  const { keystore, floor, anchor, localPolicy, state, logs } = config
  const inHome = [
    places.profile,
    places.token,
    places.ring,
    places.init,
    places.projects,
    dirname(places.root),
    places.cache,
    places.draft,
    'recovery',
    'agent.yaml',
    ...(existsSync(home) ? readdirSync(home).filter((name) => ofPools.test(name)) : []),
  ]
  return [
    ...fileOf(keystore),
    ...fileOf(floor),
    ...fileOf(anchor).flatMap((path) => [path, besideOf(path)]),
    localPolicy,
    state,
    logs,
    ...inHome.map((name) => join(home, name)),
  ]
}

/** A Snowflake secret is a mounted file, where it is not a variable. */
function fileOf(setting: string): string[] {
  return /^(file:|snowflake:\/)/.test(setting) ? [setting.replace(/^\w+:/, '')] : []
}

/** The folder of the objects beside the anchor. */
function besideOf(path: string): string {
  return join(dirname(path), dirname(besideName(basename(path), 'any')))
}
