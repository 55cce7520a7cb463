/** What a load keeps for the next one: refused rows, slices that last, the state of its target. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Destination, Load, Rejected, RejectedRow } from '../connector.ts'
import { standard } from '../load_fixture.ts'
import { bytesOf, loaded, loadOf, signal, sliceOf } from './world_fixture.ts'

export interface ModesSubject {
  destination(): Destination
  run(...statements: readonly string[]): void
  rows(sql: string): unknown[][]
}

export const row = (id: number, v: string, at = '2026-01-01 00:00:00+00') => `${id},${v},${at}\n`
export const three = row(1, 'a') + row(2, 'b') + row(3, 'c')

/** What the suites do with a place; names of targets begin with `prefix`. */
export function toolsOf(subject: () => ModesSubject, prefix: string) {
  let targets = 0
  return {
    newTarget: () => `${prefix}${targets++}`,
    load: async (given: Partial<Load> & Pick<Load, 'target'>, csv: string, keys?: string) => {
      await using destination = subject().destination()
      return await loaded(destination, loadOf(given), { csv, ...(keys === undefined ? {} : { keys }) })
    },
    all: (target: string) => subject().rows(`select id, v from "${target}" order by 1, 2`),
    leftovers: () =>
      subject().rows(
        `select name from sqlite_schema where name like 'sallyport_stage%' or name like 'sallyport_keys%'`,
      ),
  }
}

export function loadsThatLast(name: string, subject: () => ModesSubject): void {
  const { newTarget, load, all, leftovers } = toolsOf(subject, 'l')

  describe(`${name}: rows that were refused`, () => {
    test('are stored beside the target, in the commit', async () => {
      const target = newTarget()
      const refused: RejectedRow = {
        slice: '0',
        row: 2,
        column: 'v',
        code: 'value_refused',
        source: '{"v":"x"}',
      }
      const rejected: Rejected = {
        count: 1,
        async *rows() {
          yield await Promise.resolve(refused)
        },
      }
      await using destination = subject().destination()
      const wanted = loadOf({ target, mode: 'append', quarantine: true })
      await loaded(destination, wanted, { csv: three, rejected })
      const rows = subject().rows(
        `select run, stream, slice, "row", "column", code, source, at from ${target}__quarantine`,
      )
      const at = '2026-11-22 08:30:00.123456+00'
      assert.deepEqual(rows, [[wanted.runId, 0n, '0', 2n, 'v', 'value_refused', '{"v":"x"}', at]])
      await assert.rejects(
        loaded(destination, loadOf({ target, mode: 'append' }), {
          csv: three,
          rejected: { ...rejected, count: 2 },
        }),
        { code: 'rows_lost' },
      )
      assert.equal(subject().rows(`select count(*) from ${target}`)[0]?.[0], 3n)
    })
  })

  describe(`${name}: slices that last`, () => {
    const intent = { upTo: '9', slices: ['a', 'b'], resumable: true }

    test('are there for a later attempt of the run, and are not written twice', async () => {
      for (const mode of ['append', 'replace', 'merge'] as const) {
        const target = newTarget()
        await load({ target, mode, key: ['id'] }, row(9, 'old'))
        const wanted = loadOf({ target, mode, key: ['id'] })
        {
          await using destination = subject().destination()
          await using loading = await destination.begin(wanted, signal)
          await loading.prepare(intent, signal)
          await loading.write(sliceOf('a'), 'csv', bytesOf(three))
        }
        assert.deepEqual(all(target), [[9n, 'old']])
        await using destination = subject().destination()
        await using loading = await destination.begin({ ...wanted, fence: 2 }, signal)
        assert.deepEqual(loading.intent, intent)
        await loading.prepare(intent, signal)
        assert.deepEqual([...loading.done], [['a', { rows: 3, bytes: three.length }]])
        await loading.write(sliceOf('b'), 'csv', bytesOf(row(4, 'd')))
        const committed = await loading.commit({
          runId: wanted.runId,
          rows: 4,
          cursor: { column: 'id', value: '9' },
        }, null)
        assert.equal(committed.rows, 4)
        assert.equal(all(target).length, mode === 'replace' ? 4 : 5)
        assert.deepEqual(leftovers(), [])
      }
    })

    test('of another intent are dropped, and those of another run are swept', async () => {
      const target = newTarget()
      const wanted = loadOf({ target, mode: 'append' })
      const stage = async (given: Load, slices: string[]) => {
        await using destination = subject().destination()
        await using loading = await destination.begin(given, signal)
        await loading.prepare({ ...intent, slices }, signal)
        assert.equal(loading.done.size, 0)
        await loading.write(sliceOf('a'), 'csv', bytesOf(three))
      }
      await stage(wanted, ['a', 'b'])
      await stage({ ...wanted, fence: 2 }, ['a', 'c'])
      await stage({ ...wanted, fence: 3, columns: [...standard].reverse() }, ['a', 'c']).catch(() =>
        undefined
      )
      await load({ target, mode: 'append' }, three)
      assert.equal(all(target).length, 3)
      assert.deepEqual(leftovers(), [])
      assert.deepEqual(subject().rows('select count(*) from sallyport_slices'), [[0n]])
    })

    test('keep what was set out to read although nothing else lasts', async () => {
      const target = newTarget()
      const wanted = loadOf({ target, mode: 'append' })
      const kept = { upTo: '7', slices: ['0'], resumable: false }
      {
        await using destination = subject().destination()
        await using loading = await destination.begin(wanted, signal)
        await loading.prepare(kept, signal)
      }
      await using destination = subject().destination()
      await using loading = await destination.begin({ ...wanted, fence: 2 }, signal)
      assert.deepEqual(loading.intent, kept)
      assert.equal(loading.done.size, 0)
    })
  })

  describe(`${name}: the state of a target`, () => {
    test('is what the last commit left, and nothing after a reset', async () => {
      const target = newTarget()
      const wanted = loadOf({ target, mode: 'append' })
      await using destination = subject().destination()
      {
        await using loading = await destination.begin(wanted, signal)
        await loading.prepare({ upTo: '3', slices: ['0'], resumable: false }, signal)
        await loading.write(sliceOf(), 'csv', bytesOf(three))
        await loading.commit({ runId: wanted.runId, rows: 3, cursor: { column: 'ID', value: '3' } }, null)
      }
      await using next = subject().destination()
      {
        await using loading = await next.begin(loadOf({ target, mode: 'append' }), signal)
        assert.deepEqual(loading.state, {
          runId: wanted.runId,
          rows: 3,
          cursor: { column: 'ID', value: '3' },
        })
        assert.equal(loading.intent, null)
      }
      await using loading = await next.begin(loadOf({ target, mode: 'append', reset: true }), signal)
      assert.equal(loading.state, null)
    })
  })
}
