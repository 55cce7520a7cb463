/** What the running edge refuses, asked by the binary and past it, and a lease that has passed to another attempt. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { needlesFor, textSecret } from '../demo/needles.ts'
import { searchPlace } from '../demo/search.ts'
import { binaryAt } from './binary.ts'
import { edgeRows, edgeSql } from './edge_rows.ts'
import type { FaultyWire } from './faulty_wire.ts'
import { startFaultyWire } from './faulty_wire.ts'
import type { Refusing } from './refusing.ts'
import { pipelineText, startRefusing } from './refusing.ts'
import type { Json } from './tampering_proxy.ts'
import { until } from './until.ts'
import { mustSucceed } from './world.ts'

const server = process.env['SALLYPORT_TEST_POSTGRES_URL']
const skip = server ? false : 'no PostgreSQL given'
let all: Refusing
let wire: FaultyWire

before(async () => {
  if (!server) return
  const { hostname, port, username } = new URL(server)
  wire = await startFaultyWire(Number(port))
  all = await startRefusing(server, 'edge', {
    plain: [`${hostname}:${wire.port}`],
    allow: () => [
      `{ direction: read, connector: postgres, endpoint: ${hostname}, port: ${wire.port}, account: ${username}, ` +
      'database: "*", schema: public, prefix: "*" }',
    ],
  })
})
after(async () => {
  await all?.[Symbol.asyncDispose]()
  await wire?.[Symbol.asyncDispose]()
})

async function call(path: string, init: RequestInit & { readonly token?: string } = {}) {
  const { token = readFileSync(join(all.world.person.home, 'token'), 'utf8').trim(), ...rest } = init
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...rest.headers }
  const answer = await fetch(`${all.world.edge.url}${path}`, { ...rest, headers })
  return { status: answer.status, body: JSON.parse(await answer.text()) as Json, headers: answer.headers }
}

function problem(answer: Awaited<ReturnType<typeof call>>, status: number, code: string): void {
  assert.deepEqual([answer.status, answer.body.code], [status, code])
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/)
  assert.ok(answer.body.detail.length > 20, 'it says what to do')
}

/** Asserts that the work leaves target and edge as they are. */
async function unchanged(work: () => Promise<void>): Promise<void> {
  const was = [await all.snapshot(), edgeRows(all.world.edge.database)]
  await work()
  assert.deepEqual([await all.snapshot(), edgeRows(all.world.edge.database)], was)
}

describe('a token', { skip }, () => {
  test('that is wrong', async () => {
    const { person } = all.world
    assert.equal((await person.call(['whoami', '--json'])).exit, 0)
    const token = readFileSync(join(person.home, 'token'), 'utf8').trim()
    const wrong = join(all.folder, 'wrong-token')
    writeFileSync(wrong, token.slice(0, 10) + (token[10] === 'a' ? 'b' : 'a') + token.slice(11), {
      mode: 0o600,
    })
    await unchanged(async () => {
      const ended = await person.call(['whoami', '--json', '--token-file', wrong])
      assert.deepEqual([ended.exit, ended.code], [3, 'unauthenticated'], ended.stderr)
      problem(await call('/v1/whoami', { token: 'nonsense' }), 401, 'unauthenticated')
      problem(
        await call('/v1/runs', { method: 'POST', body: '{', token: readFileSync(wrong, 'utf8') }),
        401,
        'unauthenticated',
      )
    })
  })

  for (const [what, column] of [['has expired', 'expires'], ['was revoked', 'revoked']] as const) {
    test(`that ${what}`, async () => {
      const made = await call('/v1/tokens', {
        method: 'POST',
        body: JSON.stringify({ name: `one that ${what}` }),
      })
      assert.equal(made.status, 201, JSON.stringify(made.body))
      const { token, id } = made.body
      assert.equal((await call('/v1/whoami', { token })).status, 200)
      if (column === 'revoked') {
        assert.equal(
          (await fetch(`${all.world.edge.url}/v1/tokens/${id}`, {
            method: 'DELETE',
            headers: {
              authorization: `Bearer ${readFileSync(join(all.world.person.home, 'token'), 'utf8').trim()}`,
            },
          })).status < 300,
          true,
        )
      } else {edgeSql(all.world.edge.database, 'update token set expires = ? where id = ?', [
          Date.now() - 1,
          id,
        ])}
      const file = join(all.folder, `token-${column}`)
      writeFileSync(file, token, { mode: 0o600 })
      await unchanged(async () => {
        problem(await call('/v1/whoami', { token }), 401, 'unauthenticated')
        const ended = await all.world.person.call(['runs', 'list', '--json', '--token-file', file])
        assert.deepEqual([ended.exit, ended.code], [3, 'unauthenticated'], ended.stderr)
      })
    })
  }

  test('whose scope is too small', async () => {
    const body = JSON.stringify({ name: 'reads runs', scopes: ['runs.read'] })
    const { token } = (await call('/v1/tokens', { method: 'POST', body })).body
    assert.equal((await call('/v1/runs', { token })).status, 200)
    await unchanged(async () => {
      problem(await call('/v1/workspaces', { method: 'POST', body: '{"name":"x"}', token }), 403, 'forbidden')
    })
  })
})

describe('somebody of another tenant', { skip }, () => {
  test('finds nothing of this one, by any id', async () => {
    const { person, url } = all.world
    const other = binaryAt(person.path, join(all.folder, 'other-person'))
    const operator = join(person.home, 'token')
    const making = [
      'init',
      '--url',
      url,
      '--token-file',
      operator,
      '--tenant',
      'Other',
      '--person',
      'Mallory',
      '--json',
    ]
    mustSucceed(await other.call(making), 'init')
    const run = await all.succeeds('base')
    const [connection] = await all.world.does('connection', 'list')
    const [pipeline] = await all.world.does('pipeline', 'list')
    assert.equal((await person.call(['runs', 'show', run.id, '--json'])).exit, 0)
    const token = readFileSync(join(other.home, 'token'), 'utf8').trim()
    await unchanged(async () => {
      const ended = await other.call(['runs', 'show', run.id, '--json'])
      assert.deepEqual([ended.exit, ended.code], [1, 'not_found'], ended.stderr)
      const ids = {
        runs: run.id,
        connections: connection.id,
        pipelines: pipeline.id,
        projects: all.world.project,
        agents: all.world.agentId,
      }
      for (const [room, id] of Object.entries(ids)) {
        assert.equal((await call(`/v1/${room}/${id}`)).status, 200, room)
        problem(await call(`/v1/${room}/${id}`, { token }), 404, 'not_found')
      }
      problem(await call(`/v1/runs/${run.id}/cancel`, { method: 'POST', token }), 404, 'not_found')
      const start = JSON.stringify({ pipeline_id: pipeline.id })
      problem(await call('/v1/runs', { method: 'POST', body: start, token }), 404, 'not_found')
      assert.deepEqual((await call('/v1/runs', { token })).body.data, [])
    })
  })
})

describe('a request', { skip }, () => {
  const post = (body: string) => call('/v1/workspaces', { method: 'POST', body })

  test('that is malformed, has an unknown field or is too large', async () => {
    assert.equal((await post('{"name":"good"}')).status, 201)
    await unchanged(async () => {
      problem(await post('{"name":"bad"'), 400, 'malformed_json')
      problem(await post('{"name":"bad","also":1}'), 400, 'invalid_request')
      problem(await post(`{"name":"${'x'.repeat(8 << 20)}"}`), 413, 'body_too_large')
    })
  })
})

describe('a value that the target cannot hold', { skip }, () => {
  test('is told to the edge as a code, and is nowhere at it', async () => {
    const { world, sql } = all
    const hush = 'hush-7f3a90c1d2'
    await sql.unsafe('create table narrow (id integer primary key, name varchar(12))')
    const streams = ['{ from: narrow.csv, to: public.narrow, mode: replace, key: [id] }']
    writeFileSync(join(all.files, 'narrow.csv'), 'id,name\n1,Ada\n2,Grace\n')
    await world.applyPipeline({ ...pipelineText('narrow'), streams, more: 'limits: { retries: 0 }\n' })
    await all.succeeds('narrow')
    writeFileSync(join(all.files, 'narrow.csv'), `id,name\n1,Ada\n4711,${hush}\n`)
    const was = await all.snapshot()
    const run = await world.run('narrow')
    assert.deepEqual([run.state, run.code, run.streams[0].code], ['failed', 'value_refused', 'value_refused'])
    assert.deepEqual(await all.snapshot(), was)
    const told = await world.machine.call(['runs', 'logs', run.id])
    assert.match(told.stdout, /name/)
    assert.match(told.stdout, /id = 4711/)
    const needles = needlesFor([textSecret('the value', hush)])
    const edge = { kind: 'database', name: 'edge', path: world.edge.database } as const
    for (const place of [edge, { ...edge, kind: 'file', path: world.edge.log } as const]) {
      assert.deepEqual((await searchPlace(needles, place)).findings, [])
    }
    assert.ok(!JSON.stringify(run).includes('4711'))
  })
})

/** That attempt is taken back: again and again, as a heartbeat may prolong its lease before the edge looks. */
async function leaseEnds(run: string, fence: number): Promise<void> {
  const { database } = all.world.edge
  await until(() => {
    const [row] = edgeSql(database, 'select state, fence from run where id = ?', [run])
    if (row?.['fence'] !== fence || row['state'] === 'queued') return true
    edgeSql(database, 'update run set lease_until = 1 where id = ? and fence = ?', [run, fence])
    return false
  }, `the end of the lease of ${fence}`)
}

describe('a lease', { skip }, () => {
  test('that is lost: the attempt that lost it changes nothing, the next one does all of it once', async () => {
    const { world, sql } = all
    await sql.unsafe('create table numbers (id integer primary key, payload text)')
    await sql.unsafe('insert into numbers select n, repeat(md5(n::text), 8) from generate_series(1, 40000) n')
    const source = new URL(all.target)
    source.port = String(wire.port)
    await world.addConnection('slow', `{ type: postgres, url: "${source.href}" }`)
    const streams = ['{ from: public.numbers, to: public.leased, mode: append }']
    await world.applyPipeline({ ...pipelineText('leased', { source: 'slow' }), streams })
    await all.succeeds('leased')

    const lost: string[] = []
    all.proxy.alter(({ path, status, body }) => {
      if (status === 409) lost.push(`${path.split('/').at(-1)} ${body.code}`)
      return false
    })
    const was = await all.snapshot()
    const stalled = wire.stall(2_000_000)
    const { id } = await world.startRun('leased')
    await stalled
    await leaseEnds(id, 1)
    assert.deepEqual(await all.snapshot(), was)
    await until(() => all.agent.said().includes('stopped=lease_lost'), 'the end of the attempt that lost it')
    const run = await world.endOf(id)
    assert.equal(run.state, 'succeeded', JSON.stringify(run))
    assert.ok(run.attempt >= 2)
    wire.resume()
    all.proxy.alter(null)
    assert.ok(lost.every((answer) => answer.endsWith(' lease_lost')), lost.join(', '))
    const [row] = await sql.unsafe('select count(*)::int as rows, count(distinct id)::int as ids from leased')
    assert.deepEqual([row.rows, row.ids], [80_000, 40_000])
  })
})
