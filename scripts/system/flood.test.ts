/** Sockets by the thousand that say nothing, ask by halves or do not read: the edge goes on serving everybody else. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type EdgeProcess, startEdge } from '../e2e/edge_process.ts'
import { until } from '../e2e/until.ts'

const timeout = 120_000
const MB = 1024 * 1024
/** The longest of what the edge hands to anybody. */
const LONG = '/docs/swagger-ui-bundle.js'

async function started() {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-flood-'))
  const edge = await startEdge({ folder })
  const sockets: Socket[] = []
  return {
    edge,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await edge[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function memoryOf({ pid }: EdgeProcess): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}

/** So many sockets that send this, if anything, and read nothing. */
async function open(edge: EdgeProcess, { count, says }: { readonly count: number; readonly says: string }) {
  const one = () =>
    new Promise<Socket>((resolve) => {
      const socket = connect(edge.port, '127.0.0.1')
      socket.pause()
      socket.on('error', () => resolve(socket))
      socket.once('connect', () => {
        if (says !== '') socket.write(says)
        resolve(socket)
      })
    })
  const sockets: Socket[] = []
  while (sockets.length < count) sockets.push(...await Promise.all(Array.from({ length: 250 }, one)))
  return sockets
}

async function serves(edge: EdgeProcess): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const response = await fetch(`${edge.url}/healthz`)
    assert.equal(response.status, 200)
    await response.text()
  }
}

for (
  const [what, says] of [['that say nothing', ''], ['that stop in their headers', 'GET / HTTP/1.1\r\nx: ']]
) {
  test(`ten thousand sockets ${what} cost little, and nobody else is kept waiting`, { timeout }, async () => {
    await using scene = await started()
    const { edge } = scene
    await serves(edge)
    const before = memoryOf(edge)
    scene.sockets.push(...await open(edge, { count: 10_000, says: says as string }))
    await serves(edge)
    const each = (memoryOf(edge) - before) / 10_000
    console.log(`${Math.round(each / 1024)} KB for each socket ${what}`)
    assert.ok(each < 32 * 1024, `${each} bytes`)
  })
}

test('two thousand who ask for a long answer and do not read it fill no memory', { timeout }, async () => {
  await using scene = await started()
  const { edge } = scene
  const length = (await (await fetch(edge.url + LONG)).arrayBuffer()).byteLength
  const before = memoryOf(edge)
  const says = `GET ${LONG} HTTP/1.1\r\nhost: edge.test\r\n\r\n`
  scene.sockets.push(...await open(edge, { count: 2000, says }))
  await serves(edge)
  const grown = memoryOf(edge) - before
  console.log(`${Math.round(grown / MB)} MB for 2,000 answers of ${(length / MB).toFixed(1)} MB`)
  assert.ok(grown < 2000 * length / 4, `${grown} bytes`)
})

test(
  'more sockets than it may have files drop who is connected, and it listens again',
  { timeout },
  async () => {
    await using scene = await started()
    const { edge } = scene
    assert.equal(spawnSync('prlimit', [`--pid=${edge.pid}`, '--nofile=300:300']).status, 0)
    scene.sockets.push(...await open(edge, { count: 1000, says: '' }))
    await until(
      () => readFileSync(edge.log, 'utf8').includes('the server took no further connection'),
      'the end of its files',
    )
    for (const socket of scene.sockets) socket.destroy()
    await until(() => fetch(`${edge.url}/healthz`).then(({ ok }) => ok, () => false), 'the edge')
    await serves(edge)
  },
)
