/** A Snowflake secret, as a container service gives it to its containers: a mounted file, or a variable. */
import { statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { Fault } from '../../shared/faults.ts'
import { readText } from '../files.ts'
import { envKeystore } from './env.ts'
import type { Keystore } from './keystore.ts'

/** The name that Snowflake gives the file of a generic string in the folder that the service names. */
const fileName = 'secret_string'

/**
 * `/path` of the mounted file or of its folder, or `env:NAME`. A mounted secret is read anew each time, since Snowflake
 * renews the file when the secret changes; a variable keeps what it was when the container started. Its modes are the
 * platform's and nobody else is in the container, so they are not judged. Throws `invalid_setting`.
 */
export function snowflakeKeystore(
  place: string,
  env: Readonly<Record<string, string | undefined>>,
): Keystore {
  if (/^env:./.test(place)) return envKeystore(place.slice('env:'.length), env)
  if (!isAbsolute(place)) {
    throw new Fault(
      'invalid_setting',
      `keystore: snowflake:${place} is no place: it is snowflake:/path/of/the/mounted/secret or snowflake:env:NAME.`,
    )
  }
  return { place, swap: null, read: async () => readText(fileIn(place), 'ring') }
}

function fileIn(place: string): string {
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() ? join(place, fileName) : place
}
