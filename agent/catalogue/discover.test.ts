import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { parseConfig } from '../connectors/connectors.ts'
import { localGuard } from '../connectors/guard.ts'
import { parseType, type Type } from '../engine/types.ts'
import { directNetwork } from '../network.ts'
import { discover, type DiscoverOptions, fitting } from './discover.ts'
import { Look } from './look.ts'
import { typeText } from './type_text.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-discover-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const lake = join(folder, 'lake')
mkdirSync(lake)
for (const name of ['a', 'b', 'c', 'd']) writeFileSync(join(lake, `${name}.csv`), 'id,name\n1,x\n')

async function found(change: Partial<DiscoverOptions>) {
  await using look = new Look({
    type: 'files',
    parsed: parseConfig('files', { path: lake }),
    base: folder,
    guard: localGuard,
    network: directNetwork,
    scratch: join(folder, 'scratch'),
    id: '0193509f-6e00-7000-8000-0000000000aa',
  })
  const options = { patterns: [], mostStreams: 100, mostBytes: 100_000, allowed: () => true, now: Date.now }
  const { streams, left_off, withheld } = await discover(
    look.source(),
    { ...options, ...change },
    new AbortController().signal,
  )
  return { names: streams.map(({ name }) => name), left_off, withheld }
}

describe('a list of streams', () => {
  test('has all of them, in the order of the source', async () => {
    assert.deepEqual(await found({}), {
      names: ['a.csv', 'b.csv', 'c.csv', 'd.csv'],
      left_off: 0,
      withheld: 0,
    })
  })

  test('ends where it gets too long, and says how many are left off', async () => {
    assert.deepEqual(await found({ mostStreams: 3 }), {
      names: ['a.csv', 'b.csv', 'c.csv'],
      left_off: 1,
      withheld: 0,
    })
    const { names, left_off } = await found({ mostBytes: 500 })
    assert.ok(names.length > 0 && left_off > 0)
    assert.equal(names.length + left_off, 4)
  })

  test('that one of them keeps from being made is given up by its name', async () => {
    const broken = join(lake, 'e.csv')
    writeFileSync(broken, '')
    try {
      await assert.rejects(found({}), { code: 'file_invalid', message: /^e\.csv: The file is empty/ })
    } finally {
      rmSync(broken)
    }
  })

  test('counts what nobody may read, of what was asked for, and does not name it', async () => {
    const allowed = (name: string) => name < 'c'
    assert.deepEqual(await found({ allowed }), { names: ['a.csv', 'b.csv'], left_off: 0, withheld: 2 })
    const asked = await found({ allowed, patterns: ['b.*', 'c.*'] })
    assert.deepEqual(asked, { names: ['b.csv'], left_off: 0, withheld: 1 })
  })

  test('is made by patterns in which a star alone means something', () => {
    const cases: [string, string, boolean][] = [
      ['public.*', 'public.orders', true],
      ['public.*', 'publicorders', false],
      ['*', 'anything.at\nall', true],
      ['a.c', 'abc', false],
      ['*_x', 'orders_x', true],
      ['(a|b)', 'a', false],
      ['Orders', 'orders', false],
    ]
    for (const [pattern, name, fits] of cases) {
      assert.equal(fitting([pattern])(name), fits, `${pattern} ${name}`)
    }
  })
})

test('a type is spelled so that a cast means the same type', () => {
  const types: Type[] = [
    { kind: 'boolean' },
    { kind: 'int16' },
    { kind: 'int32' },
    { kind: 'int64' },
    { kind: 'float32' },
    { kind: 'float64' },
    { kind: 'uuid' },
    { kind: 'date' },
    { kind: 'bytes' },
    { kind: 'json' },
    { kind: 'jsonb' },
    { kind: 'decimal', precision: null, scale: null },
    { kind: 'decimal', precision: 12, scale: 2 },
    { kind: 'time', digits: 6 },
    { kind: 'timestamp', digits: 3 },
    { kind: 'timestamptz', digits: 6 },
    { kind: 'text', length: null },
    { kind: 'text', length: 40 },
    { kind: 'text', length: 3, padded: true },
  ]
  for (const type of types) assert.deepEqual(parseType(typeText(type)), type)
  assert.equal(typeText({ kind: 'other' }), 'other')
})
