import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ids, start, time } from '../runs/world_fixture.ts'
import { anchorAt, makeAnchor, readAnchor, remakeAnchor, updateAnchor } from './anchor.ts'
import { remembered, wasSeen } from './anchor_memory.ts'
import { enterPipeline, readPipelineAnchor, updatePipelineAnchor } from './pipeline_anchor.ts'

const of = { tenant: ids.tenant, pool: 'default', pipeline: ids.pipeline }
const entered = { since: time(start - 1000), now: start }

const run = {
  id: ids.source,
  pipeline: ids.pipeline,
  trigger: 'api',
  day: '2026-11-22',
  attempts: 1,
  ended: null,
  until: time(start + 86_400_000),
} as const

/** An anchor in a folder of its own, as agents with memories see it. */
class Pool implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'sallyport-anchor-'))
  readonly path = join(this.folder, 'anchor.json')
  readonly object = join(this.folder, 'anchor.d', `pipeline-${ids.pipeline}.json`)
  readonly bare = anchorAt(`file:${this.path}`)

  agent(name: string) {
    return remembered(this.bare, { folder: join(this.folder, name), keep: true })
  }

  async settle(): Promise<this> {
    await makeAnchor(this.bare, of)
    return this
  }

  /** What a file is now, to be put back later. */
  keep(path: string): () => void {
    const text = readFileSync(path, 'utf8')
    return () => writeFileSync(path, text, { mode: 0o600 })
  }

  [Symbol.dispose]() {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

const withRun = (object: Parameters<Parameters<typeof updatePipelineAnchor>[2]>[0]) => ({
  ...object,
  runs: [...object.runs, run],
})

describe('a pipeline that is entered', () => {
  test('is listed since it was first known, has an empty object, and is entered once', async () => {
    using pool = await new Pool().settle()
    const root = await enterPipeline(pool.bare, of, entered)
    assert.deepEqual(root.pipelines, { [ids.pipeline]: { since: entered.since, kept: true } })
    assert.deepEqual((await readPipelineAnchor(pool.bare, of))?.runs, [])
    await updatePipelineAnchor(pool.bare, of, withRun)
    const again = await enterPipeline(pool.bare, of, { since: time(start), now: start + 5000 })
    assert.equal(again.generation, root.generation)
    assert.equal((await readPipelineAnchor(pool.bare, of))?.runs.length, 1)
  })

  test('goes on where an agent was killed after the object was made', async () => {
    using pool = await new Pool().settle()
    const before = pool.keep(pool.path)
    await enterPipeline(pool.bare, of, entered)
    before()
    const root = await enterPipeline(pool.bare, of, entered)
    assert.equal(root.pipelines[ids.pipeline]?.kept, true)
  })

  test('and is lost afterwards stops its runs', async () => {
    using pool = await new Pool().settle()
    await enterPipeline(pool.bare, of, entered)
    rmSync(pool.object)
    await enterPipeline(pool.bare, of, entered)
    await assert.rejects(updatePipelineAnchor(pool.bare, of, withRun), { code: 'anchor_missing' })
  })

  test('beside a root that has forgotten it shows that the root is an old one', async () => {
    using pool = await new Pool().settle()
    const before = pool.keep(pool.path)
    await enterPipeline(pool.bare, of, entered)
    await updatePipelineAnchor(pool.bare, of, withRun)
    before()
    await assert.rejects(enterPipeline(pool.bare, of, entered), { code: 'anchor_rolled_back' })
    rmSync(pool.path)
    await makeAnchor(pool.bare, of)
    await assert.rejects(enterPipeline(pool.bare, of, entered), { code: 'anchor_rolled_back' })
  })

  test("of another tenant's is refused", async () => {
    using pool = await new Pool().settle()
    await enterPipeline(pool.bare, of, entered)
    const other = readFileSync(pool.object, 'utf8').replace(ids.pipeline, ids.source)
    writeFileSync(pool.object, other, { mode: 0o600 })
    await assert.rejects(updatePipelineAnchor(pool.bare, of, withRun), { code: 'ring_mismatch' })
  })
})

describe('an agent that has seen a newer anchor', () => {
  test('refuses the older one, root and pipeline alike', async () => {
    using pool = await new Pool().settle()
    const agent = pool.agent('one')
    await enterPipeline(agent, of, entered)
    const back = [pool.keep(pool.path), pool.keep(pool.object)]
    await updateAnchor(agent, of, (anchor) => ({ ...anchor, trust: { version: 1, hash: 'a'.repeat(64) } }))
    await updatePipelineAnchor(agent, of, withRun)
    back[0]!()
    await assert.rejects(readAnchor(agent, of), { code: 'anchor_rolled_back' })
    back[1]!()
    await assert.rejects(readPipelineAnchor(agent, of), { code: 'anchor_rolled_back' })
    await readAnchor(pool.agent('that has seen nothing'), of)
  })

  test('refuses another content under the generation that it has seen', async () => {
    using pool = await new Pool().settle()
    const agent = pool.agent('one')
    const back = pool.keep(pool.path)
    await updateAnchor(agent, of, (anchor) => ({ ...anchor, clock: time(start) }))
    back()
    await updateAnchor(pool.bare, of, (anchor) => ({ ...anchor, clock: time(start + 1) }))
    await assert.rejects(readAnchor(agent, of), { code: 'anchor_rolled_back', message: /another content/ })
  })

  test('refuses the empty one that was made where it was deleted', async () => {
    using pool = await new Pool().settle()
    const agent = pool.agent('one')
    await updateAnchor(agent, of, (anchor) => ({ ...anchor, clock: time(start) }))
    rmSync(pool.path)
    await makeAnchor(pool.bare, of)
    await assert.rejects(readAnchor(agent, of), { code: 'anchor_rolled_back' })
  })

  test('is no hindrance to who looks on, and learns nothing by it', async () => {
    using pool = await new Pool().settle()
    const folder = join(pool.folder, 'one')
    await readAnchor(remembered(pool.bare, { folder, keep: false }), of)
    assert.equal(wasSeen(folder, of), false)
    await readAnchor(pool.agent('one'), of)
    assert.equal(wasSeen(folder, of), true)
    assert.equal(wasSeen(folder, { ...of, pool: 'other' }), false)
  })

  test('takes no read that is overtaken by a write for an older anchor', async () => {
    using pool = await new Pool().settle()
    const agent = pool.agent('one')
    const step = () =>
      updateAnchor(agent, of, (anchor) => ({ ...anchor, clock: time(start + anchor.generation) }))
    await Promise.all(Array.from({ length: 20 }, (_, i) => i % 2 === 0 ? step() : readAnchor(agent, of)))
    assert.equal((await readAnchor(agent, of)).generation, 10)
  })
})

describe('an anchor that is made anew after a loss', () => {
  test('is newer to every agent, keeps what there is, and takes its pipelines up again with their runs', async () => {
    using pool = await new Pool().settle()
    const agent = pool.agent('one')
    await enterPipeline(agent, of, entered)
    await updatePipelineAnchor(agent, of, withRun)
    const back = pool.keep(pool.object)
    await updatePipelineAnchor(agent, of, withRun)
    back()
    await assert.rejects(updatePipelineAnchor(agent, of, withRun), { code: 'anchor_rolled_back' })

    const now = start + 60_000
    const made = await remakeAnchor(pool.bare, of, now)
    assert.equal(made.lost, time(now))
    assert.deepEqual(made.pipelines, { [ids.pipeline]: { since: entered.since, kept: false } })
    await enterPipeline(agent, of, { since: time(now), now })
    const object = await updatePipelineAnchor(agent, of, withRun)
    assert.equal(object.runs.length, 2)
    assert.ok(object.generation > now)
    back()
    await assert.rejects(updatePipelineAnchor(agent, of, withRun), { code: 'anchor_rolled_back' })
  })

  test('is made where there is none, or none that can be read, but not in the place of another tenant’s', async () => {
    using pool = new Pool()
    await makeAnchor(pool.bare, { ...of, pool: 'other' })
    await assert.rejects(remakeAnchor(pool.bare, of, start), { code: 'ring_mismatch' })
    writeFileSync(pool.path, '{"type":"anchor"', { mode: 0o600 })
    const agent = pool.agent('one')
    await remakeAnchor(pool.bare, of, start)
    assert.equal((await readAnchor(agent, of)).generation, start)
    await enterPipeline(agent, of, entered)
    await remakeAnchor(pool.bare, of, start - 1000)
    assert.ok((await readAnchor(agent, of)).generation > start, 'also by a clock that is behind')
  })
})

test('agents of one pool, each a process, count every run of every pipeline once', async () => {
  using pool = await new Pool().settle()
  const code = `
    import { anchorAt, updateAnchor } from '${import.meta.dirname}/anchor.ts'
    import { remembered } from '${import.meta.dirname}/anchor_memory.ts'
    import { enterPipeline, updatePipelineAnchor } from '${import.meta.dirname}/pipeline_anchor.ts'
    const me = process.argv[1]
    const folder = '${pool.folder}/' + me
    const store = remembered(anchorAt('file:${pool.path}'), { folder, keep: true })
    const of = ${JSON.stringify({ tenant: ids.tenant, pool: 'default' })}
    for (let i = 0; i < 6; i++) {
      for (const pipeline of ${JSON.stringify([ids.pipeline, ids.source])}) {
        const one = { ...of, pipeline }
        await enterPipeline(store, one, { since: '${time(start)}', now: ${start} })
        const id = '${ids.pipeline}'.slice(0, -4) + me + String(i).padStart(3, '0')
        await updatePipelineAnchor(store, one, (o) => ({ ...o, runs: [...o.runs, { ...${
    JSON.stringify(run)
  }, pipeline, id }] }))
      }
      await updateAnchor(store, of, (a) => ({ ...a, refused: { ...a.refused, ['by_' + 'abcd'[me]]: ${
    JSON.stringify({ count: 1, first: { at: time(start), run: null }, last: { at: time(start), run: null } })
  } } }))
    }`
  const exits = await Promise.all([0, 1, 2, 3].map((n) => started(code, String(n))))
  assert.deepEqual(exits, [0, 0, 0, 0])
  for (const pipeline of [ids.pipeline, ids.source]) {
    const object = await readPipelineAnchor(pool.bare, { ...of, pipeline })
    assert.equal(new Set(object?.runs.map(({ id }) => id)).size, 24)
    assert.equal(object?.generation, start + 24)
  }
  const root = await readAnchor(pool.bare, of)
  assert.equal(root.generation, 26)
  assert.equal(Object.keys(root.refused).length, 4)
})

function started(code: string, argument: string): Promise<number | null> {
  const child = spawn(process.execPath, ['-e', code, argument], { stdio: 'inherit' })
  return new Promise((resolve) => child.once('exit', resolve))
}
