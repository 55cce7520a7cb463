import { Database } from 'bun:sqlite'
import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { decoded, readMessages } from './http_messages.ts'
import { keySecret, needlesFor, scan, Scanner, textSecret } from './needles.ts'
import { CANARY, control, encodings } from './plant.ts'
import { searchFile, searchPlace } from './search.ts'
import type { Place, Recording } from './search.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-search-test-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const needles = needlesFor([textSecret('canary', CANARY)])

function file(name: string, content: string | Uint8Array): Place {
  const path = join(folder, name)
  writeFileSync(path, content)
  return { kind: 'file', name, path }
}

function recording(name: string, up: string | Uint8Array, down: string | Uint8Array): Recording {
  return { kind: 'recording', name, up: file(`${name}.up`, up).path, down: file(`${name}.down`, down).path }
}

function database(name: string): Place {
  const path = join(folder, name)
  const made = new Database(path)
  made.run('pragma journal_mode = wal')
  made.run('create table notes (id integer primary key, text text, data blob)')
  for (let i = 0; i < 200; i++) {
    made.run('insert into notes values (?, ?, ?)', [i, `note ${i}`, Buffer.alloc(300, i)])
  }
  made.close()
  return { kind: 'database', name, path }
}

test('the canary has every encoding, and no two of them are the same', () => {
  assert.deepEqual(needles.map((needle) => needle.encoding).sort(), [...encodings].sort())
  assert.equal(new Set(needles.map((needle) => needle.bytes.toString('latin1'))).size, encodings.length)
})

test('a canary planted in copies of a file, a database, its log and a recording is found in every encoding', async () => {
  const exchange = recording(
    'connection',
    'GET /a HTTP/1.1\r\nHost: x\r\n\r\nHEAD /b HTTP/1.1\r\n\r\nPOST /c HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
  )
  const places = [
    file('edge.log', 'a line\n'.repeat(1000)),
    file('empty.log', ''),
    database('a.db'),
    exchange,
  ]
  const { planted, missed } = await control(places, join(folder, 'planted'))
  assert.deepEqual(missed, [])
  // Two files, a database in three views, and two sides with a head and fourteen bodies.
  assert.equal(planted, (2 + 3 + 2 * (1 + 14)) * encodings.length)
  for (const place of places) assert.deepEqual((await searchPlace(needles, place)).findings, [], place.name)
})

test('rows that only the write-ahead log holds are found in it and through the database', async () => {
  const path = join(folder, 'live.db')
  const live = new Database(path)
  live.run('pragma journal_mode = wal')
  live.run('pragma wal_autocheckpoint = 0')
  live.run('create table t (v text)')
  live.run('insert into t values (?)', [CANARY])
  const copy = join(folder, 'resting.db')
  copyFileSync(path, copy)
  copyFileSync(`${path}-wal`, `${copy}-wal`)
  live.close()
  const log = await searchPlace(needles, { kind: 'file', name: 'log', path: `${copy}-wal` })
  assert.deepEqual(log.findings.map((finding) => finding.encoding), ['raw'])
  const whole = await searchPlace(needles, { kind: 'database', name: 'db', path: copy })
  assert.deepEqual(whole.findings.map((finding) => finding.place), ['db, table t'])
})

test('a canary is found wherever a boundary between pieces cuts it', () => {
  for (const { encoding, bytes } of needles) {
    const whole = Buffer.concat([Buffer.alloc(100, 0x2e), bytes, Buffer.alloc(100, 0x2e)])
    for (let cut = 90; cut <= 110 + bytes.length; cut++) {
      const scanner = new Scanner(needles, 'x')
      scanner.push(whole.subarray(0, cut))
      scanner.push(whole.subarray(cut))
      assert.deepEqual(scanner.findings.map((one) => [one.encoding, one.offset]), [[encoding, 100]], `${cut}`)
    }
  }
})

test('a canary is found in pieces of one byte, and at its place in a file of many pieces', async () => {
  const [raw] = needles
  assert.ok(raw)
  const scanner = new Scanner(needles, 'x')
  for (const byte of raw.bytes) scanner.push(Uint8Array.of(byte))
  assert.equal(scanner.findings.length, 1)
  const place = file('large.bin', Buffer.concat([Buffer.alloc(300_000), raw.bytes, Buffer.alloc(50_000)]))
  for (const piece of [64, 4096, 65_536]) {
    const { findings, bytes } = await searchFile(needles, place, piece)
    assert.deepEqual(findings.map((one) => one.offset), [300_000], `${piece}`)
    assert.equal(bytes, 350_000 + raw.bytes.length)
  }
})

test('a key is found as bytes, hex and base64 between any neighbours', () => {
  const key = Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 37 + 251) & 255))
  const keys = needlesFor([keySecret('key', key)])
  for (let before = 0; before < 6; before++) {
    for (let behind = 0; behind < 3; behind++) {
      const text = Buffer.concat([Buffer.alloc(before, 0xff), key, Buffer.alloc(behind, 0xff)])
      for (const coding of ['base64', 'base64url', 'hex', 'latin1'] as const) {
        assert.notEqual(
          scan(keys, 'x', Buffer.from(text.toString(coding), 'latin1')).length,
          0,
          `${coding} ${before}`,
        )
      }
    }
  }
})

test('another text is not taken for a canary', () => {
  const other = Buffer.from(CANARY.replace('Grüße', 'Gruesse'))
  for (const coding of ['base64', 'hex', 'latin1'] as const) {
    assert.deepEqual(scan(needles, 'x', Buffer.from(other.toString(coding))), [])
  }
})

test('a secret too short to be told from chance is refused', () => {
  assert.throws(() => needlesFor([textSecret('pin', '1234')]), /too short/)
})

test('what is no HTTP, or a coding that cannot be undone, is an error and not a clean search', async () => {
  const strange = recording('strange', 'GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01 hello\r\n\r\n')
  await assert.rejects(searchPlace(needles, strange), /not HTTP/)
  const head = 'HTTP/1.1 200 OK\r\nContent-Encoding: snappy\r\nContent-Length: 3\r\n\r\nabc'
  await assert.rejects(searchPlace(needles, recording('unknown', 'GET / HTTP/1.1\r\n\r\n', head)), /snappy/)
})

test('a compressed answer that was cut off is read as far as it goes', () => {
  const body = gzipSync(Buffer.concat([Buffer.from(CANARY), Buffer.alloc(100_000, 'filler ')]))
  const head = Buffer.from('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 99999\r\n\r\n')
  const [message] = readMessages(Buffer.concat([head, body.subarray(0, body.length - 20)]), ['GET'])
  assert.ok(message && !message.whole)
  assert.ok(decoded(message).includes(CANARY))
})

test('an answer to HEAD has no body, an interim answer answers nothing', () => {
  const answers = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n' +
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'
  const read = readMessages(Buffer.from(answers), ['HEAD', 'GET'])
  assert.deepEqual(read.map((one) => one.body.toString()), ['', '', 'hello'])
})
