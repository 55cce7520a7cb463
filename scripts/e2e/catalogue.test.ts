/**
 * A connection that an agent looks at by a signed order: what it finds is opened by readers, and the edge that queued
 * the order and passed the answer on has no name of it.
 */
import { SQL } from 'bun'
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { needlesFor, textSecret } from '../demo/needles.ts'
import { type RecordingProxy, startRecordingProxy } from '../demo/recording_proxy.ts'
import { searchPlace } from '../demo/search.ts'
import { type Binary, binaryAt } from './binary.ts'
import { type Json, startTamperingProxy, type TamperingProxy } from './tampering_proxy.ts'
import { mustSucceed, startWorld, type World } from './world.ts'

const server = process.env['SALLYPORT_TEST_POSTGRES_URL']
const folder = mkdtempSync(join(tmpdir(), 'sallyport-catalogue-'))
const role = `catalogue_${process.pid}`
const tables = ['patient_ledger_x7', 'ward_rotation_q9'] as const
const hidden = 'salary_sheet_z3'

let world: World
let proxy: TamperingProxy
let wire: RecordingProxy
let admin: SQL
/** A member of the project without a reader's key. */
let bob: Binary
let allow: string[]

const look = (who: Binary, ...words: string[]) => who.call(['connection', ...words, '--json'])
const namesIn = (value: Json): string[] => value.streams.map(({ name }: Json) => name)

async function relaying(relay: string): Promise<void> {
  const policy = join(folder, 'next-policy.yaml')
  writeFileSync(policy, `sallyport: 1\nallow:\n${allow.map((line) => `  - ${line}\n`).join('')}${relay}`)
  await world.does('trust', 'edit', '--policy', policy)
  await world.does('trust', 'sign')
  await world.does('trust', 'publish')
}

async function makeDatabase(): Promise<URL> {
  admin = new SQL(server ?? '', { max: 1 })
  await admin.unsafe(`create database ${role}`)
  await admin.unsafe(`create role ${role} login password 'p4ss-of-the-looker'`)
  const url = new URL(server ?? '')
  url.pathname = `/${role}`
  const sql = new SQL(url.href, { max: 1 })
  await sql.unsafe(`
    create table ${tables[0]} (id bigint primary key, amount numeric(12,2) not null, note text);
    create table ${tables[1]} (ward int, day date, primary key (ward, day));
    create table ${hidden} (name text);
    create schema private_ward; create table private_ward.beds_k5 (id int);
    grant select on ${tables.join(', ')} to ${role};
    grant usage on schema private_ward to ${role}; grant select on private_ward.beds_k5 to ${role}`)
  await sql.close()
  url.username = role
  url.password = 'p4ss-of-the-looker'
  return url
}

before(async () => {
  if (!server) return
  const url = await makeDatabase()
  const port = Number(url.port)
  allow = [
    `{ direction: read, connector: postgres, endpoint: ${url.hostname}, port: ${port}, account: ${role}, ` +
    `database: ${role}, schema: public, prefix: "*" }`,
  ]
  const front = async (edgePort: number) => {
    proxy = await startTamperingProxy({ edgePort })
    wire = await startRecordingProxy({ edgePort: proxy.port, folder: join(folder, 'wire') })
    return wire.url
  }
  const local = `plain: ["${url.hostname}:${port}"]\naddresses: [127.0.0.1]\n`
  world = await startWorld({ folder, front, allow, local })
  await world.addConnection('ward', `{ type: postgres, url: "${url.href}" }`)
  mkdirSync(join(folder, 'elsewhere'))
  await world.addConnection('elsewhere', `{ type: files, path: ${join(folder, 'elsewhere')} }`)
  const { pin } = await world.does('whoami')
  bob = binaryAt(world.person.path, join(folder, 'bob'))
  const invitation = join(folder, 'invitation')
  await world.does('members', 'invite', 'Bob', '--role', 'editor', '--out', invitation)
  mustSucceed(
    await bob.call(['login', '--url', world.url, '--invitation-file', invitation, '--pin', pin, '--json']),
    'login',
  )
  const key = mustSucceed(await bob.call(['keys', 'make', '--json']), 'keys make').value.public
  await world.does('trust', 'edit', '--add-signer', key, '--owner', 'Bob', '--may', 'runs')
  await world.does('trust', 'sign')
  await world.does('trust', 'publish')
  await world.startAgent()
})

after(async () => {
  if (!server) return
  await world[Symbol.asyncDispose]()
  await wire[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
  await admin.unsafe(`drop database ${role} with (force)`)
  await admin.unsafe(`drop role ${role}`)
  await admin.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a look by an agent', { skip: server ? false : 'SALLYPORT_TEST_POSTGRES_URL is not set' }, () => {
  test('hands out nothing before the policy says so', async () => {
    const ended = await look(world.person, 'discover', 'ward')
    assert.deepEqual([ended.exit, ended.code], [4, 'relay_denied'])
  })

  test('lists streams for a reader: types, keys, and none that the policy lets nobody read', async () => {
    await relaying('relay: { catalogue: true }\n')
    const { value } = mustSucceed(await look(world.person, 'discover', 'ward'), 'discover')
    assert.deepEqual(namesIn(value), tables.map((name) => `public.${name}`))
    assert.deepEqual([value.kind, value.pool, value.withheld], ['postgres', 'default', 1])
    assert.equal(value.agent, world.agentId)
    assert.deepEqual(value.streams[1].key, ['ward', 'day'])
    assert.deepEqual(value.streams[0].columns[1], {
      name: 'amount',
      type: 'decimal(12,2)',
      native: 'numeric(12,2)',
      nullable: false,
    })
  })

  test('asks for names that only the agent reads', async () => {
    const { value } = mustSucceed(
      await look(world.person, 'discover', 'ward', '--pattern', 'public.ward_*'),
      'discover',
    )
    assert.deepEqual(namesIn(value), [`public.${tables[1]}`])
  })

  test('is kept for the next reader, and begins a pipeline', async () => {
    mustSucceed(await look(world.person, 'discover', 'ward'), 'discover')
    const { value } = mustSucceed(await look(world.person, 'catalogue', 'ward'), 'catalogue')
    assert.deepEqual(namesIn(value), tables.map((name) => `public.${name}`))
    const begun = await world.person.call(['connection', 'discover', 'ward', '--last', '--pipeline', 'lake'])
    assert.match(begun.stdout, /from: "public\.patient_ledger_x7", to: "public\.patient_ledger_x7"/)
  })

  test('tests streams, and says what mends the one that is not granted', async () => {
    const good = mustSucceed(
      await look(world.person, 'test', 'ward', '--stream', `public.${tables[0]}`),
      'test',
    )
    assert.equal(good.value.ok, true)
    const words = ['test', 'ward', '--stream', `public.${hidden}`, '--stream', 'private_ward.beds_k5']
    const ended = await look(world.person, ...words)
    assert.equal(ended.exit, 5, ended.stderr)
    const failed = ended.value.checks.filter(({ ok }: Json) => !ok)
    assert.deepEqual(failed.map(({ code }: Json) => code), ['permission_denied', 'policy_denied'])
    assert.match(failed[0].remedy, /^grant select on .*salary_sheet_z3/i)
  })

  test('shows a person without a reader’s key a state and a count', async () => {
    const found = mustSucceed(await look(bob, 'discover', 'ward'), 'discover')
    assert.deepEqual([found.value.state, found.value.streams], ['succeeded', tables.length])
    const ended = await look(bob, 'test', 'ward', '--stream', 'private_ward.beds_k5')
    assert.deepEqual([ended.exit, ended.value.failed_checks], [5, 1])
    for (const { stdout, stderr } of [found, ended]) assert.doesNotMatch(stdout + stderr, /x7|q9|k5/)
    assert.equal((await look(bob, 'catalogue', 'ward')).exit, 2)
  })

  test('refuses what no line of the policy lets it look at', async () => {
    const ended = await look(world.person, 'discover', 'elsewhere')
    assert.deepEqual([ended.exit, ended.code], [4, 'policy_denied'])
    const writing = await look(world.person, 'test', 'ward', '--for', 'write')
    assert.deepEqual([writing.exit, writing.code], [4, 'policy_denied'])
  })

  test('is refused by a reader when the edge shows another answer', async () => {
    const earlier = (await world.api('GET', `/v1/connections/${await idOf('ward')}/catalogue`)).body
    const answers = (path: string) => path.startsWith('/v1/connections/') && path.includes('/catalogue')
    proxy.alter(({ path, body }) => {
      if (!answers(path)) return false
      Object.assign(body, earlier)
      return true
    })
    const replayed = await look(world.person, 'discover', 'ward')
    assert.deepEqual([replayed.exit, replayed.code], [4, 'catalogue_refused'])
    proxy.alter(null)
  })

  test('goes when the readers change, and is found out anew', async () => {
    mustSucceed(await look(world.person, 'discover', 'ward'), 'discover')
    const reader =
      mustSucceed(await bob.call(['keys', 'make', '--reader', '--json']), 'keys make').value.public
    await world.does('trust', 'edit', '--add-reader', reader, '--owner', 'Bob')
    await world.does('trust', 'sign')
    await world.does('trust', 'publish')
    const gone = await look(world.person, 'catalogue', 'ward')
    assert.deepEqual([gone.exit, gone.code], [1, 'not_found'])
    const { value } = mustSucceed(await look(bob, 'discover', 'ward'), 'discover')
    assert.equal(namesIn(value).length, tables.length)
  })

  test('leaves no name of a table at the edge, nor on the wire', async () => {
    await wire.stop()
    await world.edge.stop()
    const secrets = [...tables, hidden, 'private_ward', 'beds_k5_'].map((name) => textSecret(name, name))
    const needles = needlesFor(secrets.filter(({ bytes }) => bytes.length >= 8))
    const { database } = world.edge
    const found = []
    for (
      const place of [{ kind: 'database', name: 'database', path: database } as const, ...wire.recordings]
    ) {
      found.push(...(await searchPlace(needles, place)).findings)
    }
    assert.deepEqual(found, [])
    const clear = needlesFor([textSecret('a name that is in the clear', 'elsewhere')])
    assert.ok(
      (await searchPlace(clear, { kind: 'database', name: 'database', path: database })).findings.length > 0,
    )
  })
})

async function idOf(name: string): Promise<string> {
  const listed = await world.does('connection', 'list')
  return listed.find((one: Json) => one.name === name).id
}
