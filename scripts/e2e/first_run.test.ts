/**
 * The main job, from nothing to data moved, by the commands that a person types and in their order: init → enroll →
 * approve → connection add → pipeline apply → runs start.
 */
import { SQL } from 'bun'
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Binary, Started } from './binary.ts'
import { binaryAt, placeBinary } from './binary.ts'
import type { EdgeProcess } from './edge_process.ts'
import { startEdge } from './edge_process.ts'

const server = process.env['SALLYPORT_TEST_POSTGRES_URL']
const folder = mkdtempSync(join(tmpdir(), 'sallyport-first-'))
const database = `first_run_${process.pid}`
const password = 'p4ss-of-the-loader'

let edge: EdgeProcess
let person: Binary
let machine: Binary
let agent: Started
let admin: SQL
let sql: SQL

/** Runs a command that has to succeed; gives what `--json` printed. */
async function done(who: Binary, words: readonly string[], env: Record<string, string> = {}) {
  const ended = await who.call([...words, '--json'], { env })
  assert.equal(ended.exit, 0, `${words.join(' ')}: ${ended.stderr}`)
  return ended.value
}

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

function placeOf(url: string) {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port) }
}

before(async () => {
  if (!server) return
  const path = placeBinary(join(folder, 'bin'))
  person = binaryAt(path, join(folder, 'person'))
  machine = binaryAt(path, join(folder, 'machine'))
  admin = new SQL({ url: server, max: 1 })
  await admin.unsafe(`create database ${database}`)
  await admin.unsafe(`create role ${database} login password '${password}'`)
  const url = new URL(server)
  url.pathname = `/${database}`
  sql = new SQL({ url: url.href, max: 1 })
  await sql.unsafe(
    `create schema raw authorization ${database}; create schema sallyport authorization ${database}`,
  )
  await sql.unsafe(`create table orders (id integer primary key, amount numeric(12,2), note text)`)
  await sql.unsafe(`insert into orders select n, n * 1.25, 'note ' || n from generate_series(1, 1000) n`)
  await sql.unsafe(`grant select on orders to ${database}`)
  edge = await startEdge({ folder: join(folder, 'edge') })
})

after(async () => {
  agent?.child.kill('SIGTERM')
  await agent?.ended
  await edge?.[Symbol.asyncDispose]()
  await sql?.close()
  await admin?.unsafe(`drop database ${database} with (force)`)
  await admin?.unsafe(`drop role ${database}`)
  await admin?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('from nothing to data moved', { skip: server ? false : 'no PostgreSQL given' }, () => {
  const { host, port } = placeOf(server ?? 'postgres://127.0.0.1:1')
  const tuple =
    `connector: postgres, endpoint: ${host}, port: ${port}, account: ${database}, database: ${database}`

  test('init makes a tenant and prints its pin', async () => {
    const policy = file(
      'policy.yaml',
      `sallyport: 1
allow:
  - { direction: read, ${tuple}, schema: public, prefix: orders }
  - { direction: write, ${tuple}, schema: raw, prefix: "*" }
`,
    )
    const made = await done(person, [
      ...['init', '--url', edge.url, '--setup-token-file', edge.setupTokenFile],
      ...['--tenant', 'Acme', '--person', 'Ada', '--policy', policy],
    ])
    assert.match(made.pin, new RegExp(`^${made.tenant}:1:[0-9a-f]{64}$`))
    const who = await done(person, ['whoami'])
    assert.equal(who.tenant, made.tenant)
    assert.equal(who.pin, made.pin)
  })

  test('enroll makes an agent that waits for approval by fingerprint', async () => {
    const token = join(folder, 'enrol-token')
    await done(person, ['agents', 'token', '--out', token])
    const enrolled = await done(machine, [
      ...['enroll', '--url', edge.url, '--token-file', token, '--name', 'vm-1', '--no-wait'],
    ])
    assert.equal(enrolled.state, 'pending')
    const wrong = await person.call(['agents', 'approve', 'vm-1', '--fingerprint', '0'.repeat(32), '--json'])
    assert.equal(wrong.code, 'fingerprint_mismatch')
    await done(person, ['agents', 'approve', 'vm-1', '--fingerprint', enrolled.fingerprint])
    const [listed] = await done(person, ['agents', 'list'])
    assert.equal(listed.state, 'approved')
  })

  test('an agent starts with the ring and an anchor, and not without', async () => {
    // The ring is what security staff bring to the machine; the floor lies where both can reach it.
    writeFileSync(join(machine.home, 'ring.json'), readFileSync(join(person.home, 'ring.json')), {
      mode: 0o600,
    })
    file(join('machine', 'agent.yaml'), `floor: file:${join(person.home, 'floor.json')}\n`)
    file(
      join('machine', 'local-policy.yaml'),
      `sallyport: 1
references: ["\${env:SHOP_PASSWORD}"]
plain: ["${host}:${port}"]
addresses: ["127.0.0.1"]
`,
    )
    const refused = await machine.call(['agent', '--json'])
    assert.equal(refused.exit, 4)
    assert.equal(refused.code, 'anchor_missing')
    await done(machine, ['anchor', 'init'])
    agent = machine.start(['agent'], { env: { SHOP_PASSWORD: password } })
    await agent.says(/Asking .* for work/)
  })

  test('connections are sealed and listed in a signed index', async () => {
    const settings = `type: postgres, host: ${host}, port: ${port}, user: ${database}, database: ${database}`
    const connections = file(
      'connections.yaml',
      `sallyport: 1
connections:
  shop: { ${settings}, password: "\${env:SHOP_PASSWORD}" }
  warehouse: { ${settings}, password: "\${env:LOADER_PASSWORD}" }
`,
    )
    const shop = await done(person, ['connection', 'add', 'shop', '--from', connections, '--yes'])
    assert.equal(shop.index, 1)
    const sealed = ['connection', 'add', 'warehouse', '--from', connections, '--resolve', '--yes']
    const warehouse = await done(person, sealed, { LOADER_PASSWORD: password })
    assert.equal(warehouse.index, 2)
    const listed = await done(person, ['connection', 'list'])
    assert.deepEqual(listed.map((one: { name: string }) => one.name), ['shop', 'warehouse'])
  })

  test('a pipeline is applied, and a signed request runs it', async () => {
    const pipeline = file(
      'orders.yaml',
      `sallyport: 1
name: orders
source: shop
destination: warehouse
streams:
  - { from: public.orders, to: raw.orders, mode: replace }
`,
    )
    const applied = await done(person, ['pipeline', 'apply', pipeline, '--yes'])
    assert.equal(applied.index, 3)
    const run = await done(person, ['runs', 'start', 'orders', '--watch'])
    assert.equal(run.state, 'succeeded')
    assert.equal(run.streams[0].route, 'direct')
    assert.equal(run.streams[0].rows, 1000)
    const [difference] = await sql.unsafe(
      `select count(*)::int as rows from (table public.orders except all table raw.orders) different`,
    )
    assert.equal(difference.rows, 0)
    const [count] = await sql.unsafe(`select count(*)::int as rows from raw.orders`)
    assert.equal(count.rows, 1000)
  })

  test('what the agent did can be read with the agent, and only there, without a password in it', async () => {
    const [run] = await done(person, ['runs', 'list'])
    const log = await done(machine, ['runs', 'logs', run.id])
    assert.ok(
      log.some((line: { message: string }) => line.message === 'the run is verified, opened and allowed'),
    )
    assert.ok(!JSON.stringify(log).includes(password))
    const elsewhere = await person.call(['runs', 'logs', run.id, '--json'])
    assert.equal(elsewhere.code, 'not_found')
  })

  test('what the edge keeps and says has no password in it', async () => {
    for (const name of ['sallyport.db', 'sallyport.db-wal', 'edge.log']) {
      const bytes = readFileSync(join(folder, 'edge', name))
      assert.ok(!bytes.includes(password), name)
    }
  })

  test('SIGTERM drains the agent', async () => {
    agent.child.kill('SIGTERM')
    const ended = await agent.ended
    assert.equal(ended.exit, 0, ended.stderr)
    assert.match(ended.stderr, /Draining/)
  })
})
