import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { z } from 'zod'
import { requestOf, tenant } from '../trust/trust_fixture.ts'
import { Anchor, PipelineAnchor } from './anchor.ts'
import { Day, Id, Key, Line, Name, Time } from './fields.ts'
import { Floor } from './floor.ts'
import { Catalogue, Inspection } from './inspection.ts'
import { Enrolment, Receipt, RunLog } from './receipt.ts'
import { Request } from './request.ts'
import { Ring } from './ring.ts'

const home = tenant()
const { tenant: id, project } = home.ids
const key = home.signer.key
const hash = 'a'.repeat(64)
const time = '2026-11-22T12:00:00.000Z'

const kept = {
  id: project,
  pipeline: project,
  trigger: 'api',
  day: '2026-11-22',
  attempts: 1,
  ended: null,
  until: time,
}
const documents: Record<
  string,
  { schema: z.ZodType; good: Record<string, unknown>; wrong: Record<string, unknown>[] }
> = {
  request: {
    schema: Request,
    good: requestOf(home),
    wrong: [
      { expires: requestOf(home).issued },
      { expires: '2026-11-23T12:00:00.001Z' },
      { action: 'destroy' },
      { parameters: { Region: 'eu' } },
      { parameters: { region: 1 } },
      { parameters: { region: 'a\0b' } },
      { nonce: 'ff' },
      { index: 0 },
    ],
  },
  ring: {
    schema: Ring,
    good: {
      type: 'ring',
      tenant: id,
      pool: 'default',
      pin: { tenant: id, version: 1, hash },
      sealing: [{ kid: 'b'.repeat(32), suite: 1, private: key, state: 'active', created: time }],
      pool_key: key,
      state_key: key,
      mask_key: key,
    },
    wrong: [
      { pin: { tenant: project, version: 1, hash } },
      { sealing: [] },
      {
        sealing: [1, 2].map(() => ({
          kid: 'b'.repeat(32),
          suite: 1,
          private: key,
          state: 'active',
          created: time,
        })),
      },
      { state_key: 'short' },
    ],
  },
  floor: {
    schema: Floor,
    good: {
      type: 'floor',
      tenant: id,
      trust: { version: 1, hash },
      index: { [project]: { number: 1, hash } },
      deny: [id],
    },
    wrong: [{ deny: ['nobody'] }, { deny: [id, id] }, { index: { here: { number: 1, hash } } }, {
      trust: null,
    }],
  },
  anchor: {
    schema: Anchor,
    good: {
      type: 'anchor',
      tenant: id,
      pool: 'default',
      generation: 0,
      lost: null,
      clock: null,
      trust: null,
      index: {},
      pipelines: { [project]: { since: time, kept: true } },
      state: {},
      checkpoint: null,
      refused: { policy_denied: { count: 1, first: { at: time, run: null }, last: { at: time, run: null } } },
      refusals: [{ at: time, code: 'policy_denied', run: null }],
    },
    wrong: [
      { generation: -1 },
      { generation: 2 ** 53 },
      { pipelines: { here: { since: time, kept: true } } },
      { pipelines: { [project]: { since: time } } },
      { refusals: Array.from({ length: 101 }, () => ({ at: time, code: 'denied', run: null })) },
      { refusals: [{ at: time, code: 'a value: 7', run: null }] },
      {
        refused: {
          'a value: 7': { count: 1, first: { at: time, run: null }, last: { at: time, run: null } },
        },
      },
    ],
  },
}

documents['pipeline anchor'] = {
  schema: PipelineAnchor,
  good: {
    type: 'pipeline_anchor',
    tenant: id,
    pool: 'default',
    pipeline: project,
    generation: 1,
    clock: null,
    fired: null,
    runs: [kept],
  },
  wrong: [
    { runs: [{ ...kept, attempts: -1 }] },
    { runs: [{ ...kept, day: '2026-02-30' }] },
    { runs: [{ ...kept, trigger: 'rewrap' }] },
    { fired: '2026-11-22' },
  ],
}
documents['receipt'] = {
  schema: Receipt,
  good: {
    type: 'receipt',
    tenant: id,
    pool: 'default',
    agent: id,
    trust: { version: 1, hash },
    index: { [project]: { number: 1, hash } },
    kids: ['b'.repeat(32)],
    log: null,
    issued: time,
  },
  wrong: [
    { kids: ['b'.repeat(32), 'b'.repeat(32)] },
    { log: { size: 0, root: key } },
    { index: { here: { number: 1, hash } } },
  ],
}
documents['enrolment'] = {
  schema: Enrolment,
  good: {
    type: 'enrolment',
    tenant: id,
    pool: 'default',
    agent_key: key,
    edge: 'https://edge.example',
    challenge: 'v1.abc',
    expires: time,
  },
  wrong: [{ agent_key: 'short' }, { challenge: 'a\nb' }, { edge: '' }],
}
documents['run log'] = {
  schema: RunLog,
  good: {
    type: 'log',
    tenant: id,
    project,
    pool: 'default',
    run: id,
    pipeline: project,
    agent: id,
    fence: 1,
    commitment: hash,
  },
  wrong: [{ fence: 0 }, { commitment: 'x' }],
}
const inspected = { id, version: 1, hash }
documents['inspection'] = {
  schema: Inspection,
  good: {
    type: 'inspection',
    tenant: id,
    project,
    action: 'discover',
    direction: 'read',
    pool: 'default',
    index: 1,
    connection: inspected,
    nonce: 'a'.repeat(32),
    issued: time,
    expires: new Date(Date.parse(time) + 600_000).toISOString(),
    commitment: hash,
  },
  wrong: [
    { direction: 'write' },
    { action: 'query' },
    { connection: { id, hash } },
    { expires: time },
    { expires: new Date(Date.parse(time) + 600_001).toISOString() },
  ],
}
documents['catalogue'] = {
  schema: Catalogue,
  good: {
    type: 'catalogue',
    tenant: id,
    project,
    pool: 'default',
    action: 'discover',
    connection: inspected,
    inspection: id,
    agent: id,
    issued: time,
    commitment: hash,
  },
  wrong: [{ connection: { ...inspected, version: 0 } }, { inspection: null }, { commitment: 'x' }],
}

describe('documents that agents and people keep', () => {
  for (const [name, { schema, good, wrong }] of Object.entries(documents)) {
    test(`${name}: takes its shape, and no other`, () => {
      assert.equal(schema.safeParse(good).success, true)
      for (const change of wrong) {
        assert.equal(schema.safeParse({ ...good, ...change }).success, false, JSON.stringify(change))
      }
      assert.equal(schema.safeParse({ ...good, unknown: 1 }).success, false)
      for (const field of Object.keys(good)) {
        const { [field]: _, ...rest } = good
        assert.equal(schema.safeParse(rest).success, false, `without ${field}`)
      }
    })
  }
})

describe('fields', () => {
  const cases: [z.ZodType, string[], string[]][] = [
    [Id, [id], [id.toUpperCase(), `${id} `, id.replaceAll('-', ''), `${id}\n`]],
    [Time, [time], [
      '2026-11-22T12:00:00Z',
      '2026-11-22T12:00:00.000+00:00',
      '2026-11-31T12:00:00.000Z',
      `${time}\n`,
    ]],
    [Day, ['2028-02-29'], ['2027-02-29', '2026-11-2', '2026-13-01']],
    [Key, [key], [key.slice(1), `${key}=`, key.replace(/.=$/, 'B='), `${key}\n`]],
    [Name, ['orders', 'a.b-c_1'], ['', '-a', 'a b', 'a/b', 'ордеры', 'a\n', 'a'.repeat(64)]],
    [Line, ['Ada Lovelace', 'Zoë 🙂'], ['', 'a\nb', 'a\u202eb', 'a\u2028b', 'a\u0000', 'a'.repeat(201)]],
  ]
  test('have one spelling, and no sign that changes how a text reads', () => {
    for (const [schema, good, wrong] of cases) {
      for (const text of good) assert.equal(schema.safeParse(text).success, true, text)
      for (const text of wrong) assert.equal(schema.safeParse(text).success, false, JSON.stringify(text))
    }
  })
})
