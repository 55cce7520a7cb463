import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Loading } from '../connector.ts'
import { unprivileged } from '../../unprivileged_fixture.ts'
import { bytesOf } from '../load_fixture.ts'
import { intentOf, loadOf, sliceOf, TestFolder } from './folder_fixture.ts'

const root = process.platform === 'linux' && process.getuid?.() === 0
const mount = (...args: string[]) => spawnSync('mount', args).status === 0

/** A disk of one megabyte, and a reason to skip where none can be made. */
class SmallDisk implements Disposable {
  readonly folder = new TestFolder()
  readonly mounted: boolean

  constructor() {
    this.mounted = root && mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', this.folder.path)
  }

  [Symbol.dispose](): void {
    // Lazily: a file that a refused load has just closed may still count as open.
    if (this.mounted) spawnSync('umount', ['--lazy', this.folder.path])
    this.folder[Symbol.dispose]()
  }
}

let skip: string | false = 'a full disk needs a mount, which needs root'
{
  using disk = new SmallDisk()
  if (disk.mounted) skip = false
}

const noise = (rows: number) =>
  Array.from(
    { length: rows },
    (_, at) => `${at},${crypto.getRandomValues(Buffer.alloc(500)).toString('hex')}\n`,
  ).join('')

/** As full as it gets. */
function fill(folder: TestFolder): void {
  for (let size = 1 << 20; size > 0; size = Math.floor(size / 2)) {
    try {
      for (let at = 0;; at++) folder.write(`ballast-${size}-${at}`, Buffer.alloc(size))
    } catch {
      // No room for pieces of this size.
    }
  }
}

describe('a full disk', { skip }, () => {
  const cases = [
    ['out.csv', 'replace', {}],
    ['out.csv.gz', 'replace', {}],
    ['out', 'append', { format: 'jsonl' }],
    ['out', 'append', { format: 'csv', rows_per_file: 100, compression: 'zstd' }],
  ] as const
  for (const [target, mode, options] of cases) {
    test(`is an error that leaves the target as it was: ${target}, ${JSON.stringify(options)}`, async () => {
      using disk = new SmallDisk()
      const { folder } = disk
      await folder.load({ target, mode }, { s: '1,a\n' }, { options })
      const before = folder.files()
      await assert.rejects(folder.load({ target, mode }, { s: noise(4000) }, { options }), {
        code: 'disk_full',
      })
      assert.deepEqual(folder.files(), before)
      assert.deepEqual((await folder.rows(target, options)).rows, [['1', 'a']])
      await folder.load({ target, mode }, { s: '2,b\n' }, { options })
      const rows = (await folder.rows(target, options)).rows
      assert.deepEqual(rows, mode === 'append' ? [['1', 'a'], ['2', 'b']] : [['2', 'b']])
    })
  }

  test('of which not even the manifest can be written leaves the target as it was', async () => {
    using disk = new SmallDisk()
    const { folder } = disk
    await folder.load({ target: 'out.csv', mode: 'replace' }, { s: '1,a\n' })
    fill(folder)
    await assert.rejects(folder.load({ target: 'out.csv', mode: 'replace' }, { s: '2,b\n' }), {
      code: 'disk_full',
    })
    assert.deepEqual((await folder.rows('out.csv')).rows, [['1', 'a']])
    assert.deepEqual(readdirSync(folder.path).filter((name) => name.endsWith('.part')), [])
  })

  test('in the commit leaves the target as it was, and nothing of the load', async () => {
    for (const [target, mode] of [['out.csv', 'replace'], ['out', 'append']] as const) {
      using disk = new SmallDisk()
      const { folder } = disk
      const options = { format: 'csv' }
      await folder.load({ target, mode }, { s: '1,a\n' }, { options })
      const before = folder.files()
      {
        await using destination = folder.destination(options)
        const load = loadOf({ target, mode })
        await using loading: Loading = await destination.begin(load)
        await loading.prepare({ ...intentOf('s'), resumable: false }, new AbortController().signal)
        await loading.write(sliceOf('s'), 'csv', bytesOf('2,b\n'))
        fill(folder)
        const commit = loading.commit({ runId: load.runId, rows: 1, cursor: null }, null)
        await assert.rejects(commit, { code: 'disk_full' })
      }
      assert.deepEqual(folder.files().filter((name) => !name.startsWith('ballast')), before)
      assert.deepEqual((await folder.rows(target, options)).rows, [['1', 'a']])
      assert.deepEqual(readdirSync(join(folder.path, '.sallyport')).sort(), [
        `${target}.json`,
        `${target}.lock`,
        `${target}@names.lock`,
      ])
    }
  })

  test('that may only be read is named, beforehand too', async () => {
    using disk = new SmallDisk()
    const { folder } = disk
    mkdirSync(join(folder.path, 'sub'))
    assert.ok(mount('-o', 'remount,ro', folder.path))
    await assert.rejects(folder.load({ target: 'out.csv', mode: 'replace' }, { s: '1,a\n' }), {
      code: 'permission_denied',
    })
    const findings = await folder.destination().examine(['out.csv'])
    assert.ok(findings.length > 0 && findings.every(({ code }) => code === 'permission_denied'))
  })
})

test('a folder without the right to write is named, with what mends it', async () => {
  using folder = new TestFolder()
  chmodSync(folder.path, 0o500)
  const findings = await unprivileged([folder.path], () => folder.destination().examine(['out.csv']))
  assert.match(findings[0]?.remedy ?? '', /^chmod u\+rwx '/)
  chmodSync(folder.path, 0o700)
})
