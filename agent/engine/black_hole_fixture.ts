/** A way to a server that can turn into a black hole: connections stay open, and nothing comes through any more. */
import { connect, createServer, type Socket } from 'node:net'

export interface Way extends AsyncDisposable {
  /** The URL with this way's port instead of its own. */
  readonly url: string
  /** Connections so far. */
  readonly connections: number
  /** Swallows whatever comes from now on, or lets new connections through again: those of before stay dead. */
  swallow(yes: boolean): void
  /** Resolves once there have been so many connections. */
  connected(count: number): Promise<void>
}

export async function wayTo(server: string): Promise<Way> {
  const { hostname, port } = new URL(server)
  const sockets = new Set<Socket>()
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  let connections = 0
  let dark = false
  const listener = createServer((near) => {
    connections++
    for (const { count, resolve } of waiting) if (connections >= count) resolve()
    const far = connect(Number(port), hostname)
    let dead = dark
    pairs.push(() => dead = true)
    for (const [from, to] of [[near, far], [far, near]] as const) {
      sockets.add(from)
      from.on('data', (chunk) => dead || to.write(chunk))
      from.on('error', () => undefined)
      from.on('close', () => {
        sockets.delete(from)
        // Behind a black hole nobody hears of it.
        if (!dead) to.destroy()
      })
    }
  })
  const pairs: (() => void)[] = []
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const url = new URL(server)
  url.port = String((listener.address() as { port: number }).port)
  return {
    url: url.href,
    get connections() {
      return connections
    },
    swallow(yes) {
      dark = yes
      if (yes) { for (const kill of pairs.splice(0)) kill() }
    },
    connected: (count) =>
      new Promise((resolve) => connections >= count ? resolve() : waiting.push({ count, resolve })),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => listener.close(() => resolve()))
    },
  }
}
