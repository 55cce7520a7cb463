/**
 * A process that loads one target and says how far it is, for a test that kills or stops it. Arguments: folder, case, run,
 * fence, and `waits` where it is to wait for a line before it commits.
 */
import { createInterface } from 'node:readline'
import { Fault } from '../../../shared/faults.ts'
import { filesConfig } from './config_fixture.ts'
import { FilesDestination } from './destination.ts'
import { intentOf, loadOf, sliceOf, TestFolder } from './folder_fixture.ts'
import { killCases, sliceText } from './killed_cases_fixture.ts'

const { signal } = new AbortController()

const [folder = '', name = '', runId = '', fence = '1', waits] = process.argv.slice(2)
const { target, mode, options } = killCases[name as keyof typeof killCases]
const slices = ['a', 'b', 'c']

function slow(text: string): ReadableStream<Uint8Array> {
  const bytes = Buffer.from(text)
  let at = 0
  return new ReadableStream({
    async pull(controller) {
      if (at >= bytes.length) return controller.close()
      await say('chunk')
      controller.enqueue(bytes.subarray(at, at += 4096))
    },
  })
}

const say = (what: string) =>
  new Promise<void>((resolve) => process.stdout.write(`${what}\n`, () => resolve()))

using unused = new TestFolder()
const destination = new FilesDestination(filesConfig({ path: folder, ...options }), unused.context())
const loading = await destination.begin(loadOf({ target, mode, runId, fence: Number(fence) }))
await say('begun')
if (loading.committed === null) {
  await loading.prepare(intentOf(...slices), signal)
  for (const id of slices) {
    if (!loading.done.has(id)) await loading.write(sliceOf(id), 'csv', slow(sliceText(id)))
    await say('slice')
  }
  await say('commit')
  if (waits !== undefined) await createInterface({ input: process.stdin })[Symbol.asyncIterator]().next()
  await loading.commit({ runId, rows: 300, cursor: null }, null).catch((error) =>
    say(error instanceof Fault ? error.code : 'unexpected')
  )
}
await loading[Symbol.asyncDispose]()
await say('done')
process.exit()
