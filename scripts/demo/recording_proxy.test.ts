import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { decoded, methodOf, readMessages } from './http_messages.ts'
import { startRecordingProxy } from './recording_proxy.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-recording-test-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('everything that passes is passed on and written down, both ways, in order', async () => {
  const edge = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: async (request) => new Response(`you said ${(await request.text()).length}`, { status: 201 }),
  })
  await using proxy = await startRecordingProxy({ edgePort: edge.port as number, folder })
  const big = 'x'.repeat(3_000_000)
  for (const body of ['first', big]) {
    const answer = await fetch(`${proxy.url}/v1/things`, { method: 'POST', body })
    assert.equal(answer.status, 201)
    assert.equal(await answer.text(), `you said ${body.length}`)
  }
  await proxy.stop()
  await edge.stop(true)
  const said: string[] = []
  const heard: string[] = []
  for (const { up, down } of proxy.recordings) {
    const requests = readMessages(readFileSync(up), null)
    said.push(...requests.map((one) => `${one.start} ${decoded(one).length}`))
    heard.push(
      ...readMessages(readFileSync(down), requests.map(methodOf)).map((one) => decoded(one).toString()),
    )
  }
  assert.deepEqual(said, ['POST /v1/things HTTP/1.1 5', `POST /v1/things HTTP/1.1 ${big.length}`])
  assert.deepEqual(heard, ['you said 5', `you said ${big.length}`])
})

test('a request that the edge never answers is written down all the same', async () => {
  const edge = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: () => {
      arrived.resolve(undefined)
      return new Promise<Response>(() => undefined)
    },
  })
  const arrived = Promise.withResolvers<undefined>()
  await using proxy = await startRecordingProxy({
    edgePort: edge.port as number,
    folder: join(folder, 'silent'),
  })
  const asking = fetch(`${proxy.url}/v1/wait`, { headers: { 'x-mark': 'left behind' } }).catch((error) =>
    error
  )
  await arrived.promise
  await proxy.stop()
  await edge.stop(true)
  assert.ok(await asking instanceof Error)
  const [recording] = proxy.recordings
  assert.match(readFileSync(recording?.up ?? '', 'latin1'), /x-mark: left behind/i)
})

test('with no edge behind it, a client hears that nobody is there', async () => {
  await using proxy = await startRecordingProxy({ edgePort: 1, folder: join(folder, 'nobody') })
  await assert.rejects(fetch(`${proxy.url}/`))
  await proxy.stop()
})
