/** A stream of the edge, to a private file or to stdout. */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { faultOf } from '../edge_client/problem.ts'

interface Streamed {
  readonly data?: unknown
  readonly error?: unknown
  readonly response: Response
}

/** How many bytes were written. Throws the edge's problem as a Fault. */
export async function writeOut(
  { data, error, response }: Streamed,
  path: string | undefined,
): Promise<number> {
  if (!response.ok || !data) throw faultOf(response.status, error)
  const out = path === undefined ? process.stdout : createWriteStream(path, { mode: 0o600 })
  let bytes = 0
  for await (const chunk of data as ReadableStream<Uint8Array>) {
    bytes += chunk.length
    if (!out.write(chunk)) await once(out, 'drain')
  }
  if (path === undefined) return bytes
  out.end()
  await once(out, 'finish')
  return bytes
}
