import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Load, Loading } from '../connector.ts'
import { bytesOf } from '../load_fixture.ts'
import { begun, type Case, cases, committed, rowsOf, skip, slicesOf, sorted } from './fencing_fixture.ts'
import { intentOf, loadOf, sliceOf, TestFolder } from './folder_fixture.ts'

const { signal } = new AbortController()

/** All orders in which steps of two can come, each one's own in theirs: who is next. */
function orders(first: number, second: number): (0 | 1)[][] {
  if (first === 0) return [Array.from({ length: second }, () => 1)]
  if (second === 0) return [Array.from({ length: first }, () => 0)]
  return [
    ...orders(first - 1, second).map((rest): (0 | 1)[] => [0, ...rest]),
    ...orders(first, second - 1).map((rest): (0 | 1)[] => [1, ...rest]),
  ]
}

/** Goes on step by step; ends once it is told that it was overtaken. */
class Attempt {
  loading: Loading | null = null
  over = false
  readonly steps: readonly ((load: Load) => Promise<unknown>)[]

  constructor(folder: TestFolder, one: Case, name: string) {
    const slices = slicesOf(name)
    const ours = () => this.loading as Loading
    this.steps = [
      async (load) => {
        this.loading = await begun(folder, one, load)
        this.over = this.loading.committed !== null
      },
      async () => {
        await ours().prepare({ ...intentOf('a', 'b'), resumable: false }, signal)
        await ours().write(sliceOf('a'), 'csv', bytesOf(slices.a))
      },
      () => ours().write(sliceOf('b'), 'csv', bytesOf(slices.b)),
      (load) => committed(ours(), load),
    ]
  }

  async step(at: number, load: Load): Promise<void> {
    if (at === this.steps.length) return await this.loading?.[Symbol.asyncDispose]()
    if (this.over) return
    try {
      await this.steps[at]?.(load)
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'run_superseded')
      this.over = true
    }
  }
}

test(
  'two attempts whose steps come in any order leave the whole result of one',
  { skip, timeout: 120_000 },
  async () => {
    const all = orders(5, 5)
    for (const [number, order] of all.entries()) {
      const one = cases[number % cases.length] as Case
      using folder = new TestFolder()
      const load = loadOf(one)
      const attempts = [new Attempt(folder, one, 'first'), new Attempt(folder, one, 'second')] as const
      const done: [number, number] = [0, 0]
      for (const who of order) await attempts[who].step(done[who]++, { ...load, fence: who + 1 })
      const committedFirst = order.join('').split('1')[0]!.length >= 4
      assert.deepEqual(await sorted(folder, one), rowsOf(committedFirst ? 'first' : 'second'), order.join(''))
      assert.deepEqual(folder.files().filter((name) => name.endsWith('.part')), [], order.join(''))
      assert.equal(folder.manifest(one.target).loads.length, 1)
      assert.equal(folder.manifest(one.target).files.length, folder.files().length)
    }
  },
)
