/** An agent that is told to stop, cancelled, revoked: nothing is left half done, and nothing is done twice. */
import { SQL } from 'bun'
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { until } from './until.ts'
import { startWorld, type World } from './world.ts'

const server = process.env['SALLYPORT_TEST_POSTGRES_URL']
const folder = mkdtempSync(join(tmpdir(), 'sallyport-life-'))
const database = `agent_life_${process.pid}`
const { hostname, port } = new URL(server ?? 'postgres://127.0.0.1:1')

let world: World
let admin: SQL
let sql: SQL

before(async () => {
  if (!server) return
  admin = new SQL({ url: server, max: 1 })
  await admin.unsafe(`create database ${database}`)
  const url = new URL(server)
  url.pathname = `/${database}`
  sql = new SQL({ url: url.href, max: 2 })
  await sql.unsafe(`create table numbers (id integer primary key); create schema raw`)
  await sql.unsafe(`insert into numbers select * from generate_series(1, 100)`)
  const tuple =
    `connector: postgres, endpoint: ${hostname}, port: ${port}, account: "*", database: ${database}`
  world = await startWorld({
    folder,
    allow: [
      `{ direction: read, ${tuple}, schema: public, prefix: "*" }`,
      `{ direction: write, ${tuple}, schema: raw, prefix: "*" }`,
    ],
    local: `references: ["\${env:DATABASE}"]\nplain: ["${hostname}:${port}"]\naddresses: ["127.0.0.1"]\n`,
  })
  await world.addConnection('shop', '{ type: postgres, url: "${env:DATABASE}" }')
  await world.applyPipeline({
    name: 'numbers',
    source: 'shop',
    destination: 'shop',
    streams: ['{ from: public.numbers, to: raw.numbers, mode: append }'],
    more: 'limits: { retries: 0 }\n',
  })
})

after(async () => {
  await world?.[Symbol.asyncDispose]()
  await sql?.close()
  await admin?.unsafe(`drop database ${database} with (force)`)
  await admin?.close()
  rmSync(folder, { recursive: true, force: true })
})

const start = (...args: string[]) => {
  const url = new URL(server ?? '')
  url.pathname = `/${database}`
  return world.startAgent({ args, env: { DATABASE: url.href } })
}

const stateOf = async (run: string) => (await world.api('GET', `/v1/runs/${run}`)).body

/** Keeps the source table to itself, so that a run that reads it stays under way until `free` is called. */
async function hold(): Promise<{ free(): Promise<void> }> {
  const session = await sql.reserve()
  await session.unsafe('begin; lock table numbers in access exclusive mode')
  return {
    async free() {
      await session.unsafe('rollback')
      session.release()
    },
  }
}

/** A run that is under way, and cannot go on. */
async function stuck() {
  const held = await hold()
  const { id } = await world.startRun('numbers')
  await until(async () => (await stateOf(id)).state === 'running', 'the run')
  return { id: id as string, held }
}

const rows = async () => (await sql.unsafe('select count(*)::int as rows from raw.numbers'))[0].rows

describe('an agent', { skip: server ? false : 'no PostgreSQL given' }, () => {
  test('finishes what it holds when it is told to stop, and takes nothing more', async () => {
    const agent = await start()
    const { id, held } = await stuck()
    agent.child.kill('SIGTERM')
    await agent.says(/Draining/)
    const next = await world.startRun('numbers')
    await held.free()
    assert.equal((await agent.ended).exit, 0)
    assert.equal((await stateOf(id)).state, 'succeeded')
    assert.equal((await stateOf(next.id)).state, 'queued')
    assert.equal(await rows(), 100)
    await world.does('runs', 'cancel', next.id)
  })

  test('hands back what it cannot finish in time, at no cost: another one does it, once', async () => {
    const before = await rows()
    const agent = await start('--grace', '0')
    const { id, held } = await stuck()
    agent.child.kill('SIGTERM')
    assert.equal((await agent.ended).exit, 0)
    const back = await stateOf(id)
    assert.equal(back.state, 'queued')
    assert.equal(await rows(), before)
    await held.free()
    const other = await start()
    assert.equal((await world.endOf(id)).state, 'succeeded')
    assert.equal(await rows(), before + 100)
    other.child.kill('SIGTERM')
    await other.ended
  })

  test('hands back at once when it is interrupted twice', async () => {
    const agent = await start()
    const { id, held } = await stuck()
    agent.child.kill('SIGINT')
    await agent.says(/Draining/)
    agent.child.kill('SIGINT')
    assert.equal((await agent.ended).exit, 130)
    assert.equal((await stateOf(id)).state, 'queued')
    await held.free()
    await world.does('runs', 'cancel', id)
  })

  test('stops a run that somebody cancels, and nothing of it is written', async () => {
    const before = await rows()
    const agent = await start()
    const { id, held } = await stuck()
    await world.does('runs', 'cancel', id)
    assert.equal((await world.endOf(id)).state, 'cancelled')
    await held.free()
    assert.equal(await rows(), before)
    agent.child.kill('SIGTERM')
    await agent.ended
  })

  test('leaves a second one no room in its folder', async () => {
    const agent = await start()
    const second = await world.machine.call(['agent', '--json'])
    assert.equal(second.code, 'already_running')
    agent.child.kill('SIGTERM')
    await agent.ended
  })

  test('does not start once it is revoked', async () => {
    await world.does('agents', 'revoke', 'vm-1', '--yes')
    const ended = await world.machine.call(['agent', '--json'])
    assert.equal(ended.exit, 1, ended.stderr)
    assert.equal(ended.code, 'agent_revoked')
  })
})
