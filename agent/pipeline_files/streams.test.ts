import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { PipelineBody } from '../../shared/schemas/pipeline.ts'
import { isPattern, patternOf, placeholdersOf } from './patterns.ts'
import { readPipelineFile } from './pipeline.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-streams-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** Lines 7 on are those of the one stream. */
function read(stream: string, defaults = '{ mode: merge }') {
  const path = join(folder, 'orders.yaml')
  const lines = stream.trim().split('\n').map((line, at) => `${at === 0 ? '  - ' : '    '}${line.trim()}`)
  const head =
    `sallyport: 1\nname: orders\nsource: shop\ndestination: warehouse\ndefaults: ${defaults}\nstreams:\n`
  writeFileSync(path, `${head}${lines.join('\n')}\n`)
  return readPipelineFile(path).file.body.streams
}

const whole = `
  from: public.orders
  to: raw.orders
  key: [id]
  cursor: { column: at, lag: 5m }
  columns: { include: [id, at, custid, amount], rename: { custid: customer_id }, cast: { amount: "decimal(18,2)" } }
  schema: columns_only
  on_bad_row: quarantine
  where: "status <> 'draft'"
`

describe('a stream of a pipeline file', () => {
  test('is sealed with everything that is said about it', () => {
    assert.deepEqual(read(whole), [{
      from: 'public.orders',
      to: 'raw.orders',
      mode: 'merge',
      where: "status <> 'draft'",
      key: ['id'],
      cast: { amount: 'decimal(18,2)' },
      cursor: { column: 'at', lag: '5m' },
      include: ['id', 'at', 'custid', 'amount'],
      rename: { custid: 'customer_id' },
      schema: 'columns_only',
      on_bad_row: 'quarantine',
    }])
  })

  test('is what an agent reads once it is opened, key by key in one order', () => {
    const body = { streams: read(whole) }
    assert.equal(JSON.stringify(PipelineBody.parse(JSON.parse(JSON.stringify(body)))), JSON.stringify(body))
  })

  test('has the defaults of the file where it says nothing itself, and seals nothing that goes without saying', () => {
    const defaults = '{ mode: mirror, schema: freeze, on_bad_row: quarantine }'
    const [stream] = read('from: a\nto: b', defaults)
    assert.deepEqual(stream, {
      from: 'a',
      to: 'b',
      mode: 'mirror',
      schema: 'freeze',
      on_bad_row: 'quarantine',
    })
    const [other] = read('from: a\nto: b\nmode: append\nschema: evolve\non_bad_row: fail', defaults)
    assert.deepEqual(other, { from: 'a', to: 'b', mode: 'append' })
  })

  for (const [lag, sealed] of [['0', '0'], ['250', '250'], ['2h', '2h'], ['1d', '1d'], ['30s', '30s']]) {
    test(`takes the lag ${lag}`, () => {
      const [stream] = read(`from: a\nto: b\nkey: [id]\ncursor: { column: at, lag: ${lag} }`)
      assert.deepEqual(stream?.cursor, { column: 'at', lag: sealed })
    })
  }

  test('takes patterns, and braces for what they find', () => {
    for (
      const [from, to] of [
        ['public.customer_*', 'raw.{table}'],
        ['"*.*"', '"{schema}.{table}"'],
        ['"*.orders"', '"raw.{schema}_orders"'],
        ['public.orders', 'raw.{table}'],
        ['"in/*.csv"', 'raw.events'],
      ]
    ) assert.equal(read(`from: ${from}\nto: ${to}`).length, 1, `${from} ${to}`)
  })

  const bad: readonly [what: string, stream: string, message: RegExp][] = [
    ['both include and exclude', 'columns: { include: [a], exclude: [b] }', /:9: .*columns\.exclude: either/],
    [
      'two columns of one name',
      'columns: { rename: { a: x, b: x } }',
      /columns\.rename\.b: "a" is renamed to "x" too/,
    ],
    [
      'a name that is included',
      'columns: { include: [a, b], rename: { a: b } }',
      /rename\.a: "b" is the name of a column/,
    ],
    [
      'a cast of what is excluded',
      'columns: { exclude: [a], cast: { a: text } }',
      /cast\.a: "a" is cast, and left out/,
    ],
    [
      'a cast of what is not included',
      'columns: { include: [b], cast: { a: text } }',
      /cast\.a: "a" is cast, and left out/,
    ],
    [
      'a rename of what is excluded',
      'columns: { exclude: [a], rename: { a: b } }',
      /rename\.a: "a" is renamed, and left/,
    ],
    [
      'a key that is excluded',
      'key: [a]\ncolumns: { exclude: [a] }',
      /:9: streams\.0\.key\.0: "a" belongs to the key/,
    ],
    ['a column twice', 'columns: { exclude: [a, a] }', /exclude\.1: "a" stands there twice/],
    [
      'replace with a cursor',
      'mode: replace\ncursor: { column: a }',
      /:10: streams\.0\.cursor: mode replace reads/,
    ],
    [
      'append with a lag',
      'mode: append\ncursor: { column: a, lag: 5m }',
      /cursor\.lag: mode append takes no lag/,
    ],
    ['a lag in weeks', 'cursor: { column: a, lag: 1w }', /:9: streams\.0\.cursor\.lag: a lag is/],
    ['a lag below nothing', 'cursor: { column: a, lag: -5 }', /cursor\.lag: a lag is/],
    ['a lag in parts', 'cursor: { column: a, lag: 1.5 }', /cursor\.lag: a lag is/],
    [
      'a column of history’s own',
      'mode: history\ncolumns: { rename: { a: _valid_to } }',
      /"_valid_to" of its own/,
    ],
    [
      'another schema policy',
      'schema: free',
      /:9: streams\.0\.schema: it is one of evolve, columns_only, freeze/,
    ],
    ['another on_bad_row', 'on_bad_row: skip', /on_bad_row: it is fail or quarantine/],
    ['a type that is none', 'columns: { cast: { a: money } }', /cast\.a: there is no type "money"/],
    ['an empty list of columns', 'columns: { exclude: [] }', /columns\.exclude/],
  ]
  for (const [what, lines, message] of bad) {
    test(`with ${what} is refused by line`, () => {
      assert.throws(() => read(`from: a\nto: b\n${lines}`), { code: 'pipeline_invalid', message })
    })
  }

  const names: readonly [what: string, from: string, to: string, message: RegExp][] = [
    ['braces that mean nothing', 'a.*', 'raw.{name}', /:8: streams\.0\.to: there is no \{name\}/],
    ['a pattern for a target', 'a.b', '"raw.*"', /streams\.0\.to: a target is one name/],
    ['one target for every table', 'a.*', '"raw.{schema}"', /it lacks \{table\}/],
  ]
  for (const [what, from, to, message] of names) {
    test(`with ${what} is refused by line`, () => {
      assert.throws(() => read(`from: ${from}\nto: ${to}`), { code: 'pipeline_invalid', message })
    })
  }

  for (const key of ['transform: select 1', 'checks: []', 'columns: { mask: { a: sha256 } }']) {
    test(`does not overlook what this version cannot do: ${key}`, () => {
      assert.throws(() => read(`from: a\nto: b\n${key}`), {
        code: 'unsupported',
        message: /:9: in streams\.0/,
      })
    })
  }
})

describe('the reference', () => {
  test('shows a file that is valid, whole', () => {
    const text = readFileSync(new URL('./README.md', import.meta.url), 'utf8')
    const path = join(folder, 'reference.yaml')
    writeFileSync(path, /```yaml\n([^]*?)```/.exec(text)?.[1] ?? '')
    const { file } = readPipelineFile(path)
    assert.equal(file.body.streams.length, 2)
    assert.deepEqual(file.body.streams[0]?.cursor, { column: 'updated_at', lag: '5m' })
  })
})

describe('a sealed stream', () => {
  const stream = { from: 'a', to: 'b', mode: 'append' }

  test('of an earlier version is still read', () => {
    const earlier = { ...stream, where: 'x > 1', key: ['id'], cast: { x: 'text' } }
    assert.deepEqual(PipelineBody.parse({ streams: [earlier] }).streams, [earlier])
  })

  test('that contradicts itself is not, whoever sealed it', () => {
    const bad = [{ include: ['a'], exclude: ['b'] }, { rename: { a: 'x', b: 'x' } }, {
      cursor: { column: 'a', lag: '1' },
    }]
    for (const one of bad) {
      assert.equal(PipelineBody.safeParse({ streams: [{ ...stream, ...one }] }).success, false)
    }
  })
})

describe('a pattern', () => {
  test('is what has a star outside of quotes', () => {
    for (const name of ['*', 'public.*', 'a_*_b', '"x".*']) assert.equal(isPattern(name), true, name)
    for (const name of ['public.a', '"a*b"', 'public."*"', '"a""*"']) {
      assert.equal(isPattern(name), false, name)
    }
  })

  test('is what a target with braces may come to', () => {
    assert.equal(patternOf('raw.{schema}_{table}'), 'raw.*_*')
    assert.deepEqual(placeholdersOf('{schema}.x_{table}'), ['schema', 'table'])
    assert.deepEqual(placeholdersOf('"{table}"'), [])
  })
})
