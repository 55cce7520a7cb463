/**
 * Stands between the agent and a PostgreSQL server, reads the messages of protocol 3.0 just far enough to know the
 * moments around a load's COMMIT, and can swallow everything. Nothing is altered. Plain connections only.
 */
import { connect, createServer, type Socket } from 'node:net'
import { Messages } from '../demo/commit_proxy.ts'

/** `before`: the server has the rows and has not heard of COMMIT. `after`: it has committed and nobody knows. */
export type Moment = 'before COMMIT' | 'after COMMIT'

export interface Strike {
  /** True once a load has come to the moment. */
  readonly met: boolean
  /** Resolves once the work is done. */
  readonly done: Promise<void>
}

export interface Wire extends AsyncDisposable {
  readonly port: number
  /**
   * The next load that comes to this moment waits there while `work` is done; then its connection is cut.
   */
  at(moment: Moment, work: () => Promise<void>): Strike
  /** From the next `bytes` on nothing passes any more, in either direction, on any connection, until `open`. */
  swallow(bytes: number): Promise<void>
  open(): void
}

interface Armed {
  readonly moment: Moment
  readonly work: () => Promise<void>
  met: boolean
  readonly happened: () => void
}

interface Swallowing {
  left: number
  readonly begun: () => void
}

class Taps implements Wire {
  port = 0
  readonly #serverPort: () => number
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer((client) => this.#serve(client))
  #armed: Armed | null = null
  #swallowing: Swallowing | null = null

  constructor(serverPort: () => number) {
    this.#serverPort = serverPort
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.port = (this.#server.address() as { port: number }).port
    return this
  }

  at(moment: Moment, work: () => Promise<void>): Strike {
    const { promise, resolve } = Promise.withResolvers<void>()
    const armed: Armed = { moment, work, met: false, happened: resolve }
    this.#armed = armed
    return {
      get met() {
        return armed.met
      },
      done: promise,
    }
  }

  swallow(bytes: number): Promise<void> {
    return new Promise((begun) => (this.#swallowing = { left: bytes, begun }))
  }

  open(): void {
    this.#swallowing = null
    // What was swallowed is gone: these connections can never be whole again.
    for (const socket of this.#sockets) socket.destroy()
  }

  /** False for bytes that vanish. */
  #passes(size: number): boolean {
    const swallowing = this.#swallowing
    if (swallowing === null) return true
    if (swallowing.left > size) {
      swallowing.left -= size
      return true
    }
    swallowing.left = 0
    swallowing.begun()
    return false
  }

  #serve(client: Socket): void {
    const server = connect({ host: '127.0.0.1', port: this.#serverPort() })
    for (const socket of [client, server]) {
      socket.setNoDelay(true)
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.once('close', () => {
        this.#sockets.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
    let copied = false
    let waits = false
    const answers = new Messages()
    const strike = (moment: Moment) => {
      const armed = this.#armed
      if (armed?.moment !== moment || !copied) return false
      this.#armed = null
      armed.met = true
      waits = true
      armed.work().then(() => {
        client.destroy()
        armed.happened()
      })
      return true
    }
    client.on('data', (piece) => {
      if (waits || !this.#passes(piece.length)) return
      if (isCommit(piece as Buffer) && strike('before COMMIT')) return
      if (!server.write(piece)) client.pause()
    })
    server.on('drain', () => client.resume())
    client.on('drain', () => server.resume())
    server.on('data', (piece) => {
      if (waits || !this.#passes(piece.length)) return
      for (const message of answers.push(piece as Buffer)) {
        // CopyInResponse: from here on this connection carries a load.
        if (message[0] === 0x47) copied = true
        if (message.includes('COMMIT\0') && message[0] === 0x43 && strike('after COMMIT')) return
      }
      if (!client.write(piece)) server.pause()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }
}

/** A simple Query whose text is COMMIT. */
function isCommit(piece: Buffer): boolean {
  return piece[0] === 0x51 && /^commit\0$/i.test(piece.subarray(5).toString('latin1'))
}

/** `serverPort`: asked for every connection. */
export function startWire(serverPort: () => number): Promise<Wire> {
  return new Taps(serverPort).listen()
}
