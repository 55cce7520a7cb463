/** A database from before runs counted the attempts that began, with a run in each state, is served as it was. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunState } from '../../shared/schemas/run.ts'
import { hashSecret } from '../auth/secret.ts'
import { loadMigrations, migrate, migrationsFolder } from '../db/migrate.ts'
import type { Storage } from '../db/storage.ts'
import { kinds, testStorage } from '../db/storage_fixture.ts'
import { PUBLIC_URL } from '../edge_fixture.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'
import { native } from '../primitives.ts'
import { wire } from '../wiring.ts'

const BEFORE = 12

async function rows(storage: Storage, sql: string) {
  return [...await storage.read({ sql, parameters: [], reads: true })]
}

async function put(storage: Storage, all: readonly (readonly [sql: string, parameters: unknown[]])[]) {
  const steps = all.map(([sql, parameters]) => ({ sql, parameters, reads: false }))
  await storage.write({ id: '', steps, leaf: null, repeatable: false })
}

/** All that both know, in a database that only the first migrations have made. */
async function copied(from: Storage, to: Storage): Promise<void> {
  const migrations = await loadMigrations(migrationsFolder)
  await migrate(to, { migrations: migrations.filter(({ version }) => version < BEFORE), now: 0 })
  const names = async (of: Storage) =>
    (await rows(of, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'migration'"))
      .map(({ name }) => `${name}`)
  const known = new Set(await names(from))
  for (const table of (await names(to)).filter((name) => known.has(name))) {
    const columns = (await rows(to, `SELECT name FROM pragma_table_info('${table}')`)).map(({ name }) =>
      `${name}`
    )
    const there = (await rows(from, `SELECT name FROM pragma_table_info('${table}')`)).map(({ name }) =>
      `${name}`
    )
    const both = columns.filter((name) => there.includes(name))
    const found = await rows(from, `SELECT ${both.join()} FROM ${table}`)
    const text = `INSERT OR REPLACE INTO ${table} (${both.join()}) VALUES (${both.map(() => '?').join()})`
    if (found.length > 0) await put(to, found.map((row) => [text, both.map((name) => row[name])]))
  }
}

interface Old {
  readonly state: RunState
  readonly failures?: number
}

const retries = 1
const old: Readonly<Record<string, Old>> = {
  new: { state: 'queued' },
  again: { state: 'queued', failures: 1 },
  leased: { state: 'leased' },
  running: { state: 'running' },
  last: { state: 'running', failures: 1 },
  succeeded: { state: 'succeeded' },
  partial: { state: 'partial' },
  failed: { state: 'failed' },
  refused: { state: 'refused' },
  cancelled: { state: 'cancelled' },
  dead: { state: 'dead', failures: retries + 1 },
}

for (const kind of kinds) {
  test(`runs of before in every state are served after the upgrade, on the ${kind} storage`, async () => {
    await using edge = await TestEdge.start()
    const estate = await Estate.found(edge)
    const { pipeline } = await estate.furnish({ triggers: { api: { per_day: 50 } }, limits: { retries } })
    const agent = await estate.enrol()
    const ids: Record<string, string> = {}
    for (const name of Object.keys(old)) {
      ids[name] = (await estate.made('POST', '/v1/runs', { pipeline_id: pipeline })).id
    }
    await using at = await testStorage(kind, { migrated: false })
    await copied(edge.storage, at.storage)
    await put(
      at.storage,
      Object.entries(old).map(([name, { state, failures = 0 }]) => {
        const held = state === 'leased' || state === 'running'
        const over = !held && state !== 'queued'
        return [
          'UPDATE run SET state = ?, failures = ?, fence = ?, agent = ?, lease_until = ?, finished = ? WHERE id = ?',
          [
            ...[
              state,
              failures,
              name === 'new' ? 0 : 3,
              held ? agent.id : null,
              held ? edge.now + 30_000 : null,
            ],
            ...[over ? edge.now : null, ids[name]],
          ],
        ]
      }),
    )
    await migrate(at.storage, { migrations: await loadMigrations(migrationsFolder), now: 1 })
    const upgraded = wire({
      storage: at.storage,
      publicUrl: PUBLIC_URL,
      setupTokenHash: hashSecret(edge.setupToken),
      master: edge.master,
      primitives: native,
      clock: () => edge.now,
      log: () => {},
      closing: edge.closing.signal,
    })
    const look = async (name: string) => {
      const given = { token: estate.token, edge: upgraded }
      const { status, body } = await edge.call('GET', `/v1/runs/${ids[name]}`, given)
      assert.equal(status, 200, JSON.stringify(body))
      return body
    }
    for (const [name, { state }] of Object.entries(old)) assert.equal((await look(name)).state, state, name)
    assert.equal((await look('dead')).redrive, 'signed', 'its agents have counted its attempts')
    const ends = async (name: string, status: string) => {
      const body = { fence: 3, status, retry: false, streams: [] }
      const answer = await agent.call('POST', `/v1/agent/runs/${ids[name]}/complete`, body, {
        edge: upgraded,
      })
      assert.equal(answer.status, 200, JSON.stringify(answer.body))
      return await look(name)
    }
    const back = await ends('running', 'released')
    assert.deepEqual([back.state, back.attempt], ['queued', 1])
    assert.equal((await ends('leased', 'succeeded')).state, 'succeeded')
    edge.now += 60_000
    await upgraded.reap()
    assert.deepEqual([(await look('last')).state, (await look('last')).redrive], ['dead', 'signed'])
    const taken: string[] = []
    for (let count = 0; count < 3; count++) {
      const { job } = (await agent.poll({ edge: upgraded })).body
      taken.push(job.run.id)
    }
    assert.deepEqual(taken.sort(), [ids['new'], ids['again'], ids['running']].sort())
    assert.deepEqual(await rows(at.storage, 'SELECT id FROM run WHERE begun < 0'), [])
  })
}
