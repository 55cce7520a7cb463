/** Where the ring of this agent's pool lies. One file a kind; each gives the ring's text. */
import { Fault } from '../../shared/faults.ts'
import { envKeystore } from './env.ts'
import { fileKeystore } from './file.ts'
import { secretsManagerKeystore } from './secrets_manager.ts'
import { snowflakeKeystore } from './snowflake.ts'

export interface Keystore {
  /** For messages: where it is. Never what it holds. */
  readonly place: string
  /** The ring's text, read anew each time. Throws `file_…`, `keystore_…` or `invalid_setting` when it is not there. */
  read(): Promise<string>
  /**
   * Replaces the ring that was `seen` (null: there must be none) by `text`. False when somebody else was faster, and
   * nothing has changed then; true means durable. Null where this kind is only read: the platform fills it.
   */
  readonly swap: ((seen: string | null, text: string) => Promise<boolean>) | null
}

type Environment = Readonly<Record<string, string | undefined>>

/** `file:PATH`, `env:NAME`, `aws-sm:NAME-or-ARN` or `snowflake:PATH-or-env:NAME`. Throws `invalid_setting`. */
export function keystoreAt(setting: string, env: Environment): Keystore {
  const [kind, ...rest] = setting.split(':')
  const place = rest.join(':')
  if (kind === 'file' && place !== '') return fileKeystore(place)
  if (kind === 'env' && place !== '') return envKeystore(place, env)
  if (kind === 'aws-sm' && place !== '') return secretsManagerKeystore(place)
  if (kind === 'snowflake' && place !== '') return snowflakeKeystore(place, env)
  throw new Fault(
    'invalid_setting',
    `keystore: ${kind}:… is no keystore. There are file:PATH, env:NAME, aws-sm:NAME and snowflake:PATH.`,
  )
}
