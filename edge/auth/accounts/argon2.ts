/** Argon2id (RFC 9106), by WebAssembly: run it in a worker, since one hash takes some 50 ms of a core. */
import { argon2id } from 'hash-wasm'

export interface Argon2Cost {
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly lanes: number
}

export interface Argon2Input extends Argon2Cost {
  /** UTF-8. */
  readonly password: Uint8Array
  readonly salt: Uint8Array
  /** Bytes of the answer. */
  readonly length: number
}

export async function argon2(input: Argon2Input): Promise<Uint8Array> {
  const { password, salt, memory, passes, lanes, length } = input
  const hash = await argon2id({
    password,
    salt,
    memorySize: memory,
    iterations: passes,
    parallelism: lanes,
    hashLength: length,
    outputType: 'binary',
  })
  return Uint8Array.from(hash)
}
