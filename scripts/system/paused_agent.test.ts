/** A machine that stands still for longer than a lease lasts: its agent stops itself, and commits nothing late. */
import { SQL } from 'bun'
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { until } from '../e2e/until.ts'
import { startWorld } from '../e2e/world.ts'
import { startPostgres } from '../postgres.ts'

test(
  'an agent that wakes up after its lease has passed stops what it does, and nothing of it is committed',
  { timeout: 180_000 },
  async () => {
    await using postgres = await startPostgres({ settings: ['fsync=off'] })
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-paused-'))
    const database = `paused_${process.pid}`
    const url = new URL(postgres.url())
    await using admin = new SQL({ url: url.href, max: 1 })
    await admin.unsafe(`create database ${database}`)
    url.pathname = `/${database}`
    try {
      await using sql = new SQL({ url: url.href, max: 2 })
      await sql.unsafe('create table numbers (id integer primary key); create schema raw')
      await sql.unsafe('insert into numbers select * from generate_series(1, 100)')
      const { hostname, port } = url
      const tuple =
        `connector: postgres, endpoint: ${hostname}, port: ${port}, account: "*", database: ${database}`
      await using world = await startWorld({
        folder,
        allow: [
          `{ direction: read, ${tuple}, schema: public, prefix: "*" }`,
          `{ direction: write, ${tuple}, schema: raw, prefix: "*" }`,
        ],
        local: `references: ["\${env:DATABASE}"]\nplain: ["${hostname}:${port}"]\naddresses: ["127.0.0.1"]\n`,
      })
      await world.addConnection('shop', '{ type: postgres, url: "${env:DATABASE}" }')
      const streams = ['{ from: public.numbers, to: raw.numbers, mode: append }']
      const more = 'limits: { retries: 0 }\n'
      await world.applyPipeline({ name: 'numbers', source: 'shop', destination: 'shop', streams, more })
      const agent = await world.startAgent({ env: { DATABASE: url.href } })
      const session = await sql.reserve()
      await session.unsafe('begin; lock table numbers in access exclusive mode')
      const { id } = await world.startRun('numbers')
      const running = async () => (await world.api('GET', `/v1/runs/${id}`)).body.state === 'running'
      await until(running, 'the run')
      agent.child.kill('SIGSTOP')
      assert.equal((await world.endOf(id)).state, 'dead')
      await session.unsafe('rollback')
      session.release()
      agent.child.kill('SIGCONT')
      await agent.says(/a run ends.*lease_lost/)
      const [{ target }] = await sql.unsafe(`select to_regclass('raw.numbers') is not null as target`)
      assert.equal(target, false)
      const shown = await until(async () => {
        const { body } = await world.api('GET', `/v1/agents/${world.agentId}`)
        return body.health?.slots_used === 0 && body.lost === undefined ? body : null
      }, 'the agent to be back')
      assert.equal(shown.state, 'approved')
      agent.child.kill('SIGTERM')
      await agent.ended
    } finally {
      await admin.unsafe(`drop database ${database} with (force)`)
      rmSync(folder, { recursive: true, force: true })
    }
  },
)
