/** A load in a process of its own, which says where it is and waits there to be killed. */
import { SqliteDestination } from './destination.ts'
import { bytesOf, contextOf, loadOf, signal, sliceOf } from './world_fixture.ts'

const [folder = '', runId = '', fence = '1', mode = 'append', point = ''] = process.argv.slice(2)

/** Says so, and goes no further. */
async function stopAt(here: string): Promise<void> {
  if (here !== point) return
  process.stdout.write(`${here}\n`)
  await new Promise(() => setInterval(() => undefined, 1000))
}

const load = loadOf({ target: 't', runId, fence: Number(fence), mode: mode as 'append' })
const rows = (from: number) => Array.from({ length: 2000 }, (_, at) => `${from + at},new,\n`).join('')
const resumable = mode === 'append'
const destination = new SqliteDestination({ path: 'kill.db' }, contextOf(folder))
const loading = await destination.begin(load, signal)
await stopAt('begun')
await loading.prepare({ upTo: '4000', slices: ['a', 'b'], resumable }, signal)
await stopAt('prepared')
if (!loading.done.has('a')) await loading.write(sliceOf('a'), 'csv', bytesOf(rows(1), 1000))
await stopAt('written')
if (!loading.done.has('b')) await loading.write(sliceOf('b'), 'csv', bytesOf(rows(2001), 1000))
await stopAt('all written')
await loading.commit({ runId, rows: 4000, cursor: null }, null)
await stopAt('committed')
