/** Loads that die by SIGKILL, and loads that meet: what is there afterwards is there once. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { SqliteDestination } from './destination.ts'
import {
  bytesOf,
  contextOf,
  type Folder,
  loaded,
  loadOf,
  newFolder,
  signal,
  sliceOf,
} from './world_fixture.ts'

const folders: Folder[] = []
after(() => folders.forEach((folder) => folder[Symbol.dispose]()))
const fresh = () => {
  const folder = newFolder()
  folders.push(folder)
  return folder
}

interface Attempt {
  readonly folder: Folder
  readonly runId: string
  readonly fence: number
  readonly mode: string
}

/** Starts a load, and kills it where it says that it is. `null`: lets it end. */
async function attempt({ folder, runId, fence, mode }: Attempt, point: string | null): Promise<void> {
  const file = fileURLToPath(new URL('./load_child_fixture.ts', import.meta.url))
  const child = spawn(process.execPath, [file, folder.path, runId, String(fence), mode, point ?? 'nowhere'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)))
  if (point !== null) {
    await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()))
    child.kill('SIGKILL')
  }
  const code = await ended
  if (point === null) assert.equal(code, 0)
}

describe('a load that is killed', () => {
  for (const mode of ['append', 'replace', 'merge', 'history', 'mirror'] as const) {
    for (const point of ['begun', 'prepared', 'written', 'all written', 'committed']) {
      test(
        `${mode}, ${point}: leaves the target as it was or as it should be, and the next attempt ends it once`,
        {
          timeout: 30_000,
        },
        async () => {
          const folder = fresh()
          const file = 'kill.db'
          await using destination = new SqliteDestination({ path: file }, contextOf(folder.path))
          const old = { target: 't', mode, at: '2026-01-01T00:00:00Z' } as const
          await loaded(destination, loadOf({ ...old, key: ['id'] }), { csv: '1,old,\n9999,old,\n' })
          const runId = crypto.randomUUID()
          await attempt({ folder, runId, fence: 1, mode }, point)
          const count = () => folder.rows(file, 'select count(*), count(distinct id) from t')[0]
          if (point !== 'committed') {
            assert.deepEqual(folder.rows(file, 'select id from t order by id'), [[1n], [9999n]])
          }
          if (point === 'committed') {
            await using again = await destination.begin(
              loadOf({ target: 't', runId, fence: 2, mode }),
              signal,
            )
            assert.equal(again.committed?.rows, 4000)
          } else await attempt({ folder, runId, fence: 2, mode }, null)
          const expected = {
            append: [4002n, 4001n],
            replace: [4000n, 4000n],
            merge: [4001n, 4001n],
            history: [4002n, 4001n],
            mirror: [4000n, 4000n],
          }
          assert.deepEqual(count(), expected[mode])
          assert.deepEqual(
            folder.rows(file, `select name from sqlite_schema where name like 'sallyport_stage%'`),
            [],
          )
          assert.deepEqual(folder.rows(file, 'pragma integrity_check'), [['ok']])
        },
      )
    }
  }
})

describe('two loads of one file', () => {
  const rows = '1,a,\n2,b,\n'

  test('wait for each other and both count, while nothing else in the process has to', async () => {
    const folder = fresh()
    await using one = new SqliteDestination({ path: 'two.db' }, contextOf(folder.path))
    await using other = new SqliteDestination({ path: 'two.db' }, contextOf(folder.path))
    const first = await one.begin(loadOf({ target: 'a', mode: 'append' }), signal)
    let beats = 0
    const heart = setInterval(() => beats++, 1)
    const second = loaded(other, loadOf({ target: 'b', mode: 'append' }), { csv: rows })
    await first.prepare({ upTo: null, slices: ['0'], resumable: false }, signal)
    await first.write(sliceOf(), 'csv', bytesOf(rows))
    await first.commit({ runId: 'x', rows: 2, cursor: null }, null)
    await first[Symbol.asyncDispose]()
    await second
    clearInterval(heart)
    assert.ok(beats > 0)
    assert.deepEqual(folder.rows('two.db', 'select (select count(*) from a), (select count(*) from b)'), [[
      2n,
      2n,
    ]])
  })

  test('of one target: whoever was overtaken between two slices commits nothing', async () => {
    const folder = fresh()
    const runId = crypto.randomUUID()
    await using one = new SqliteDestination({ path: 'two.db' }, contextOf(folder.path))
    const loading = await one.begin(loadOf({ target: 't', mode: 'append', runId }), signal)
    await loading.prepare({ upTo: '2', slices: ['0', '1'], resumable: true }, signal)
    await loading.write(sliceOf('0'), 'csv', bytesOf(rows))
    // The lock is free as long as this attempt commits a slice: another one takes its place then.
    const write = loading.write(sliceOf('1'), 'csv', bytesOf(rows))
    const raised = `update sallyport_targets set fence = 2 where target = 't'`
    await assert.rejects(async () => {
      await write
      await loading[Symbol.asyncDispose]()
      folder.run('two.db', raised)
      await one.begin(loadOf({ target: 't', mode: 'append', runId }), signal)
    }, { code: 'run_superseded' })
  })

  test('one is told that the target is busy, when another program does not let go', async () => {
    const folder = fresh()
    folder.run('two.db', 'create table t (id integer)')
    const { Database } = await import('bun:sqlite')
    const holder = new Database(join(folder.path, 'two.db'))
    holder.run('begin immediate')
    await using one = new SqliteDestination({ path: 'two.db' }, contextOf(folder.path))
    await assert.rejects(one.begin(loadOf({ target: 't', mode: 'append' }), signal), { code: 'target_busy' })
    holder.run('rollback')
    holder.close()
  })
})
