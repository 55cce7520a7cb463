/** Stands in front of the edge and writes down every byte that passes, both ways, one pair of files a connection. */
import { createWriteStream, mkdirSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import type { Recording } from './search.ts'

export interface RecordingProxy extends AsyncDisposable {
  readonly port: number
  readonly url: string
  /** Every connection so far. Read them after `stop`, when all bytes are in the files. */
  readonly recordings: readonly Recording[]
  /** Ends all connections and waits until everything that passed is written. */
  stop(): Promise<void>
}

export interface RecordingProxyOptions {
  /** Where the edge listens, on loopback. */
  readonly edgePort: number
  /** Where the recordings go. */
  readonly folder: string
  readonly port?: number
}

/** Copies one direction to its file before passing it on. */
function tap(from: Socket, to: Socket, path: string): Promise<void> {
  const file = createWriteStream(path)
  from.on('data', (piece) => {
    file.write(piece)
    if (!to.write(piece)) from.pause()
  })
  to.on('drain', () => from.resume())
  from.on('end', () => to.end())
  from.once('close', () => {
    file.end()
    to.destroySoon()
  })
  from.on('error', () => to.destroy())
  return finished(file)
}

export async function startRecordingProxy(options: RecordingProxyOptions): Promise<RecordingProxy> {
  mkdirSync(options.folder, { recursive: true })
  const recordings: Recording[] = []
  const written: Promise<void>[] = []
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const number = String(recordings.length + 1).padStart(4, '0')
    const edge = connect({ host: '127.0.0.1', port: options.edgePort, allowHalfOpen: true })
    const recording: Recording = {
      kind: 'recording',
      name: `connection ${number}`,
      up: join(options.folder, `${number}.up`),
      down: join(options.folder, `${number}.down`),
    }
    recordings.push(recording)
    written.push(tap(client, edge, recording.up), tap(edge, client, recording.down))
    for (const socket of [client, edge]) {
      socket.setNoDelay(true)
      open.add(socket)
      socket.once('close', () => open.delete(socket))
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const stop = async () => {
    server.close()
    for (const socket of open) socket.destroy()
    await Promise.all(written)
  }
  return {
    port: address.port,
    url: `http://127.0.0.1:${address.port}`,
    recordings,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
