import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { LocalPolicy } from '../../trust/local_policy.ts'
import type { Hold } from '../../engine/hold.ts'
import type { Context } from '../connector.ts'
import { filesConfig } from './config_fixture.ts'
import { directNetwork } from '../../network.ts'
import { localGuard } from '../guard.ts'
import { writeManifest } from './manifest.ts'
import { FilesSource } from './source.ts'

/** A connection whose folder is `in`, and files that it must not reach. */
class Folders implements Disposable {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-folders-')))
  readonly in = join(this.root, 'in')

  constructor() {
    for (
      const [name, text] of [['secret/pay.csv', 'who,pay\nann,1\n'], ['in/other/b.csv', 'x\n1\n']] as const
    ) {
      this.write(name, text)
    }
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(join(this.root, name)), { recursive: true })
    writeFileSync(join(this.root, name), text)
  }

  /** What reads the connection, where local policy names `named`, and the agent itself has `own`. */
  source(named: string, own: readonly string[] = [], answers: Pick<Hold, 'run'> | null = null): FilesSource {
    const rules = { sallyport: 1 as const, references: [], files: [named], plain: [], addresses: [] }
    const local = new LocalPolicy(rules, { place: 'the test', own })
    const guard = { ...localGuard, path: (path: string) => local.path(path) }
    const hold = () =>
      answers ? Promise.resolve(answers as Hold) : Promise.reject(new Error('nothing here needs a hold'))
    const surroundings = { folder: '/nowhere', network: directNetwork, mostBytes: null }
    const context: Context = { guard, runId: 'run', fence: 1, base: '/', ...surroundings, hold }
    return new FilesSource(filesConfig({ path: this.in }), context)
  }

  /** The folder `feed` as a load would have recorded it. */
  record(...names: string[]): void {
    const files = names.map((name) => ({ name, rows: 1, bytes: 1, sha256: '', run: 'run' }))
    const noted = { claim: null, loads: [], partition_by: [], columns: null }
    writeManifest(this.in, { version: 1, target: 'feed', ...noted, files })
  }

  [Symbol.dispose]() {
    rmSync(this.root, { recursive: true, force: true })
  }
}

const refused = (source: FilesSource) => assert.rejects(source.stream('feed'), { code: 'path_refused' })

describe('a folder as one stream', () => {
  test('is read from its own files, also through links that stay in it', async () => {
    using folders = new Folders()
    folders.write('in/feed/a.csv', 'x\n1\n')
    symlinkSync(join(folders.in, 'feed', 'a.csv'), join(folders.in, 'feed', 'b.csv'))
    const source = folders.source(folders.in)
    const stream = await source.stream('feed')
    const [slice] = await source.slices(stream)
    const reading = await source.open(slice!, 'csv', new AbortController().signal)
    assert.equal(await new Response(reading.bytes).text(), '1\n1\n')
    folders.record('feed/a.csv')
    const [listed] = await source.slices(await source.stream('feed'))
    assert.deepEqual(source.files(listed!), [join(folders.in, 'feed', 'a.csv')])
  })

  test('with a link that leads out of it is refused, out of the connection or not', async () => {
    for (const elsewhere of ['secret/pay.csv', 'in/other/b.csv']) {
      using folders = new Folders()
      folders.write('in/feed/a.csv', 'x\n1\n')
      symlinkSync(join(folders.root, elsewhere), join(folders.in, 'feed', 'b.csv'))
      await refused(folders.source(folders.root))
    }
  })

  test('with a manifest that leads out of it is refused, out of the connection or not', async () => {
    for (
      const name of ['../secret/pay.csv', 'other/b.csv', 'feed/../other/b.csv', 'feed/../../secret/pay.csv']
    ) {
      using folders = new Folders()
      folders.write('in/feed/a.csv', 'x\n1\n')
      folders.record('feed/a.csv', name)
      await refused(folders.source(folders.root))
    }
  })

  test('or a file that is replaced after its header was read is no end of the stream', async () => {
    using folders = new Folders()
    folders.write('in/feed/a.csv', 'id,name\n1,x\n')
    const source = folders.source(folders.in)
    const [slice] = await source.slices(await source.stream('feed'))
    folders.write('in/feed/new', 'name,id,more\n2,2,2\n')
    renameSync(join(folders.in, 'feed', 'new'), join(folders.in, 'feed', 'a.csv'))
    const reading = await source.open(slice!, 'csv', new AbortController().signal)
    await new Response(reading.bytes).text()
    await assert.rejects(reading.proof, { code: 'source_failed' })
    assert.throws(() => source.unchanged(slice!), { code: 'source_failed' })
  })

  test('is what it was when it was described: a file that comes later is of the next read', async () => {
    using folders = new Folders()
    folders.write('in/feed/a.parquet', '')
    const described = [['v', 'VARCHAR']]
    const source = folders.source(folders.in, [], {
      run: (sql) => Promise.resolve(sql.startsWith('describe') ? described : []),
    })
    const [slice] = await source.slices(await source.stream('feed'))
    source.unchanged(slice!)
    folders.write('in/feed/b.parquet', '')
    source.unchanged(slice!)
    assert.deepEqual(source.files(slice!), [join(folders.in, 'feed', 'a.parquet')])
    folders.write('in/feed/a.parquet', 'something else')
    assert.throws(() => source.unchanged(slice!), { code: 'source_failed' })
  })

  test('is asked of local policy file by file', async () => {
    using folders = new Folders()
    folders.write('in/feed/a.csv', 'x\n1\n')
    folders.write('in/feed/b.csv', 'x\n1\n')
    await refused(folders.source(folders.in, [join(folders.in, 'feed', 'b.csv')]))
  })

  test('whose manifest names a file that is gone says so', async () => {
    using folders = new Folders()
    folders.write('in/feed/a.csv', 'x\n1\n')
    folders.record('feed/a.csv', 'feed/gone.csv')
    await assert.rejects(folders.source(folders.in).stream('feed'), { code: 'file_unreadable' })
  })
})
