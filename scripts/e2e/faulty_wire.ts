/** A wire to a server that a test can stall or cut in the middle of an answer, at a byte of its choice. */
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'

export interface FaultyWire extends AsyncDisposable {
  readonly port: number
  /**
   * The next connection whose server has said more than `bytes` stops there: its bytes wait (`stall`) or both sides
   * are reset (`cut`). Resolves when that has happened. Other connections, and later ones, pass.
   */
  stall(bytes: number): Promise<void>
  cut(bytes: number): Promise<void>
  /** Lets a stalled connection go on. */
  resume(): void
}

interface Fault {
  readonly kind: 'stall' | 'cut'
  readonly bytes: number
  readonly happened: () => void
}

export async function startFaultyWire(serverPort: number): Promise<FaultyWire> {
  const open = new Set<Socket>()
  let armed: Fault | null = null
  let stalled: Socket | null = null
  const server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: serverPort })
    let said = 0
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true)
      open.add(socket)
      socket.on('error', () => undefined)
      socket.once('close', () => {
        open.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.pipe(upstream)
    upstream.on('data', (piece) => {
      said += piece.length
      if (armed !== null && said > armed.bytes) {
        const { kind, happened } = armed
        armed = null
        if (kind === 'cut') client.resetAndDestroy()
        else {
          upstream.pause()
          stalled = upstream
          client.write(piece)
        }
        happened()
        return
      }
      if (!client.write(piece)) upstream.pause()
    })
    client.on('drain', () => stalled !== upstream && upstream.resume())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const arm = (kind: Fault['kind'], bytes: number) =>
    new Promise<void>((happened) => (armed = { kind, bytes, happened }))
  return {
    port: address.port,
    stall: (bytes) => arm('stall', bytes),
    cut: (bytes) => arm('cut', bytes),
    resume() {
      const socket = stalled
      stalled = null
      socket?.resume()
    },
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}
