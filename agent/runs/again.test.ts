/** A run that is attempted again: what it has committed is in the ledger of its destination, and stays as it is. */
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { localGuard } from '../connectors/guard.ts'
import { serveHrana } from '../connectors/libsql/server_fixture.ts'
import { newFolder } from '../connectors/sqlite/world_fixture.ts'
import { moveRun, type StreamSpec } from './move.ts'
import { completionOf } from './report.ts'

const folder = newFolder()
const server = serveHrana(join(folder.path, 'server.db'))
after(async () => {
  await server[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const source = { type: 'sqlite', config: { path: 'in.db' } }
const destinations = {
  'a SQLite file': { type: 'sqlite', config: { path: 'out.db' } },
  'a libSQL server': { type: 'libsql', config: { url: server.url } },
  'files': { type: 'files', config: { path: 'out', format: 'csv' } },
}

let pairs = 0

for (const [name, destination] of Object.entries(destinations)) {
  describe(`a run into ${name} that is attempted again`, () => {
    const attempt = async (runId: string, fence: number, streams: readonly StreamSpec[]) => {
      const result = await moveRun({
        ...{ runId, fence, attempt: 1, limits: {}, source, destination, streams, guard: localGuard },
        signal: new AbortController().signal,
        folder: mkdtempSync(join(folder.path, 'run-')),
        base: folder.path,
      })
      const told = completionOf(result)
      return {
        status: told.status,
        streams: told.streams.map(({ status, rows, taken }) => [status, rows, taken === true]),
      }
    }

    /** Two tables to append, the second of which is not there yet. */
    const begun = async () => {
      const [there, missing] = [`there_${++pairs}`, `missing_${pairs}`] as const
      folder.run('in.db', `create table ${there} (id integer)`, `insert into ${there} values (1), (2)`)
      const streams = [there, missing].map((one): StreamSpec => ({ from: one, to: one, mode: 'append' }))
      const runId = crypto.randomUUID()
      const first = await attempt(runId, 1, streams)
      assert.deepEqual(first, { status: 'partial', streams: [['succeeded', 2, false], ['failed', 0, false]] })
      folder.run('in.db', `create table ${missing} (id integer)`, `insert into ${missing} values (3)`)
      // What has come to the source meanwhile is for the next run.
      folder.run('in.db', `insert into ${there} values (4)`)
      return { runId, streams }
    }

    test('goes on with the stream that failed, and leaves the other as it is', async () => {
      const { runId, streams } = await begun()
      const again = await attempt(runId, 2, streams)
      assert.deepEqual(again, {
        status: 'succeeded',
        streams: [['succeeded', 2, true], ['succeeded', 1, false]],
      })
      const third = await attempt(runId, 3, streams)
      assert.deepEqual(third, {
        status: 'succeeded',
        streams: [['succeeded', 2, true], ['succeeded', 1, true]],
      })
    })

    test('knows what it has committed by its target, also where a new version has another order', async () => {
      const { runId, streams } = await begun()
      const again = await attempt(runId, 2, streams.toReversed())
      assert.deepEqual(again, {
        status: 'succeeded',
        streams: [['succeeded', 1, false], ['succeeded', 2, true]],
      })
    })

    test('is another one under another id: nothing of it counts as done', async () => {
      const { streams } = await begun()
      const other = await attempt(crypto.randomUUID(), 1, streams)
      assert.deepEqual(other, {
        status: 'succeeded',
        streams: [['succeeded', 3, false], ['succeeded', 1, false]],
      })
    })
  })
}
