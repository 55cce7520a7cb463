/** A thread that hashes passwords: one at a time, in the order in which they come. */
import { argon2, type Argon2Input } from './argon2.ts'

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<Argon2Input>) => void) | null
  postMessage(answer: Uint8Array | null): void
}

scope.onmessage = async ({ data }) => {
  try {
    scope.postMessage(await argon2(data))
  } catch {
    scope.postMessage(null)
  }
}
