/** The last word on a commit is the destination's: an attempt that was overtaken does not get past the fence there. */
import { Database } from 'bun:sqlite'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Loading } from '../connector.ts'
import { bytesOf } from '../load_fixture.ts'
import { begun, type Case, cases, committed, rowsOf, skip, slicesOf, sorted } from './fencing_fixture.ts'
import { intentOf, loadOf, sliceOf, TestFolder } from './folder_fixture.ts'
import { killCases } from './killed_cases_fixture.ts'

const { signal } = new AbortController()

const named = ({ target, mode, options }: Case) => `${target}, ${mode}, ${JSON.stringify(options)}`

const refused = (work: () => Promise<unknown>) => assert.rejects(work, { code: 'run_superseded' })

async function written(loading: Loading, rows: string, resumable: boolean): Promise<void> {
  await loading.prepare({ ...intentOf('a', 'b'), resumable }, signal)
  for (const [id, text] of Object.entries(slicesOf(rows))) {
    if (!loading.done.has(id)) await loading.write(sliceOf(id), 'csv', bytesOf(text))
  }
}

/** What there is of the target, byte for byte, its manifest too. */
function bytesThere(folder: TestFolder, { target }: Case): string[] {
  return [`.sallyport/${target}.json`, ...folder.files()].map((name) =>
    `${name} ${folder.read(name).toString('hex')}`
  )
}

describe('an attempt that is overtaken', { skip }, () => {
  for (const one of cases) {
    for (const resumable of [true, false]) {
      test(`between its last write and its commit commits nothing: ${named(one)}, ${resumable}`, async () => {
        using folder = new TestFolder()
        await folder.load({ ...one }, { s: '9,old\n' }, { options: one.options })
        const old = one.mode === 'append' ? [['9', 'old']] : []
        const load = loadOf(one)
        const stale = await begun(folder, one, load)
        await written(stale, 'late', resumable)
        const next = await begun(folder, one, { ...load, fence: 2 })
        assert.equal(next.done.size, 0)
        await written(next, 'on time', resumable)
        await committed(next, load)
        await next[Symbol.asyncDispose]()
        const there = bytesThere(folder, one)
        await refused(() => committed(stale, load))
        await stale[Symbol.asyncDispose]()
        assert.deepEqual(bytesThere(folder, one), there)
        assert.deepEqual(await sorted(folder, one), [...rowsOf('on time'), ...old])
        assert.equal(folder.has(`.sallyport/${one.target}.pending.json`), false)
      })
    }

    test(`and whose lock says nothing of it is stopped by the manifest: ${named(one)}`, async () => {
      using folder = new TestFolder()
      await folder.load({ ...one }, { s: '9,old\n' }, { options: one.options })
      const load = loadOf(one)
      const stale = await begun(folder, one, load)
      await written(stale, 'late', false)
      // As it is where a file system has given the lock to both.
      const path = `.sallyport/${one.target}.json`
      const manifest = JSON.parse(folder.read(path).toString())
      folder.write(path, JSON.stringify({ ...manifest, claim: { ...manifest.claim, fence: 2 } }))
      await refused(() => committed(stale, load))
      await stale[Symbol.asyncDispose]()
      assert.deepEqual(await sorted(folder, one), [['9', 'old']])
      assert.deepEqual(folder.files().filter((name) => name.endsWith('.part')), [])
      await folder.load({ ...load, fence: 2 }, slicesOf('on time'), { options: one.options })
      assert.equal((await sorted(folder, one)).length, one.mode === 'append' ? 5 : 4)
    })

    test(`while it writes does not write into what the next one has: ${named(one)}`, async () => {
      using folder = new TestFolder()
      const load = loadOf(one)
      const stale = await begun(folder, one, load)
      await stale.prepare(intentOf('a', 'b'), signal)
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      const source = writable.getWriter()
      const writing = stale.write(sliceOf('a'), 'csv', readable)
      await source.write(Buffer.from('1,late\n'))
      const next = await begun(folder, one, { ...load, fence: 2 })
      await written(next, 'on time', true)
      void source.write(Buffer.from('2,late\n'))
      void source.close()
      await refused(() => writing)
      await refused(() => stale.write(sliceOf('b'), 'csv', bytesOf('3,late\n')))
      await stale[Symbol.asyncDispose]()
      // The one that overtook has the target, and not the one that went away.
      const lock = new Database(join(folder.path, '.sallyport', `${one.target}.lock`))
      assert.throws(() => lock.run('BEGIN EXCLUSIVE'), { code: 'SQLITE_BUSY' })
      lock.close()
      await committed(next, load)
      await next[Symbol.asyncDispose]()
      assert.deepEqual(await sorted(folder, one), rowsOf('on time'))
      assert.deepEqual(folder.files().filter((name) => name.endsWith('.part')), [])
    })
  }

  test('as a process that stood still is told so when it goes on, and has changed nothing', async () => {
    using folder = new TestFolder()
    const { target, mode, options } = killCases['a folder']
    const load = loadOf({ target, mode })
    const program = fileURLToPath(new URL('./killed_fixture.ts', import.meta.url))
    const args = [program, folder.path, 'a folder', load.runId, '1', 'waits']
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    const said: string[] = []
    let there: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      said.push(line)
      if (line !== 'commit') continue
      child.kill('SIGSTOP')
      await folder.load({ ...load, fence: 2 }, slicesOf('on time'), { options })
      there = bytesThere(folder, cases[1])
      child.stdin.end('go on\n')
      child.kill('SIGCONT')
    }
    assert.deepEqual(said.slice(-2), ['run_superseded', 'done'])
    assert.deepEqual(bytesThere(folder, cases[1]), there)
    assert.deepEqual(await sorted(folder, cases[1]), rowsOf('on time'))
  })
})
