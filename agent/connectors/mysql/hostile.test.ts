import assert from 'node:assert/strict'
import { createServer, type Server, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { newColumn } from './columns.ts'
import { codeOf, int, loadOf } from './loading_fixture.ts'
import { contextOf } from '../load_fixture.ts'
import { configOf } from './server_fixture.ts'
import { Session } from './session.ts'

/** A server as the protocol has it, up to the first statement that is no setting: then it wants a file. */
let server: Server
/** What it got after it had asked. */
const got: Buffer[] = []

const text = (value: string) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)])
const ok = Buffer.from([0, 0, 0, 2, 0, 0, 0])
const eof = Buffer.from([0xfe, 0, 0, 2, 0])

function send(socket: Socket, first: number, ...payloads: readonly Buffer[]): void {
  for (const [at, payload] of payloads.entries()) {
    socket.write(Buffer.concat([Buffer.from([payload.length, 0, 0, first + at]), payload]))
  }
}

const greeting = Buffer.concat([
  Buffer.from('\x0a8.0.36\0', 'latin1'),
  Buffer.from([1, 0, 0, 0]),
  Buffer.from('salt5678\0'),
  // Everything but TLS, compression and what would change the shape of results; then utf8mb4, autocommit.
  Buffer.from([0xdf, 0xf7, 45, 2, 0, 0x1f, 0, 21]),
  Buffer.alloc(10),
  Buffer.from('salt90123456\0mysql_native_password\0'),
])

function column(name: string): Buffer {
  const end = Buffer.from([0x0c, 45, 0, 99, 0, 0, 0, 253, 0, 0, 0, 0, 0])
  return Buffer.concat([text('def'), text(''), text(''), text(''), text(name), text(name), end])
}

function answer(socket: Socket, statement: string): void {
  if (statement.startsWith('set')) return send(socket, 1, ok)
  if (statement.startsWith('select version')) {
    const row = Buffer.concat(['8.0.36', '1', '16777216', 'x'].map(text))
    return send(socket, 1, Buffer.from([4]), ...['v', 'l', 'm', 'c'].map(column), eof, row, eof)
  }
  // LOCAL INFILE Request
  send(socket, 1, Buffer.concat([Buffer.from([0xfb]), Buffer.from('/etc/hostname')]))
  socket.once('data', (data: Buffer) => {
    got.push(data)
    send(socket, 3, ok)
  })
}

test('a source that calls a type what no type is called does not get it into a statement', () => {
  const server = { mariadb: true, version: 101100, localInfile: true, maxPacket: 1 }
  const make = (native: string) => {
    const column = { name: 'a', type: int, nullable: true, native, vocabulary: 'mysql' } as const
    return newColumn(loadOf({}), column, server).native
  }
  const hostile = [
    'int) select host from mysql.user -- ',
    'int, b int',
    'int default (sleep(9))',
    "enum('a') default 'a'",
    "enum('a'))",
    'int`',
  ]
  for (const native of hostile) assert.throws(() => make(native), { code: 'type_refused' }, native)
  const known = ['bigint(20) unsigned', 'decimal(10,2)', 'double', 'year(4)', 'uuid', 'longtext', 'bit(8)']
  for (const native of [...known, "enum('a','b''c','x,y')", "set('q')"]) assert.equal(make(native), native)
})

before(async () => {
  server = createServer((socket) => {
    send(socket, 0, greeting)
    let signedIn = false
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      if (!signedIn) send(socket, 2, ok)
      else if (data[4] === 3) answer(socket, data.toString('utf8', 5))
      signedIn = true
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
after(() => new Promise((resolve) => server.close(resolve)))

test('a server that asks for a file gets none', { timeout: 20_000 }, async () => {
  const address = server.address()
  assert.ok(address && typeof address === 'object')
  const config = configOf(`mysql://u:p@127.0.0.1:${address.port}/a`)
  for (const side of ['source', 'destination'] as const) {
    await using session = await Session.open(config, contextOf(), side)
    assert.notEqual(await codeOf(() => session.rows('show tables')), null)
  }
  await using session = await Session.open(config, contextOf(), 'destination')
  const rows = async function* () {
    yield Buffer.from('secret\ta\n')
  }
  const statement = `load data local infile 'stream' into table t`
  assert.equal(await codeOf(() => session.load(statement, rows())), 'target_failed')
  // An empty packet is how a client says that there is no file.
  assert.ok(Buffer.concat(got).every((byte, at) => byte === 0 || at % 4 === 3))
})
