import assert from 'node:assert/strict'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { bytesOf, contextOf, loadOf, textColumn } from '../load_fixture.ts'
import { filesConfig } from './config_fixture.ts'
import { FilesDestination } from './destination.ts'
import { FilesSource } from './source.ts'

const root = mkdtempSync(join(tmpdir(), 'sallyport-append-'))
after(() => rmSync(root, { recursive: true, force: true }))

let folders = 0
function newFolder(): string {
  const folder = join(root, `${folders++}`)
  mkdirSync(folder)
  return folder
}

const columns = [textColumn('v')]

async function append(folder: string, target: string, runId: string = crypto.randomUUID()): Promise<void> {
  const load = loadOf({ runId, target, columns })
  await using destination = new FilesDestination(filesConfig({ path: folder, format: 'csv' }), contextOf())
  await using loading = await destination.begin(load)
  const stream = { name: 'v', columns, key: [], estimatedRows: null, estimatedBytes: null }
  await loading.write({ id: '0', stream, fixed: false }, 'csv', bytesOf('a\n'))
  await loading.commit({ runId, rows: 1, cursor: null }, null)
}

async function rowsOf(folder: string, name: string): Promise<number> {
  const source = new FilesSource(filesConfig({ path: folder, format: 'csv' }), contextOf())
  const [slice] = await source.slices(await source.stream(name))
  const { bytes } = await source.open(slice!, 'csv', new AbortController().signal)
  return (await new Response(bytes).text()).split('\n').length - 1
}

describe('an append to a folder of files', () => {
  test('keeps what is there, however the folder is spelled', async () => {
    const folder = newFolder()
    for (const target of ['out', 'out', './out', 'out/', 'x/../out']) await append(folder, target)
    assert.equal(await rowsOf(folder, 'out'), 5)
    assert.equal(await rowsOf(folder, './out'), 5)
  })

  test('keeps what is there, whichever connection reaches it', async () => {
    const folder = newFolder()
    const below = join(folder, 'd')
    mkdirSync(below)
    await append(below, 'out')
    await append(folder, 'd/out')
    await append(below, 'out')
    assert.equal(await rowsOf(folder, 'd/out'), 3)
    assert.equal(await rowsOf(below, 'out'), 3)
  })

  test('is refused where files are and no list of them, and deletes none', async () => {
    const folder = newFolder()
    await append(folder, 'out')
    await append(folder, 'out')
    const copy = newFolder()
    cpSync(join(folder, 'out'), join(copy, 'out'), { recursive: true })
    await assert.rejects(append(copy, 'out'), { code: 'target_refused', message: /\.sallyport/ })
    assert.equal(readdirSync(join(copy, 'out')).length, 2)
  })

  test('sweeps the file of the run that claimed the folder last, and no other', async () => {
    const folder = newFolder()
    await append(folder, 'out')
    const [dead, other] = [crypto.randomUUID(), crypto.randomUUID()]
    const path = join(folder, '.sallyport', 'out.json')
    const manifest = JSON.parse(readFileSync(path, 'utf8'))
    writeFileSync(path, JSON.stringify({ ...manifest, claim: { run: dead, stream: 0, fence: 1 } }))
    const place = (name: string) => join(folder, 'out', name)
    for (const name of [`${dead}-0.csv`, `${other}-0.csv`, `.${dead}-0.csv.${dead}.part`]) {
      writeFileSync(place(name), 'v\nx\n')
    }
    await append(folder, 'out')
    assert.equal(existsSync(place(`${dead}-0.csv`)), false)
    assert.equal(existsSync(place(`.${dead}-0.csv.${dead}.part`)), false)
    assert.equal(existsSync(place(`${other}-0.csv`)), true)
    assert.equal(await rowsOf(folder, 'out'), 2)
  })

  test('into a folder that was removed begins anew: what is gone counts as loaded no longer', async () => {
    const folder = newFolder()
    await append(folder, 'out')
    rmSync(join(folder, 'out'), { recursive: true })
    await append(folder, 'out')
    assert.equal(await rowsOf(folder, 'out'), 1)
  })
})
