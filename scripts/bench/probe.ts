/**
 * Looks at an edge's event loop from outside, as a process of its own: `bun probe.ts PORT` asks `GET /healthz` over one
 * connection, the next one 2 ms after the last answer, and says `ready`. When its standard input ends it prints how long
 * the answers took, in ms, as a JSON array.
 */
import { connect, spawn } from 'bun'

const PAUSE_MS = 2

interface Probe {
  /** Ends it: ms of each answer. */
  stop(): Promise<number[]>
}

/** Starts the process; resolves when it has had its first answers. */
export async function startProbe(port: number): Promise<Probe> {
  const child = spawn([process.execPath, import.meta.path, String(port)], {
    stdin: 'pipe',
    stderr: 'inherit',
  })
  const reader = child.stdout.getReader()
  const { done } = await reader.read()
  if (done) throw new Error(`the probe ended with ${await child.exited}`)
  return {
    async stop() {
      await child.stdin.end()
      let text = ''
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return JSON.parse(text) as number[]
        text += new TextDecoder().decode(value)
      }
    },
  }
}

async function probe(port: number): Promise<void> {
  const request = `GET /healthz HTTP/1.1\r\nhost: localhost:${port}\r\n\r\n`
  const timesMs: number[] = []
  let received = ''
  let since = 0
  const socket = await connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      data(socket, bytes) {
        received += bytes.toString('latin1')
        const end = received.indexOf('\r\n\r\n')
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(received)?.[1] ?? 0)
        if (end < 0 || received.length < end + 4 + length) return
        if (!received.startsWith('HTTP/1.1 200')) throw new Error(received)
        timesMs.push(performance.now() - since)
        received = ''
        setTimeout(ask, PAUSE_MS, socket)
      },
    },
  })
  const ask = (to: { write(text: string): number }) => {
    since = performance.now()
    to.write(request)
  }
  ask(socket)
  while (timesMs.length < 100) await Bun.sleep(PAUSE_MS)
  timesMs.length = 0
  console.log('ready')
  await new Response(Bun.stdin.stream()).text()
  console.log(JSON.stringify(timesMs))
  process.exit(0)
}

if (import.meta.main) await probe(Number(process.argv[2]))
