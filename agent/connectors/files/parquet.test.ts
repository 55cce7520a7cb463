import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { files } from '../../engine/postgres_fixture.ts'
import { moveRun, type RunResult, type StreamSpec } from '../../runs/move.ts'
import { localGuard } from '../guard.ts'

const skip = process.platform === 'win32' ? 'the hold needs FIFOs' : false

const root = mkdtempSync(join(tmpdir(), 'sallyport-parquet-'))
after(() => rmSync(root, { recursive: true, force: true }))
const data = join(root, 'data')
mkdirSync(data)

const write = (name: string, text: string) => writeFileSync(join(data, name), text)

async function move(...streams: StreamSpec[]): Promise<RunResult & { readonly faults: readonly Error[] }> {
  const folder = mkdtempSync(join(root, 'run-'))
  const faults: Error[] = []
  const result = await moveRun({
    runId: crypto.randomUUID(),
    fence: 1,
    attempt: 1,
    source: files(data),
    destination: files(data),
    streams,
    folder,
    base: root,
    guard: localGuard,
    limits: {},
    signal: new AbortController().signal,
    onFault: (_, fault) => faults.push(fault as Error),
  })
  return { ...result, faults }
}

async function moves(from: string, to: string, more: Partial<StreamSpec> = {}): Promise<void> {
  const result = await move({ from, to, mode: 'replace', ...more })
  assert.equal(result.status, 'succeeded', result.faults.map((one) => `${one} ${one.cause}`).join())
}

async function refuses(
  code: string,
  from: string,
  to: string,
  more: Partial<StreamSpec> = {},
): Promise<string> {
  const result = await move({ from, to, mode: 'replace', ...more })
  assert.equal(result.streams[0]?.code, code, result.faults.map((one) => `${one} ${one.cause}`).join())
  return result.faults[0]?.message ?? ''
}

async function csvOf(name: string): Promise<string[]> {
  const text = await Bun.file(join(data, name)).text()
  return text.trimEnd().replaceAll('"', '').split('\n').sort()
}

describe('Parquet files', { skip }, () => {
  test('of one folder are read by the names of their columns, and refused where a type differs', async () => {
    write('one.csv', 'id,amount\n1,10\n')
    write('two.csv', 'id,amount\n2,10.75\n')
    write('three.csv', 'id,amount,note\n3,1,kept\n')
    const cast = (amount: string) => ({ mode: 'append', cast: { amount } }) as const
    await moves('one.csv', 'same.parquet', cast('decimal(10,2)'))
    await moves('two.csv', 'same.parquet', cast('decimal(10,2)'))
    await moves('same.parquet', 'same.csv')
    assert.deepEqual(await csvOf('same.csv'), ['1,10.00', '2,10.75', 'id,amount'])
    await moves('one.csv', 'types.parquet', cast('integer'))
    const wider = cast('decimal(10,2)')
    assert.match(await refuses('schema_refused', 'two.csv', 'types.parquet', wider), /"amount"/)
    await moves('two.csv', 'types/2.parquet', { cast: wider.cast })
    await moves('one.csv', 'types/1.parquet', { cast: { amount: 'integer' } })
    assert.match(await refuses('file_invalid', 'types', 'types.csv'), /"amount" is/)
    await moves('one.csv', 'more.parquet', cast('integer'))
    await moves('three.csv', 'more.parquet', cast('integer'))
    await moves('more.parquet', 'more.csv')
    assert.deepEqual(await csvOf('more.csv'), ['1,10,', '3,1,kept', 'id,amount,note'])
    const frozen = { ...cast('integer'), schema: 'freeze' } as const
    write('four.csv', 'id,amount,note,extra\n4,1,x,y\n')
    assert.match(await refuses('schema_refused', 'four.csv', 'more.parquet', frozen), /"extra"/)
    await moves('one.csv', 'more.parquet', frozen)
  })

  test('in a folder called like a column keep their own values', async () => {
    mkdirSync(join(data, 'region=eu'))
    write('r.csv', 'id,region\n1,us\n')
    await moves('r.csv', 'region=eu/x.parquet')
    await moves('region=eu/x.parquet', 'region.csv')
    assert.deepEqual(await csvOf('region.csv'), ['1,us', 'id,region'])
    mkdirSync(join(data, 'month=7'))
    await moves('r.csv', 'month=7/x.parquet')
    await moves('month=7/x.parquet', 'month.csv')
    assert.deepEqual(await csvOf('month.csv'), ['1,us', 'id,region'])
  })

  test('are cast on the way into another one, where every value comes back as it was', async () => {
    write('c.csv', 'id,v\n1,1.5\n')
    await moves('c.csv', 'c.parquet', { cast: { id: 'integer' } })
    const cast = (to: string) => ({ cast: { v: to }, exclude: ['id'], rename: { v: 'w' } })
    await refuses('value_refused', 'c.parquet', 'd.parquet', cast('decimal(10,0)'))
    await refuses('value_refused', 'c.parquet', 'd.parquet', cast('integer'))
    const message = await refuses('type_refused', 'c.parquet', 'd.parquet', cast('double'))
    assert.match(message, /"v"/)
    await moves('c.parquet', 'e.parquet', cast('decimal(10,2)'))
    await moves('e.parquet', 'e.csv')
    assert.deepEqual(await csvOf('e.csv'), ['1.50', 'w'])
    await refuses('value_refused', 'e.parquet', 'd.parquet', { cast: { w: 'decimal(10,0)' } })
    await moves('e.parquet', 'f.parquet', { cast: { w: 'double' } })
    await moves('f.parquet', 'f.csv')
    assert.deepEqual(await csvOf('f.csv'), ['1.5', 'w'])
    await moves('c.parquet', 'd.parquet', { cast: { id: 'integer' } })
    await moves('d.parquet', 'd.csv')
    assert.deepEqual(await csvOf('d.csv'), ['1,1.5', 'id,v'])
  })

  test('get whole bytes from CSV, and no half ones', async () => {
    write('bytes.csv', 'b\n\\x00aBfF\n\\x\n')
    await moves('bytes.csv', 'bytes.parquet', { cast: { b: 'bytea' } })
    await moves('bytes.parquet', 'back.csv')
    assert.deepEqual(await csvOf('back.csv'), ['\\x', '\\x00abff', 'b'])
    for (const value of ['\\xabc', '\\xzz', 'abcd']) {
      write('half.csv', `b\n${value}\n`)
      assert.match(
        await refuses('value_refused', 'half.csv', 'half.parquet', { cast: { b: 'bytea' } }),
        /row 1/,
      )
    }
  })

  test('whose names look like patterns are read, and no others', async () => {
    write('other.csv', 'v\nother\n')
    await moves('other.csv', 'a1.parquet')
    await moves('other.csv', 'abc.parquet')
    for (const name of ['a[1].parquet', 'a*c.parquet', 'a?c.parquet']) {
      write('named.csv', `v\n${name}\n`)
      await moves('named.csv', name)
      await moves(name, 'out.csv')
      assert.deepEqual(await csvOf('out.csv'), [name, 'v'])
    }
  })
})
