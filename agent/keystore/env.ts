import { Fault } from '../../shared/faults.ts'
import type { Keystore } from './keystore.ts'

/** A variable that the platform fills from its own secret manager. */
export function envKeystore(name: string, env: Readonly<Record<string, string | undefined>>): Keystore {
  return {
    place: `the variable ${name}`,
    swap: null,
    async read() {
      const text = env[name]
      if (text === undefined || text === '') {
        throw new Fault('file_unreadable', `There is no ring in the variable ${name}.`)
      }
      return text
    },
  }
}
