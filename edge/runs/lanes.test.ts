/** Turns, priorities and limits, whatever the order of events and however many instances take part. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { kinds, testStorage } from '../db/storage_fixture.ts'
import { STEP_MS } from './lanes.ts'
import { tenant, Yard } from './lanes_fixture.ts'

async function yard(act: (yard: Yard) => Promise<void>, kind = kinds[0]): Promise<void> {
  await using fixture = await testStorage(kind ?? 'embedded')
  await act(new Yard(fixture.storage))
}

type Word =
  | { readonly kind: 'add'; readonly project: string; readonly line: number; readonly priority: number }
  | { readonly kind: 'add later'; readonly project: string; readonly line: number }
  | { readonly kind: 'claim'; readonly instance: 0 | 1 }
  | { readonly kind: 'end' | 'retry' | 'cancel'; readonly which: number }
  | { readonly kind: 'limit'; readonly scope: string; readonly most: number | null }
  | { readonly kind: 'time' }

const project = fc.constantFrom('a', 'b', 'c')
const line = fc.nat(2)
const scope = fc.constantFrom(
  ...['tenant', 'pool:default', 'pipeline:a-0', 'pipeline:b-1', 'connection:a-warehouse'],
  ...['connection:b-warehouse', 'connection:a-0-source', 'connection:a-1-source', 'connection:c-2-source'],
)
const word: fc.Arbitrary<Word> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('add' as const), project, line, priority: fc.nat(9) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('add later' as const), project, line }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      instance: fc.constantFrom(0 as const, 1 as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('end' as const, 'retry' as const, 'cancel' as const),
      which: fc.nat(50),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('limit' as const),
      scope,
      most: fc.option(fc.integer({ min: 1, max: 3 })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('time' as const) }) },
)

async function say(one: Word, s: Yard): Promise<void> {
  switch (one.kind) {
    case 'add': {
      const { project, line, priority } = one
      await s.add({ project, pipeline: `${project}-${line}`, priority })
      return
    }
    case 'add later':
      await s.add({ project: one.project, pipeline: `${one.project}-${one.line}`, in: 30_000 })
      return
    case 'claim': {
      const before = await s.claimable()
      const found = await s.claim(one.instance)
      assert.equal(found === null, before.length === 0, `${found?.id} of ${before}`)
      if (found !== null) assert.ok(before.includes(found.id), `${found.id} of ${before}`)
      return
    }
    case 'limit':
      return await s.limit(one.scope, one.most)
    case 'time':
      s.now += 40_000
      return
    default:
      return await end(one, s)
  }
}

async function end(
  { kind, which }: { readonly kind: string; readonly which: number },
  s: Yard,
): Promise<void> {
  const state = kind === 'cancel' ? "= 'queued'" : "IN ('leased', 'running')"
  const held = await s.rows(`SELECT id FROM run WHERE +state ${state} ORDER BY id`)
  const id = held[which % Math.max(1, held.length)]?.id
  if (id === undefined) return
  if (kind === 'end') return await s.complete(id)
  if (kind === 'cancel') return await s.move(id, { kind: 'cancel' }, { finished: s.now })
  await s.move(id, { kind: 'complete', status: 'released', retry: false }, { due: s.now + 10_000 })
}

test('whatever happens, a claim gets a run that no limit holds back, whenever there is one', async () => {
  await yard(async (s) => {
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 60 }), async (words) => {
        for (const table of ['run', 'run_line', 'run_lane', 'run_limit']) {
          await s.write({ sql: `DELETE FROM ${table}`, parameters: [], reads: false })
        }
        for (const one of words) {
          await say(one, s)
          await s.checkBooks()
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('projects take turns', () => {
  test('one with a thousand runs is one claim ahead of one with five at most', async () => {
    await yard(async (s) => {
      await s.fill(1000, (i) => ({ project: 'many', pipeline: `many-${i % 7}` }))
      await s.fill(5, () => ({ project: 'few' }))
      const got: string[] = []
      for (let i = 0; i < 10; i++) got.push((await s.claim(i % 2 === 0 ? 0 : 1))?.project ?? '')
      for (let i = 1; i <= got.length; i++) {
        const few = got.slice(0, i).filter((one) => one === 'few').length
        assert.ok(Math.abs(i - 2 * few) <= 1, got.join())
      }
    })
  })

  test('whatever they have in line: no two that have runs all along are more than a claim apart', async () => {
    const arrivals = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 12 })))
    await yard(async (s) => {
      await fc.assert(
        fc.asyncProperty(arrivals, fc.integer({ min: 2, max: 30 }), async (list, claims) => {
          for (const table of ['run', 'run_line', 'run_lane']) {
            await s.write({ sql: `DELETE FROM ${table}`, parameters: [], reads: false })
          }
          const left = new Map<string, number>()
          for (const [project, count] of list) {
            left.set(project, (left.get(project) ?? 0) + count)
            await s.fill(count, (i) => ({ project, pipeline: `${project}-${i % 3}` }))
          }
          const served = new Map<string, number>([...left.keys()].map((project) => [project, 0]))
          for (let i = 0; i < claims; i++) {
            const found = await s.claim(i % 2 === 0 ? 0 : 1)
            if (found === null) break
            served.set(found.project, (served.get(found.project) ?? 0) + 1)
            const busy = [...served].filter(([project, count]) => count < (left.get(project) ?? 0))
            const counts = busy.map(([, count]) => count)
            if (counts.length > 1) {
              assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, String([...served]))
            }
          }
        }),
        { numRuns: 25 },
      )
    })
  })

  test('one that comes back after a while has saved up nothing', async () => {
    await yard(async (s) => {
      await s.add({ project: 'rare' })
      await s.claim()
      await s.fill(50, () => ({ project: 'busy' }))
      for (let i = 0; i < 30; i++) await s.claim()
      await s.fill(20, () => ({ project: 'rare' }))
      const got: string[] = []
      for (let i = 0; i < 10; i++) got.push((await s.claim())?.project ?? '')
      assert.equal(got.filter((one) => one === 'rare').length, 5, got.join())
    })
  })

  test('that had nothing for any agent that asked has saved up three turns and no more', async () => {
    await yard(async (s) => {
      const sql = "INSERT INTO pipeline_label (tenant, pipeline, label) VALUES (?, 'waits-1', 'gpu')"
      await s.write({ sql, parameters: [tenant], reads: false })
      await s.add({ project: 'waits' })
      await s.fill(60, () => ({ project: 'busy' }))
      for (let i = 0; i < 30; i++) assert.equal((await s.claim())?.project, 'busy')
      await s.fill(20, () => ({ project: 'waits', pipeline: 'waits-2' }))
      const got: string[] = []
      for (let i = 0; i < 13; i++) got.push((await s.claim())?.project ?? '')
      assert.equal(got.filter((one) => one === 'waits').length, 8, got.join())
    })
  })
})

describe('in a project', () => {
  test('the higher priority goes first, and nothing that is due 45 minutes later goes before anything', async () => {
    const runs = fc.array(fc.tuple(fc.nat(9), fc.nat(90), fc.nat(3)), { minLength: 2, maxLength: 25 })
    await yard(async (s) => {
      await fc.assert(
        fc.asyncProperty(runs, async (list) => {
          for (const table of ['run', 'run_line', 'run_lane']) {
            await s.write({ sql: `DELETE FROM ${table}`, parameters: [], reads: false })
          }
          const start = s.now
          const made = new Map<string, { priority: number; due: number }>()
          for (const [priority, minutes, line] of list) {
            s.now = start + minutes * 60_000
            made.set(await s.add({ priority, pipeline: `a-${line}` }), { priority, due: s.now })
          }
          s.now = start + 91 * 60_000
          const got: { priority: number; due: number }[] = []
          for (const _ of list) got.push(made.get((await s.claim())?.id ?? '') as typeof got[number])
          got.forEach((one, i) => {
            for (const later of got.slice(i + 1)) {
              assert.ok(one.due - later.due <= 9 * STEP_MS)
              if (one.due >= later.due) assert.ok(one.priority >= later.priority)
            }
          })
        }),
        { numRuns: 25 },
      )
    })
  })
})

describe('a limit', () => {
  for (const kind of kinds) {
    test(`is passed by nobody where two instances claim at once, on the ${kind} storage`, async () => {
      await yard(async (s) => {
        await s.limit('connection:a-warehouse', 3)
        await s.limit('pipeline:b-1', 2)
        await s.fill(20, (i) => ({ project: 'a', pipeline: `a-${i % 5}` }))
        await s.fill(20, () => ({ project: 'b' }))
        // Both look before either claims, so that each knows nothing of what the other has found.
        const taken: string[] = []
        for (let round = 0; round < 6; round++) {
          const found = await Promise.all(
            ([0, 0, 0, 0, 1, 1, 1, 1] as const).map(async (of) => ({ of, run: await s.look(of) })),
          )
          await Promise.all(found.map(async ({ of, run }) => {
            if (run === null) return
            if (await s.take(run)) taken.push(run.project)
            s.instances[of].release(run.id)
          }))
          await s.checkBooks()
        }
        assert.deepEqual([taken.filter((one) => one === 'a').length, taken.length], [3, 5])
      }, kind)
    })
  }

  test('holds back those that it is of, and nobody behind them; what waits takes its turn as it has room', async () => {
    await yard(async (s) => {
      await s.limit('connection:shared', 1)
      await s.fill(1200, (i) => ({ pipeline: `a-${i}`, source: 'shared' }))
      s.now += 1000
      const free = await s.add({ pipeline: 'a-free' })
      const first = await s.claim()
      assert.equal((await s.claim())?.id, free)
      assert.equal(await s.claim(), null)
      await s.complete(first?.id as string)
      const second = await s.claim(1)
      assert.deepEqual([second?.source, await s.claim()], ['shared', null])
      await s.limit('connection:shared', 3)
      assert.deepEqual([(await s.claim())?.source, (await s.claim(1))?.source, await s.claim()], [
        'shared',
        'shared',
        null,
      ])
      await s.limit('connection:shared', null)
      for (let i = 0; i < 5; i++) assert.ok(await s.claim())
    })
  })

  test('that is set below what is in hand lets nothing through until it has room', async () => {
    await yard(async (s) => {
      await s.fill(4, () => ({}))
      const held = [await s.claim(), await s.claim(), await s.claim()]
      await s.limit('tenant', 2)
      for (const one of held.slice(0, 2)) {
        assert.equal(await s.claim(), null)
        await s.complete(one?.id as string)
      }
      assert.ok(await s.claim())
    })
  })

  test('counts by connection, though a pipeline of another pool uses it', async () => {
    await yard(async (s) => {
      await s.limit('connection:x', 1)
      await s.add({ pipeline: 'a-1', source: 'x' })
      await s.add({ pipeline: 'a-2', destination: 'x', pool: 'other' })
      assert.ok(await s.claim())
      assert.equal(await s.claim(0, 'other'), null)
    })
  })
})

test('a look asks two questions and writes nothing, with ten runs in line or with three thousand', async () => {
  await yard(async (s) => {
    for (const project of ['a', 'b', 'c']) await s.add({ project })
    const asked = async () => {
      let count = 0
      const counting = new Yard({
        ...{ write: () => Promise.reject(new Error('wrote')), counts: () => s.storage.counts() },
        close: () => Promise.resolve(),
        read: (statement) => {
          count++
          return s.storage.read(statement)
        },
      })
      counting.now = s.now
      assert.ok(await counting.look())
      return count
    }
    assert.equal(await asked(), 2)
    for (const project of [() => 'a', () => 'b', (i: number) => `p${i}`]) {
      await s.fill(1000, (i) => ({ project: project(i), pipeline: `${project(i)}-${i}` }))
    }
    assert.equal(await asked(), 2)
  })
})
