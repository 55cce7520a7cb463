import { Database } from 'bun:sqlite'
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import type { Policy } from '../../shared/schemas/policy.ts'
import { RequestAction } from '../../shared/schemas/request.ts'
import { RunLogBody } from '../../shared/schemas/receipt.ts'
import { schemas } from '../../shared/seal/context.ts'
import { describeEnvelope } from '../../shared/seal/envelope.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { publicKeyOf } from '../../shared/seal/suites.ts'
import type { AgentEdge, Completion } from '../edge_client/agent_edge.ts'
import type { SealedLog } from '../logs/relay.ts'
import { authority, WebServer } from '../connectors/https/server_fixture.ts'
import { directNetwork, type Network } from '../network.ts'
import { native } from '../primitives.ts'
import { moveRun, type Order } from '../runs/move.ts'
import { openRecord } from '../runs/open.ts'
import { type Draft, draft, ids, seedOf, World } from '../runs/world_fixture.ts'
import { loadLocalPolicy } from '../trust/local_policy.ts'
import { advance, reader } from './rewrap_fixture.ts'
import { runJob } from './run_job.ts'

const readerKey = seedOf(77)
const readerPublic = publicKeyOf(native, 1, readerKey)

interface Told {
  readonly calls: string[]
  readonly logs: SealedLog[]
  readonly ends: Completion[]
}

/** A world whose pipeline moves a file of twelve bytes, under this much of a policy. */
async function worldUnder(
  policy: Partial<Policy>,
  { text = 'id\n1\n2\n3\n', change = (_: Draft) => {} } = {},
): Promise<World> {
  const from = draft()
  from.policy = {
    allow: [
      { direction: 'read', connector: 'files', path: '/' },
      { direction: 'write', connector: 'files', path: '/' },
    ],
    ...policy,
  }
  from.trust.readers = [{
    kid: keyId(native, readerPublic),
    suite: 1,
    public: toBase64(readerPublic),
    owner: 'Rita',
    projects: ['*'],
  }]
  from.bodies.source = { config: { path: './in', format: 'csv' } }
  from.bodies.destination = { config: { path: './out', format: 'csv' } }
  change(from)
  const world = new World(from)
  for (const name of ['in', 'out']) mkdirSync(join(world.folder, name))
  writeFileSync(join(world.folder, 'in', 'a.csv'), text)
  await world.settle()
  return world
}

interface Around {
  readonly network?: Network
  readonly move?: typeof moveRun
  /** Further lines of local policy. */
  readonly local?: string
}

async function run(
  world: World,
  change: Partial<AgentEdge> = {},
  { network = directNetwork, local: more = '', move = moveRun }: Around = {},
): Promise<Told> {
  const told: Told = { calls: [], logs: [], ends: [] }
  const edge: AgentEdge = {
    ...world.edge,
    self: async () => ({ id: ids.agent, state: 'approved', pool: 'default' }),
    poll: async () => ({ job: null, newest: { trust: null, indexes: {} }, log: null }),
    challenges: async () => [],
    prove: async () => undefined,
    handIn: async () => undefined,
    completeRewrap: async () => undefined,
    completeInspection: async () => undefined,
    started: async () => void told.calls.push('started'),
    heartbeat: async () => ({ cancel: false }),
    progress: async () => undefined,
    async putLog(_held, sealed) {
      told.calls.push('log')
      told.logs.push(sealed)
    },
    async complete(_held, end) {
      told.calls.push('complete')
      told.ends.push(end)
    },
    checkpoint: async () => ({ checkpoint: '', size: 0, consistency: [] }),
    ...change,
  }
  const local = join(world.folder, 'local.yaml')
  writeFileSync(local, `sallyport: 1\nfiles: ["${world.folder}"]\n${more}`, { mode: 0o600 })
  await runJob(world.job, {
    footings: world.footings(),
    anchor: world.anchor,
    edge,
    agentId: ids.agent,
    now: () => world.now,
    move,
    of: world.ring,
    localPolicy: () => loadLocalPolicy(local, []),
    env: {},
    base: world.folder,
    scratch: join(world.folder, 'scratch'),
    logs: { folder: join(world.folder, 'logs'), level: 'debug' },
    holdMemory: 256,
    network,
    log: { write: () => undefined, hide: () => undefined },
    working: new Map(),
    handBack: new AbortController().signal,
  })
  return told
}

function linesOf(world: World, { document, sealed }: SealedLog): string[] {
  const { commitment, run, fence } = JSON.parse(atob(document.payload))
  assert.equal(run, world.job.run.id)
  return openRecord(sealed, {
    context: {
      tenant: ids.tenant,
      project: ids.project,
      type: 'log',
      id: run,
      version: fence,
      schema: schemas.log,
    },
    keys: [{ suite: 1, privateKey: readerKey }],
    commitment,
    schema: RunLogBody,
  }).lines
}

describe('the log of a run', () => {
  test('goes to its readers before the end is told, when policy says so', async () => {
    await using world = await worldUnder({ relay: { logs: true } })
    const told = await run(world)
    assert.deepEqual(told.calls, ['started', 'log', 'complete'])
    assert.equal(told.ends[0]?.status, 'succeeded')
    const messages = linesOf(world, told.logs[0]!).map((line) => JSON.parse(line).message)
    assert.ok(messages.includes('the run is verified, opened and allowed'))
    assert.equal(messages.at(-1), 'the run ends')
  })

  test('is for the readers that there are when it ends, not for those of its beginning', async () => {
    await using world = await worldUnder({ relay: { logs: true } })
    const next = { ...reader(51), projects: ['*'] as ['*'] }
    const { logs: [log] } = await run(world, {
      started: async () => advance(world, (document) => ({ ...document, readers: [next] })),
    })
    const { kids } = describeEnvelope(fromBase64(log!.sealed))
    assert.ok(kids.includes(next.kid))
    assert.ok(!kids.includes(keyId(native, readerPublic)))
    await using nobody = await worldUnder({ relay: { logs: true } })
    const { logs, ends } = await run(nobody, {
      started: async () => advance(nobody, (document) => ({ ...document, readers: [] })),
    })
    assert.deepEqual([logs, ends.map(({ status }) => status)], [[], ['succeeded']])
  })

  test('says to readers why policy has refused it', async () => {
    await using world = await worldUnder({ relay: { logs: true }, allow: [] })
    const told = await run(world)
    assert.deepEqual(told.ends.map(({ code }) => code), ['policy_denied'])
    assert.match(linesOf(world, told.logs[0]!).join('\n'), /The policy does not let/)
  })

  test('stays where it is when policy does not say so', async () => {
    await using world = await worldUnder({})
    assert.deepEqual((await run(world)).calls, ['started', 'complete'])
  })

  test('that the edge does not take holds no end back', async () => {
    await using world = await worldUnder({ relay: { logs: true } })
    const told = await run(world, {
      putLog: () => Promise.reject(new Fault('edge_unreachable')),
    })
    assert.deepEqual(told.ends.map(({ status }) => status), ['succeeded'])
  })
})

describe('hosts that another host leads on to', () => {
  const names: Readonly<Record<string, string>> = {
    'data.example': '127.0.0.1',
    'store.cdn.example': '127.0.0.1',
    'metadata.cdn.example': '169.254.169.254',
  }
  const network: Network = {
    ...directNetwork,
    resolve: async (host) => [names[host] ?? '127.0.0.9'],
    ca: [authority.certificate],
  }

  /** How a run ends whose source sends the agent on to `host`. */
  async function sentOn(
    host: string,
    { derived, redirects = ['*.cdn.example'], local = 'addresses: [127.0.0.1]\n', path = '/signed' }: {
      derived: string[] | undefined
      redirects?: string[]
      local?: string
      path?: string
    },
  ): Promise<{ ends: (string | undefined)[]; reached: number }> {
    await using data = await WebServer.open('data.example')
    await using other = await WebServer.open(host)
    const store = host === 'data.example' ? data : other
    data.redirect('/x/a.csv', `https://${host}:${store.port}${path}`)
    store.give(path, 'id\n1\n')
    await using world = await worldUnder({}, {
      change(from) {
        from.source = { ...from.source, kind: 'https' }
        from.bodies.source = { config: { url: `https://data.example:${data.port}/x/`, redirects } }
        from.policy.allow.push({
          direction: 'read',
          connector: 'https',
          endpoint: 'data.example',
          port: '*',
          path: '/x',
          ...(derived === undefined ? {} : { derived }),
        })
      },
    })
    const { ends } = await run(world, {}, { network, local })
    const reached = store.seen.filter(({ url }) => url.endsWith(path)).length
    return { ends: ends.map(({ status, code }) => code ?? status), reached }
  }

  test('are more than another path of the same host, which has to be below that of the policy as well', async () => {
    for (const [path, end] of [['/x/b/c.csv', 'succeeded'], ['/y/b.csv', 'policy_denied']] as const) {
      const { ends, reached } = await sentOn('data.example', { derived: [], redirects: [], path })
      assert.deepEqual([ends, reached], [[end], end === 'succeeded' ? 1 : 0])
    }
  })

  test('are followed where connection and policy both name them', async () => {
    const derived = ['*.cdn.example']
    assert.deepEqual(await sentOn('store.cdn.example', { derived }), { ends: ['succeeded'], reached: 1 })
  })

  test('are refused where only one of the two does, or local policy narrows them away', async () => {
    const both = { derived: ['*.cdn.example'] }
    for (
      const given of [
        { derived: undefined },
        { derived: [] },
        { derived: ['*.other.example'] },
        { ...both, redirects: [] },
        { ...both, redirects: ['cdn.example'] },
      ]
    ) {
      const { ends, reached } = await sentOn('store.cdn.example', given)
      assert.deepEqual([ends, reached], [['host_not_declared'], 0], JSON.stringify(given))
    }
    const local = 'addresses: [127.0.0.1]\nhosts: [data.example]\n'
    assert.deepEqual((await sentOn('store.cdn.example', { ...both, local })).ends, ['policy_denied'])
  })

  test('are refused where they resolve to a metadata service, or to what nobody named', async () => {
    const derived = ['*.cdn.example']
    assert.deepEqual((await sentOn('metadata.cdn.example', { derived })).ends, ['address_refused'])
    assert.deepEqual((await sentOn('store.cdn.example', { derived, local: '' })).ends, ['address_refused'])
  })
})

describe('limits of the policy', () => {
  test('bytes: a stream of more is stopped, and its target is as it was', async () => {
    const text = 'id\n' + '1\n'.repeat(10)
    await using world = await worldUnder({ limits: { bytes: text.length - 1 } }, { text })
    writeFileSync(join(world.folder, 'out', 'a'), 'id\n0\n')
    const told = await run(world)
    assert.deepEqual(told.ends.map(({ status, code }) => [status, code]), [['failed', 'bytes_over_limit']])
    assert.equal(await Bun.file(join(world.folder, 'out', 'a')).text(), 'id\n0\n')
    await using enough = await worldUnder({ limits: { bytes: text.length } }, { text })
    assert.deepEqual((await run(enough)).ends.map(({ status }) => status), ['succeeded'])
  })

  test('runs a day: one more is refused, by whatever trigger, and tomorrow is another day', async () => {
    await using world = await worldUnder({ limits: { runs_per_day: 1 } })
    const codes = async () => (await run(world)).ends.map(({ status, code }) => code ?? status)
    world.bySlot(1)
    assert.deepEqual(await codes(), ['succeeded'])
    world.bySlot(2)
    assert.deepEqual(await codes(), ['limit_reached'])
    world.now += 86_400_000
    world.bySlot(1)
    assert.deepEqual(await codes(), ['succeeded'])
  })
})

describe('what a pattern finds', () => {
  /** Tables of a database, each into a file of its own. */
  async function found(tables: readonly string[], policy: Partial<Policy> = {}) {
    await using world = await worldUnder({}, {
      change(from) {
        from.source = { ...from.source, kind: 'sqlite' }
        from.bodies.source = { config: { path: './in/app.db' } }
        from.bodies.pipeline = { streams: [{ from: 'order_*', to: '{table}.csv', mode: 'replace' }] }
        from.policy = {
          allow: [
            { direction: 'read', connector: 'sqlite', path: '/' },
            { direction: 'write', connector: 'files', path: '/' },
          ],
          ...policy,
        }
      },
    })
    const database = new Database(join(world.folder, 'in', 'app.db'))
    for (const name of tables) database.run(`create table "${name}" (id integer primary key)`)
    database.close()
    const { ends } = await run(world)
    const there = readdirSync(join(world.folder, 'out')).filter((name) => name.endsWith('.csv')).sort()
    return { ends: ends.map(({ status, code }) => code ?? status), there }
  }

  test('is moved name by name', async () => {
    const { ends, there } = await found(['order_a', 'order_b', 'items'])
    assert.deepEqual([ends, there], [['succeeded'], ['order_a.csv', 'order_b.csv']])
  })

  test('is asked of the policy name by name, before anything is moved', async () => {
    const source = { connector: 'sqlite' as const, path: '/' }
    const destination = { connector: 'files' as const, path: '/' }
    const { ends, there } = await found(['order_a', 'order_b'], {
      forbidden_pairs: [{ source, destination }],
    })
    assert.deepEqual([ends, there], [['policy_denied'], []])
  })
})

describe('the action of a signed request', () => {
  for (const action of RequestAction.options) {
    test(`reaches the move: ${action}`, async () => {
      await using world = await worldUnder({}, {
        change(from) {
          from.pipeline.parameters = { since: { type: 'date' } }
          Object.assign(from.request, { action, parameters: { since: '2026-11-01' } })
        },
      })
      const orders: Order[] = []
      const move = async (order: Order) => {
        orders.push(order)
        return await moveRun(order)
      }
      const { ends } = await run(world, {}, { move })
      assert.deepEqual([orders.map((order) => order.action), ends[0]?.status], [[action], 'succeeded'])
    })
  }
})
