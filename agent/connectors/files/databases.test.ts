/** Files and a real PostgreSQL: what a database makes of their types, and they of its. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { contents, noServer, openWorld, postgres, type World } from '../../engine/postgres_fixture.ts'
import type { StreamSpec } from '../../runs/move.ts'

let world: World
let folder: string

before(async () => {
  if (noServer) return
  world = await openWorld('databases')
  folder = join(world.folder, 'files')
  mkdirSync(join(folder, 'in'), { recursive: true })
})
after(async () => {
  await world?.[Symbol.asyncDispose]()
})

const files = (options: object = {}) => ({ type: 'files', config: { path: folder, ...options } })
const write = (name: string, text: string) => writeFileSync(join(folder, name), text)

async function moves(
  ends: { from: object; to: object },
  stream: Partial<StreamSpec> & { from: string; to: string },
) {
  const result = await world.move(
    { ...ends, streams: [{ mode: 'replace', ...stream }] } as Parameters<World['move']>[0],
  )
  assert.equal(result.status, 'succeeded', result.faults.map((fault) => `${fault} ${fault.cause}`).join())
  return result.streams[0]?.rows
}

const typesOf = async (table: string) => {
  const rows = await world.target.unsafe(`select format_type(atttypid, atttypmod) as type from pg_attribute
    where attrelid = '${table}'::regclass and attnum > 0 order by attnum`)
  return (rows as { type: string }[]).map(({ type }) => type)
}

describe('JSON lines', { skip: noServer }, () => {
  test('are a table of their types, with every value as it is spelled', async () => {
    write(
      'a.jsonl',
      '{"i":9223372036854775807,"n":1.10,"b":true,"o":{"b":1.10,"a":[]},"t":"x\\ty"}\n{"n":12345678901234567890.5}\n',
    )
    await moves({ from: files(), to: postgres(world.targetUrl) }, { from: 'a.jsonl', to: 'lines' })
    assert.deepEqual(await typesOf('lines'), ['bigint', 'numeric', 'boolean', 'json', 'text'])
    const [first, second] = await world.target.unsafe(
      'select i::text, n::text, b, o::text, t from lines order by i',
    )
    assert.deepEqual(first, {
      i: '9223372036854775807',
      n: '1.10',
      b: true,
      o: '{"b":1.10,"a":[]}',
      t: 'x\ty',
    })
    assert.deepEqual(second, { i: null, n: '12345678901234567890.5', b: null, o: null, t: null })
  })

  test('are written of a table so that another table is the same', async () => {
    await world.source.unsafe(`create table kinds (i integer, n numeric, f float8, b boolean, j json, y bytea,
        at timestamptz, d date, t text, a int[]);
      insert into kinds values (1, 'NaN', 1e-7, true, '{"a": 1.10}', '\\x00ff', '2026-01-31 10:00:00.123456+02',
        '0044-03-15 BC', E'a"\\\\\\n', '{1,NULL}'), (null, 1e30, 'Infinity', false, '[1,
        2]', '', 'infinity', 'infinity', '', '{}')`).simple()
    await moves({ from: postgres(world.sourceUrl), to: files() }, { from: 'kinds', to: 'kinds.jsonl.gz' })
    await world.target.unsafe(`create table kinds (i integer, n numeric, f float8, b boolean, j json, y bytea,
      at timestamptz, d date, t text, a int[])`)
    await moves({ from: files(), to: postgres(world.targetUrl) }, {
      from: 'kinds.jsonl.gz',
      to: 'kinds',
      mode: 'append',
    })
    const columns = "(select i, n, f, b, replace(j::text, E'\\n', ' ') as j, y, at, d, t, a from kinds)"
    assert.deepEqual(await contents(world.target, columns), await contents(world.source, columns))
  })
})

describe('a folder of large files', { skip: noServer }, () => {
  test('is one table, slice for slice', async () => {
    const filler = 'x'.repeat(1000)
    for (const name of ['a', 'b', 'c']) {
      const rows = Array.from({ length: 17_000 }, (_, at) => `${name}${at},${filler}\n`).join('')
      write(`in/${name}.csv`, `id,v\n${rows}`)
    }
    const ends = { from: files(), to: postgres(world.targetUrl) }
    assert.equal(await moves(ends, { from: 'in/*.csv', to: 'large', exclude: ['v'] }), 51_000)
    const [found] = await world.target.unsafe(
      'select count(distinct id)::int as ids, count(*)::int as rows from large',
    )
    assert.deepEqual(found, { ids: 51_000, rows: 51_000 })
  })
})
