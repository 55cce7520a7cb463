import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { currentBinary } from '../../scripts/build_agent.ts'
import { Fault } from '../../shared/faults.ts'
import type { Column } from '../connectors/connector.ts'
import { HOLD_WORD, startHold } from './hold.ts'
import { restow } from './restow.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-hold-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const skip = process.platform === 'win32' ? 'the hold needs FIFOs' : false

let holds = 0
function newHold(files: readonly string[] = [], memoryMb = 256) {
  const place = mkdtempSync(join(folder, `${holds++}-`))
  return startHold({ folder: place, files, memoryMb, threads: 1 })
}

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  try {
    await work
  } catch (error) {
    assert.ok(error instanceof Fault, String(error))
    return error
  }
  return assert.fail('it did not fail')
}

const text: Column = {
  name: 'v',
  type: { kind: 'text', length: null },
  nullable: true,
  native: 'text',
  vocabulary: 'csv',
}

const utf8 = new TextEncoder()

function streamOf(chunks: readonly string[], end: 'close' | Error): ReadableStream<Uint8Array> {
  const waiting = [...chunks]
  return new ReadableStream({
    pull(controller) {
      const next = waiting.shift()
      if (next !== undefined) controller.enqueue(utf8.encode(next))
      else if (end === 'close') controller.close()
      else controller.error(end)
    },
  })
}

function targetOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`)
  } catch {
    return ''
  }
}

describe('the hold', { skip }, () => {
  test('reaches nothing but its folder and the files that it was given', async () => {
    const given = join(folder, 'given.csv')
    const other = join(folder, 'other.csv')
    writeFileSync(given, 'a\n1\n')
    writeFileSync(other, 'a\n1\n')
    await using hold = await newHold([given])
    assert.deepEqual(await hold.run(`select count(*) from read_csv('${given}')`), [['1']])
    const attempts = [
      `select * from read_csv('${other}')`,
      `select * from read_text('/etc/passwd')`,
      `copy (select 1) to '${join(folder, 'out.csv')}'`,
      `attach '${join(folder, 'x.db')}'`,
      `install httpfs`,
      `load httpfs`,
      `set enable_external_access = true`,
      `set allowed_directories = ['/']`,
      `set memory_limit = '100GB'`,
      `select * from read_csv('${hold.folder}/../other.csv')`,
    ]
    for (const sql of attempts) assert.ok((await faultOf(hold.run(sql))) instanceof Fault, sql)
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('out') || name.startsWith('x.')),
      [],
    )
  })

  test('says what failed by code, and keeps what it quotes in the cause', async () => {
    await using hold = await newHold([], 64)
    const refused = await faultOf(hold.run(`select error('sallyport:value_refused:3')`))
    assert.equal(refused.code, 'value_refused')
    const broken = await faultOf(hold.run(`select 'hunter2'::integer`))
    assert.equal(broken.code, 'hold_failed')
    assert.doesNotMatch(broken.message, /hunter2/)
    const large = `select length(string_agg(md5(range::varchar), '')) from range(10000000)`
    assert.equal((await faultOf(hold.run(large))).code, 'hold_memory')
  })

  test('shows no end before the source has proven it', async () => {
    await using hold = await newHold()
    const proof = Promise.withResolvers<number | null>()
    const reading = { bytes: streamOf(['"a"\n', '"b"\n'], 'close'), proof: proof.promise }
    const { bytes, rows } = restow({ kind: 'csv', reading, countRows: () => 2, lineBytes: 1 << 20 }, {
      hold,
      columns: [text],
      into: [text],
      name: 'f',
      signal: new AbortController().signal,
    })
    const whole = new Response(bytes).bytes()
    proof.resolve(2)
    assert.equal(await rows, 2)
    assert.equal(Buffer.from(await whole).subarray(-4).toString(), 'PAR1')
  })

  const breaks: readonly [what: string, end: 'close' | Error, proof: () => Promise<number | null>][] = [
    ['breaks off', new Fault('connection_lost'), () => Promise.resolve(null)],
    ['ends without proof', 'close', () => Promise.reject(new Fault('connection_lost'))],
    ['ends with fewer rows than it says', 'close', () => Promise.resolve(3)],
  ]
  for (const [what, end, proof] of breaks) {
    test(`makes no file of a source that ${what}`, async () => {
      await using hold = await newHold()
      const reading = { bytes: streamOf(['"a"\n', '"b"\n'], end), proof: proof() }
      reading.proof.catch(() => undefined)
      const { bytes, rows } = restow({ kind: 'csv', reading, countRows: () => 2, lineBytes: 1 << 20 }, {
        hold,
        columns: [text],
        into: [text],
        name: 'f',
        signal: new AbortController().signal,
      })
      const read = faultOf(new Response(bytes).bytes())
      const wanted = end === 'close' && what.includes('fewer') ? 'rows_lost' : 'connection_lost'
      assert.equal((await faultOf(rows)).code, wanted)
      assert.equal((await read).code, wanted)
    })
  }

  test(
    'lets go of every FIFO',
    { skip: existsSync('/proc/self/fd') ? false : 'no /proc' },
    async () => {
      const open = () => readdirSync('/proc/self/fd').map(targetOf).filter((path) => path.startsWith(folder))
      const once = async () => {
        await using hold = await newHold()
        const reading = { bytes: streamOf(['"a"\n'], 'close'), proof: Promise.resolve(1) }
        const { bytes, rows } = restow({ kind: 'csv', reading, countRows: () => 1, lineBytes: 1 << 20 }, {
          hold,
          columns: [text],
          into: [text],
          name: 'f',
          signal: new AbortController().signal,
        })
        await new Response(bytes).bytes()
        await rows
      }
      for (let turn = 0; turn < 3; turn++) await once()
      assert.deepEqual(open(), [])
    },
  )
})

describe('the binary', { skip }, () => {
  /** Asks a hold of the shipped binary, in an empty folder, with nothing but `env`. */
  async function ask(env: Record<string, string>, path = '') {
    const program = path || await currentBinary()
    const place = mkdtempSync(join(folder, 'empty-'))
    const child = Bun.spawn([program, HOLD_WORD], {
      cwd: place,
      env,
      stdin: 'pipe',
      stdout: 'pipe',
      stderr: 'pipe',
    })
    child.stdin.write(JSON.stringify({ folder: place, files: [], memoryMb: 64, threads: 1 }) + '\n')
    child.stdin.write(JSON.stringify({ sql: 'select 6 * 7' }) + '\n')
    child.stdin.flush()
    const lines: string[] = []
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      lines.push(...chunk.split('\n').filter((line) => line !== ''))
      if (lines.length >= 2) break
    }
    child.stdin.end()
    await child.exited
    return { lines, signal: child.signalCode }
  }

  test('carries DuckDB within, loads it from memory, and its hold dies with its parent', async () => {
    const { lines, signal } = await ask({ HOME: '/nonexistent', PATH: '/nonexistent' })
    assert.match(lines[1] ?? '', /"rows":\[\["42"\]\]/)
    assert.equal(signal, 'SIGKILL')
  })

  test('loads it from a folder of its own where it is told to, and mends what was changed there', async () => {
    const native = mkdtempSync(join(folder, 'native-'))
    const env = { HOME: '/nonexistent', PATH: '/nonexistent', SALLYPORT_NATIVE_FOLDER: native }
    assert.match((await ask(env)).lines[1] ?? '', /42/)
    const addon = join(native, 'duckdb.node')
    const whole = readFileSync(addon)
    writeFileSync(addon, 'something else')
    assert.match((await ask(env)).lines[1] ?? '', /42/)
    assert.deepEqual(readFileSync(addon), whole)
    chmodSync(native, 0o777)
    assert.match((await ask(env)).lines[0] ?? '', /"code":"hold_unavailable"/)
  })
})
