/**
 * The load of a benchmark, as a process of its own: `bun load.ts '<LoadOptions as JSON>'` posts over keep-alive
 * connections, one request in flight on each, and prints a `LoadReport` as JSON. Plain sockets: an HTTP client would
 * cost more than the server that is measured.
 */
import { connect } from 'bun'

export interface LoadOptions {
  readonly port: number
  readonly path: string
  readonly token: string
  readonly connections: number
  readonly warmUpMs: number
  readonly measureMs: number
  /** Stands before the number that makes each body's name its own. */
  readonly prefix: string
}

export interface LoadReport {
  /** Answered with 201 inside the measured time. */
  readonly requests: number
  readonly seconds: number
  /** Answered with anything else. */
  readonly refused: number
  readonly p50Ms: number
  readonly p99Ms: number
}

interface Counting {
  measuring: boolean
  done: boolean
  refused: number
  readonly timesMs: number[]
}

/** One connection that sends, waits for the whole answer, and sends again. */
function connection(options: LoadOptions, counting: Counting, index: number): Promise<void> {
  const { port, path, token, prefix } = options
  const head = `POST ${path} HTTP/1.1\r\nhost: localhost:${port}\r\nauthorization: Bearer ${token}\r\n` +
    'content-type: application/json\r\ncontent-length: '
  let sent = 0
  let since = 0
  let received = ''
  return new Promise((resolve, reject) => {
    const next = (socket: { write(text: string): number; end(): void }) => {
      if (counting.done) return socket.end()
      const body = JSON.stringify({ name: `${prefix}-${index}-${sent++}` })
      since = performance.now()
      socket.write(`${head}${body.length}\r\n\r\n${body}`)
    }
    connect({
      hostname: '127.0.0.1',
      port,
      socket: {
        open: next,
        data(socket, bytes) {
          received += bytes.toString('latin1')
          const end = received.indexOf('\r\n\r\n')
          if (end < 0) return
          const length = Number(/\r\ncontent-length: (\d+)/i.exec(received)?.[1] ?? 0)
          if (received.length < end + 4 + length) return
          if (!received.startsWith('HTTP/1.1 201')) counting.refused += 1
          else if (counting.measuring) counting.timesMs.push(performance.now() - since)
          received = ''
          next(socket)
        },
        close: () => resolve(),
        error: (_, error) => reject(error),
        connectError: (_, error) => reject(error),
      },
    }).catch(reject)
  })
}

async function run(options: LoadOptions): Promise<LoadReport> {
  const counting: Counting = { measuring: false, done: false, refused: 0, timesMs: [] }
  const connections = Array.from({ length: options.connections }, (_, i) => connection(options, counting, i))
  await Bun.sleep(options.warmUpMs)
  const start = performance.now()
  counting.measuring = true
  await Bun.sleep(options.measureMs)
  counting.measuring = false
  const seconds = (performance.now() - start) / 1000
  counting.done = true
  await Promise.all(connections)
  const sorted = counting.timesMs.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0
  return { requests: sorted.length, seconds, refused: counting.refused, p50Ms: at(0.5), p99Ms: at(0.99) }
}

if (import.meta.main) console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? '') as LoadOptions)))
