/** The policy over a connection that leads out: what is allowed, what is explained, what an agent refuses. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { mustSucceed, startWorld, type World } from './world.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-policy-'))
const output = join(folder, 'out')

let world: World
let asked: string[] = []
let answer: () => Response = () => new Response('id\n1\n')
const web = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch(request) {
    asked.push(new URL(request.url).pathname)
    return answer()
  },
})
const place = `http://127.0.0.1:${web.port}`
const lineOf = (path: string, more = '') =>
  `{ direction: read, connector: https, endpoint: 127.0.0.1, port: ${web.port}, path: ${path}${more} }`
const lineOut = `{ direction: write, connector: files, path: ${output} }`

const localPolicy = (...lines: string[]) =>
  writeFileSync(
    join(world.machine.home, 'local-policy.yaml'),
    ['sallyport: 1', `files: ["${output}"]`, ...lines, ''].join('\n'),
    { mode: 0o600 },
  )
const named = [`plain: ["127.0.0.1:${web.port}"]`, 'addresses: [127.0.0.1]']

async function endOf(pipeline: string) {
  asked = []
  const { state, code } = await world.run(pipeline)
  return { state, code, asked }
}

before(async () => {
  mkdirSync(output)
  world = await startWorld({ folder, allow: [lineOf('/other'), lineOut], local: `files: ["${output}"]\n` })
  await world.addConnection('web', `{ type: https, url: "${place}/exports/", redirects: ["*.cdn.example"] }`)
  await world.addConnection('lake', `{ type: files, path: ${output}, format: csv }`)
  await world.applyPipeline({
    name: 'rates',
    source: 'web',
    destination: 'lake',
    streams: ['{ from: a.csv, to: a.csv, mode: replace }'],
  })
  await world.startAgent()
})

after(async () => {
  await world[Symbol.asyncDispose]()
  await web.stop(true)
  rmSync(folder, { recursive: true, force: true })
})

describe('an https connection on an agent', () => {
  test('is refused while no line of the policy allows it, and explain says why', async () => {
    assert.deepEqual(await endOf('rates'), { state: 'refused', code: 'policy_denied', asked: [] })
    const from = ['--from', join(folder, 'connection-web.yaml')]
    const ended = await world.person.call(['policy', 'explain', 'web', 'a.csv', ...from])
    assert.equal(ended.exit, 4)
    assert.match(ended.stdout, /line 1 does not fit: path is \/other, asked is \/exports\/a\.csv/)
    assert.match(ended.stdout, /127\.0\.0\.1 here, refused: loopback/)
  })

  test('needs the next policy, which is shown line by line before it is signed', async () => {
    const file = join(folder, 'next.yaml')
    const { stdout } = mustSucceed(await world.person.call(['policy', 'show', '--yaml']), 'policy show')
    writeFileSync(file, stdout.replace('path: /other', 'path: /exports'))
    const { changes } = await world.does('policy', 'edit', '--file', file)
    assert.deepEqual(changes, [
      { sign: '-', text: `may read https https://127.0.0.1:${web.port}/other` },
      { sign: '+', text: `may read https https://127.0.0.1:${web.port}/exports` },
    ])
    await world.does('trust', 'sign')
    await world.does('trust', 'publish')
  })

  test('goes without TLS, and to loopback, only where local policy names both', async () => {
    assert.deepEqual(await endOf('rates'), { state: 'refused', code: 'plain_refused', asked: [] })
    localPolicy(named[0]!)
    assert.deepEqual(await endOf('rates'), { state: 'refused', code: 'address_refused', asked: [] })
    localPolicy(...named)
    assert.deepEqual(await endOf('rates'), { state: 'succeeded', code: undefined, asked: ['/exports/a.csv'] })
    assert.equal(readFileSync(join(output, 'a.csv'), 'utf8'), 'id\n1\n')
  })

  test('is explained on the machine that has the ring, with what its local policy adds', async () => {
    const local = join(world.machine.home, 'local-policy.yaml')
    const ended = await world.person.call(['policy', 'explain', 'rates', '--local-policy', local, '--json'])
    assert.equal(ended.exit, 0, ended.stderr)
    const [stream] = ended.value.streams
    assert.deepEqual([stream.read.allowed, stream.write.allowed], [true, true])
    assert.deepEqual(stream.read.derived, [{ pattern: '*.cdn.example', approved: false }])
    assert.ok(stream.read.local.some(({ asks }: { asks: string }) => asks.startsWith('plain')))
  })

  const redirects: Readonly<Record<string, string>> = {
    'https://store.cdn.example/x?signature=1': 'host_not_declared',
    'https://169.254.169.254/latest/meta-data': 'host_not_declared',
    'http://127.0.0.1:1/x': 'redirect_refused',
    'file:///etc/passwd': 'redirect_refused',
  }
  for (const [location, code] of Object.entries(redirects)) {
    test(`is not sent on to ${location}`, async () => {
      answer = () => new Response(null, { status: 302, headers: { location } })
      assert.deepEqual(await endOf('rates'), { state: 'refused', code, asked: ['/exports/a.csv'] })
      assert.equal(readFileSync(join(output, 'a.csv'), 'utf8'), 'id\n1\n')
    })
  }
})
