/**
 * Stands in front of a PostgreSQL server and can withhold its answer to a COMMIT: the rows are there for everybody
 * to see, and the one who wrote them does not know. It reads the server's messages (protocol 3.0) just far enough to
 * find CommandComplete; nothing is altered. Plain connections only.
 */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'

export interface CommitProxyOptions {
  /** Where the server listens, on loopback. */
  readonly serverPort: number
  /**
   * Asked on every COMMIT that the server has carried out, before its answer goes on: true withholds the answer, and
   * everything behind it, for as long as the connection lives.
   */
  readonly withhold: () => Promise<boolean>
}

export interface CommitProxy extends AsyncDisposable {
  readonly port: number
  /** Resolves once an answer has been withheld, with the process id of that connection's backend. */
  readonly withheld: Promise<number>
  /** COMMITs answered so far. */
  readonly commits: number
}

const COMMIT = Buffer.from('COMMIT\0')

/** Cuts the server's bytes into messages. */
export class Messages {
  #rest: Buffer = Buffer.alloc(0)

  /** Whole messages, each with its type byte and length. What is not whole yet waits for the next piece. */
  push(piece: Buffer): Buffer[] {
    let rest: Buffer = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece])
    const out: Buffer[] = []
    while (rest.length >= 5) {
      const end = 1 + rest.readUInt32BE(1)
      if (rest.length < end) break
      out.push(rest.subarray(0, end))
      rest = rest.subarray(end)
    }
    this.#rest = rest
    return out
  }
}

const type = (message: Buffer) => String.fromCharCode(message.readUInt8(0))
/** CommandComplete (`C`) with the tag COMMIT: a ROLLBACK in disguise has another tag. */
const isCommit = (message: Buffer) => type(message) === 'C' && message.subarray(5).equals(COMMIT)

interface Passage {
  readonly client: Socket
  readonly server: Socket
  readonly withhold: () => Promise<boolean>
  readonly onWithheld: (backend: number) => void
}

async function passAnswers({ client, server, withhold, onWithheld }: Passage): Promise<void> {
  const messages = new Messages()
  const gone = new Promise((resolve) => client.once('close', resolve))
  let backend = 0
  for await (const piece of server) {
    for (const message of messages.push(piece as Buffer)) {
      // BackendKeyData names the process that serves this connection.
      if (type(message) === 'K') backend = message.readUInt32BE(5)
      if (isCommit(message) && await withhold()) {
        onWithheld(backend)
        // Leaving the loop would close the server's side.
        await gone
        return
      }
      if (!client.write(message)) await Promise.race([once(client, 'drain'), gone])
    }
  }
  client.end()
}

export async function startCommitProxy(options: CommitProxyOptions): Promise<CommitProxy> {
  const open = new Set<Socket>()
  const held = Promise.withResolvers<number>()
  let commits = 0
  const withhold = async () => {
    if (await options.withhold()) return true
    commits++
    return false
  }
  const server = createServer((client) => {
    const backend = connect({ host: '127.0.0.1', port: options.serverPort })
    for (const socket of [client, backend]) {
      socket.setNoDelay(true)
      open.add(socket)
      socket.once('close', () => open.delete(socket))
      socket.on('error', () => undefined)
    }
    client.pipe(backend)
    client.once('close', () => backend.destroy())
    passAnswers({ client, server: backend, withhold, onWithheld: held.resolve }).catch(() => client.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    withheld: held.promise,
    get commits() {
      return commits
    },
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}
