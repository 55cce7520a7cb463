/** The keychain of this system: Keychain on macOS, Credential Manager on Windows, the Secret Service on Linux. */
import { errno } from './files.ts'
import { Fault } from '../shared/faults.ts'

export interface Keychain {
  /** Null where it holds nothing of that name. Throws `unsupported` where no keychain answers. */
  get(name: string): Promise<string | null>
  set(name: string, secret: string): Promise<void>
  /** Nothing happens where there is nothing. */
  delete(name: string): Promise<void>
}

const service = 'sallyport'

/** A keychain that is locked asks its owner, who needs a moment; one that nobody sees asks for ever. */
const patienceMs = 60_000

export const systemKeychain: Keychain = {
  get: (name) => soon(() => Bun.secrets.get({ service, name })),
  set: (name, value) => soon(() => Bun.secrets.set({ service, name, value })),
  delete: async (name) => {
    await soon(() => Bun.secrets.delete({ service, name }))
  },
}

async function soon<T>(work: () => Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('it does not answer')), patienceMs)
  try {
    return await Promise.race([work(), late.promise])
  } catch (cause) {
    const why = errno(cause)
    const said = why === 'unknown' ? 'it does not answer' : why
    throw new Fault('unsupported', `No keychain of this system can be used here (${said}).`, { cause })
  } finally {
    clearTimeout(timer)
  }
}
