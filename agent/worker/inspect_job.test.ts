import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fromBase64 } from '../../shared/bytes.ts'
import { Fault, type FaultCode } from '../../shared/faults.ts'
import { CatalogueBody } from '../../shared/schemas/catalogue.ts'
import type { InspectJob } from '../../shared/schemas/inspection.ts'
import { schemas } from '../../shared/seal/context.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { readUnverified } from '../../shared/sign/documents.ts'
import { verifyPooled } from '../../shared/trust/authority.ts'
import { orderOf, reader, readerKey } from '../catalogue/inspection_fixture.ts'
import type { AgentEdge, InspectionEnd } from '../edge_client/agent_edge.ts'
import { native as p } from '../primitives.ts'
import { openRecord } from '../runs/open.ts'
import { type Draft, draft, ids, keys, publicOf, start, time, World } from '../runs/world_fixture.ts'
import { readAnchor } from '../trust/anchor.ts'
import { loadLocalPolicy } from '../trust/local_policy.ts'
import { inspectJob } from './inspect_job.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-inspect-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const input = join(folder, 'in')
mkdirSync(input)
writeFileSync(join(input, 'people.csv'), 'id,name\n1,Ada\n')
writeFileSync(join(input, 'wards.csv'), 'ward\n1\n')
const secret = 'path-in-a-secret'
mkdirSync(join(folder, secret))
writeFileSync(
  join(folder, 'local.yaml'),
  `sallyport: 1\nreferences: ["\${env:PLACE}"]\nfiles: ["${folder}"]\n`,
  {
    mode: 0o600,
  },
)

/** A source in the folder, one reader, and a policy that lets what is found go to readers. */
async function world(change: (draft: Draft) => void = () => undefined): Promise<World> {
  const from = draft()
  from.trust.readers = [reader]
  from.policy = {
    allow: [{ direction: 'read', connector: 'files', path: input }],
    relay: { logs: false, catalogue: true },
  }
  from.bodies.source = { config: { path: input, format: 'csv' } }
  change(from)
  const made = new World(from)
  await made.settle()
  return made
}

interface Carrying {
  readonly edge?: Partial<AgentEdge>
  readonly handBack?: AbortSignal
  readonly had?: Map<string, number>
}

async function carryOut(w: World, job: InspectJob, { edge = {}, handBack, had = new Map() }: Carrying = {}) {
  const ends: InspectionEnd[] = []
  await inspectJob(job, {
    footings: w.footings(),
    anchor: w.anchor,
    edge: {
      ...w.edge,
      completeInspection: async (_held: unknown, end: InspectionEnd) => void ends.push(end),
      ...edge,
    } as AgentEdge,
    agentId: ids.agent,
    now: () => w.now,
    of: w.ring,
    localPolicy: () => loadLocalPolicy(join(folder, 'local.yaml'), []),
    env: { PLACE: join(folder, secret) },
    base: folder,
    scratch: join(w.folder, 'scratch'),
    logs: { folder: join(w.folder, 'logs'), level: 'debug' },
    log: { write: () => undefined, hide: () => undefined },
    had,
    handBack: handBack ?? new AbortController().signal,
    pausesMs: [],
  })
  const { refusals } = await readAnchor(w.anchor, w.ring)
  return { end: ends[0], ends, refusals: refusals.map(({ code }) => code) }
}

/** What a reader makes of it. */
function opened(w: World, job: InspectJob, { found }: InspectionEnd) {
  assert.ok(found)
  const { document } = verifyPooled(p, {
    trust: readUnverified(p, 'trust', w.documents.trust.dsse).document,
    deny: [],
    type: 'catalogue',
    pool: 'default',
    dsse: found.document,
  })
  const context = {
    tenant: ids.tenant,
    project: ids.project,
    type: 'catalogue' as const,
    id: job.inspection,
    version: 1,
    schema: schemas.catalogue,
  }
  const { commitment } = document
  return {
    document,
    body: openRecord(found.sealed, { context, keys: [readerKey], commitment, schema: CatalogueBody }),
  }
}

describe('an order to look at a connection', () => {
  test('is carried out, and what was found is sealed to readers and signed by the pool', async () => {
    await using w = await world()
    const job = orderOf(w)
    const { end, refusals } = await carryOut(w, job)
    assert.ok(end)
    assert.deepEqual([end.status, end.count, refusals], ['succeeded', 2, []])
    const { document, body } = opened(w, job, end)
    assert.deepEqual([document.inspection, document.connection.id, document.agent], [
      job.inspection,
      ids.source,
      ids.agent,
    ])
    assert.ok(body.action === 'discover')
    assert.deepEqual(body.streams.map(({ name }) => name), ['people.csv', 'wards.csv'])
    assert.doesNotMatch(JSON.stringify(end), /people|wards/)
  })

  test('asks for the names that are sealed in it alone', async () => {
    await using w = await world()
    const job = orderOf(w, { names: ['w*'] })
    const { end } = await carryOut(w, job)
    assert.ok(end)
    const { body } = opened(w, job, end)
    assert.deepEqual(body.action === 'discover' && body.streams.map(({ name }) => name), ['wards.csv'])
  })

  test('tests what it names: a stream that is missing is a check that failed, not an order that did', async () => {
    await using w = await world()
    const job = orderOf(w, { change: { action: 'test' }, names: ['people.csv', 'none.csv'] })
    const { end } = await carryOut(w, job)
    assert.ok(end)
    assert.deepEqual([end.status, end.count], ['succeeded', 1])
    const { body } = opened(w, job, end)
    assert.ok(body.action === 'test')
    assert.deepEqual(body.checks.map(({ code }) => code), [null, null, 'stream_missing'])
  })

  test('is handed back when the agent stops, and given up when the source fails', async () => {
    await using w = await world()
    const stopped = await carryOut(w, orderOf(w), { handBack: AbortSignal.abort() })
    assert.deepEqual(stopped.end, { status: 'released', count: 0 })
    await using gone = await world((from) => {
      from.bodies.source = { config: { path: join(input, 'no-such-folder'), format: 'csv' } }
    })
    const failed = await carryOut(gone, orderOf(gone))
    assert.deepEqual([failed.end?.status, failed.refusals], ['failed', []])
  })

  test('is told to the edge again until it has heard', async () => {
    await using w = await world()
    let asked = 0
    const told: InspectionEnd[] = []
    await carryOut(w, orderOf(w), {
      edge: {
        completeInspection: async (_held, end) => {
          if (asked++ === 0) throw new Fault('edge_unreachable')
          told.push(end)
        },
      },
    })
    assert.deepEqual(told.map(({ status }) => status), ['succeeded'])
  })

  test('keeps secrets of the connection out of its log', async () => {
    await using w = await world((from) => {
      from.bodies.source = { config: { path: '${env:PLACE}', format: 'csv' } }
      from.policy.allow = [{ direction: 'read', connector: 'files', path: join(folder, secret) }]
    })
    const job = orderOf(w, { change: { action: 'test' }, names: ['none.csv'] })
    const { end } = await carryOut(w, job)
    assert.equal(end?.status, 'succeeded')
    const log = readFileSync(join(w.folder, 'logs', 'runs', `${job.inspection}.log`), 'utf8')
    assert.match(log, /verified, opened and allowed/)
    assert.equal(log.includes(secret), false)
  })
})

interface Case {
  readonly code: FaultCode
  readonly draft?: (draft: Draft) => void
  readonly order?: Parameters<typeof orderOf>[1]
  readonly world?: (world: World) => void
  readonly job?: (job: InspectJob, world: World) => void
}

const signerId = keyId(p, fromBase64(publicOf(keys.signer)))
const other = '0193509f-6e00-7000-8000-0000000000aa'

const cases: Readonly<Record<string, Case>> = {
  'that a stranger has signed': { code: 'signature_invalid', order: { by: keys.stranger } },
  'whose signer may not order runs': {
    code: 'signer_not_allowed',
    draft: (from) => {
      const may = ['connections', 'pipelines', 'publish'] as const
      from.trust.signers = [
        { key: publicOf(keys.signer), owner: 'Ada', may: [...may], projects: ['*'] },
        { key: publicOf(keys.otherSigner), owner: 'Bob', may: ['runs'], projects: ['*'] },
      ]
    },
  },
  'whose signer the floor denies': {
    code: 'denied',
    world: (w) => void w.floor.deny.push(signerId),
  },
  'for a connection that the floor denies': {
    code: 'denied',
    world: (w) => void w.floor.deny.push(ids.source),
  },
  'for another pool': { code: 'request_mismatch', order: { change: { pool: 'other' } } },
  'under another id than its own': {
    code: 'request_mismatch',
    job: (job) => Object.assign(job, { inspection: other }),
  },
  'for another version': {
    code: 'request_mismatch',
    order: { change: { connection: { id: ids.source, version: 1, hash: 'ab'.repeat(32) } } },
  },
  'for a connection that is not listed': {
    code: 'not_in_index',
    order: { change: { connection: { id: other, version: 1, hash: 'ab'.repeat(32) } } },
  },
  'that comes with another connection': {
    code: 'not_at_index',
    job: (job, { documents: { destination } }) =>
      Object.assign(job, { connection: { document: destination.document, sealed: destination.sealed } }),
  },
  'signed by an index that the edge does not show': {
    code: 'index_rolled_back',
    order: { change: { index: 2 } },
  },
  'that has expired': { code: 'request_expired', world: (w) => void (w.now = start + 600_000) },
  'from the future': {
    code: 'request_expired',
    order: { change: { issued: time(start + 700_000), expires: time(start + 800_000) } },
  },
  'whose sealed part is another one': {
    code: 'commitment_mismatch',
    job: (job, w) => Object.assign(job.order, { sealed: orderOf(w, { names: ['x'] }).order.sealed }),
  },
  'while the policy lets nothing leave': {
    code: 'relay_denied',
    draft: ({ policy }) => Object.assign(policy, { relay: { logs: true } }),
  },
  'of whose place the policy allows nothing': {
    code: 'policy_denied',
    draft: ({ policy }) =>
      Object.assign(policy, { allow: [{ direction: 'read', connector: 'files', path: '/other' }] }),
  },
  'to write where the policy allows reading': {
    code: 'policy_denied',
    order: { change: { action: 'test', direction: 'write' } },
  },
  'by a trust document that has expired': {
    code: 'trust_expired',
    world: (w) => void (w.now = start + 31 * 86_400_000),
  },
}

describe('an order is refused, and nothing is looked at,', () => {
  for (const [what, { code, draft: change, order, world: alter, job: altered }] of Object.entries(cases)) {
    test(what, async () => {
      await using w = await world(change)
      alter?.(w)
      await w.settle({ anchor: false })
      const job = orderOf(w, order)
      altered?.(job, w)
      const { end, refusals } = await carryOut(w, job)
      assert.deepEqual(end, { status: 'refused', code, count: 0 })
      assert.equal(refusals.at(-1), code)
    })
  }

  test('that was carried out before by this agent', async () => {
    await using w = await world()
    const had = new Map<string, number>()
    assert.equal((await carryOut(w, orderOf(w), { had })).end?.status, 'succeeded')
    assert.equal((await carryOut(w, orderOf(w), { had })).end?.code, 'trigger_used')
  })

  test('that nobody could read the answer of: it fails, and is no refusal', async () => {
    await using w = await world(({ trust }) => void (trust.readers = []))
    const { end, refusals } = await carryOut(w, orderOf(w))
    assert.deepEqual([end?.status, end?.code, refusals], ['failed', 'readers_missing', []])
  })
})
