/**
 * The load of a benchmark, as a process of its own: `bun load.ts '<LoadOptions as JSON>'` posts over keep-alive
 * connections, one request in flight on each, and prints a `LoadReport` as JSON. Plain sockets: an HTTP client would
 * cost more than the server that is measured.
 */
import { connect, spawn } from 'bun'

export interface LoadOptions {
  readonly port: number
  /** POST unless said. */
  readonly method?: 'POST' | 'PATCH'
  /** One for each connection, in turn. */
  readonly paths: readonly string[]
  readonly token: string
  readonly connections: number
  readonly warmUpMs: number
  readonly measureMs: number
  /** Stands before the number that makes each body's name its own. */
  readonly prefix: string
}

export interface LoadReport {
  /** Answered with success inside the measured time. */
  readonly requests: number
  /** Answered with success, from the first to the last. */
  readonly answered: number
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
  answered: number
  readonly timesMs: number[]
}

/** Runs the load as a process of its own. Throws where a request was refused. */
export async function load(options: LoadOptions): Promise<LoadReport> {
  const child = spawn([process.execPath, import.meta.path, JSON.stringify(options)], { stderr: 'inherit' })
  const report = JSON.parse(await new Response(child.stdout).text()) as LoadReport
  if (report.refused > 0) throw new Error(`${report.refused} requests were refused`)
  return report
}

/** One connection that sends, waits for the whole answer, and sends again. */
function connection(options: LoadOptions, counting: Counting, index: number): Promise<void> {
  const { port, method = 'POST', paths, token, prefix } = options
  const head =
    `${method} ${
      paths[index % paths.length]
    } HTTP/1.1\r\nhost: localhost:${port}\r\nauthorization: Bearer ${token}\r\n` +
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
          if (!received.startsWith('HTTP/1.1 20')) counting.refused += 1
          else counting.answered += 1
          if (counting.measuring) counting.timesMs.push(performance.now() - since)
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
  const counting: Counting = { measuring: false, done: false, refused: 0, answered: 0, timesMs: [] }
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
  const { refused, answered } = counting
  return { requests: sorted.length, answered, seconds, refused, p50Ms: at(0.5), p99Ms: at(0.99) }
}

if (import.meta.main) console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? '') as LoadOptions)))
