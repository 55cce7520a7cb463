import assert from 'node:assert/strict'
import { test } from 'node:test'
import { config } from './config.ts'
import { faultOf, placeOf } from './errors.ts'
import { heldOn } from './examine.ts'
import { parseTable, quoteName, quoteText } from './names.ts'

const read = (written: object) => {
  const parsed = config.safeParse(written)
  return parsed.success ? parsed.data : parsed.error.issues.map(({ message }) => message).join('; ')
}

test('a connection is a URL, its parts, or both', () => {
  assert.deepEqual(read({ url: 'mysql://et%40l:p%2Fw@db:3307/crm?tls=verify-full', user: 'other' }), {
    host: 'db',
    port: 3307,
    user: 'other',
    password: 'p/w',
    database: 'crm',
    tls: { mode: 'verify-full', caFile: null, ca: null },
    ledger: null,
  })
  assert.deepEqual(read({ host: '/run/mysqld/mysqld.sock', user: 'etl', database: 'crm', ledger: 'ours' }), {
    host: '/run/mysqld/mysqld.sock',
    port: 3306,
    user: 'etl',
    password: '',
    database: 'crm',
    tls: { mode: null, caFile: null, ca: null },
    ledger: 'ours',
  })
})

test('what is wrong with one is said, and nothing of it', () => {
  for (
    const [written, complaint] of [
      [{ url: 'postgres://u:secret@h/d' }, /does not begin with mysql/],
      [{ url: 'mysql://u:sec@ret@h/d' }, /does not parse/],
      [{ url: 'mysql://u:secret@h' }, /a database is missing/],
      [{ url: 'mysql://u:secret@h/d?ssl=secret' }, /a parameter other than tls and socket/],
      [{ url: 'mysql://u:secret@a,b/d' }, /several hosts|does not parse/],
      [{ host: 'h', database: 'd' }, /a user is missing/],
      [{ host: 'h', user: 'u', database: 'd', secret: 1 }, /Unrecognized key/],
    ] as const
  ) {
    const said = String(read(written))
    assert.match(said, complaint)
    assert.ok(!/sec.?ret@|secret@|=secret/.test(said), said)
  }
})

test('names keep their letters, and quote what would end them', () => {
  assert.deepEqual(parseTable('Orders', 'crm'), { database: 'crm', table: 'Orders' })
  assert.deepEqual(parseTable('"a.b"."c""d"', 'crm'), { database: 'a.b', table: 'c"d' })
  assert.equal(quoteName('a`b'), '`a``b`')
  assert.equal(quoteText("it's"), "_utf8mb4 X'69742773'")
  for (const name of ['', 'a.b.c', 'x'.repeat(65), 'end ', 'a\0b', '😀']) {
    assert.throws(() => parseTable(name, 'crm'), { code: 'name_refused' }, name)
  }
})

test('privileges on a database are read out of grants, patterns too', () => {
  const grants = [
    "GRANT USAGE ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '…'",
    'GRANT SELECT, INSERT ON `raw\\_x%`.* TO `u`@`%`',
    'GRANT ALL PRIVILEGES ON `own`.* TO `u`@`%` WITH GRANT OPTION',
    'GRANT UPDATE ON `raw_x1`.`t` TO `u`@`%`',
  ]
  assert.deepEqual([...heldOn(grants, 'raw_x1')], ['USAGE', 'SELECT', 'INSERT'])
  assert.deepEqual([...heldOn(grants, 'rawyx1')], ['USAGE'])
  assert.deepEqual([...heldOn(grants, 'own')], ['USAGE', 'ALL PRIVILEGES'])
})

test('row and column of an error are read out of its words', () => {
  assert.deepEqual(placeOf("Data too long for column 'a b' at row 17"), {
    line: null,
    row: 17,
    column: 'a b',
  })
  assert.deepEqual(placeOf("Incorrect integer value: 'x' for column `a`.`t`.`n` at row 2"), {
    line: null,
    row: 2,
    column: 'n',
  })
  assert.deepEqual(placeOf('Lost connection'), { line: null, row: null, column: null })
})

test('a server that says nothing of MySQL in time is told from a port where nobody is', () => {
  const [silent, closed] = ['ETIMEDOUT', 'ECONNREFUSED'].map((code) => faultOf({ code }, 'source'))
  assert.deepEqual([silent?.code, closed?.code], ['connection_refused', 'connection_refused'])
  assert.match(silent?.message ?? '', /answered in time as MySQL and MariaDB do/)
  assert.match(closed?.message ?? '', /^Nothing answers/)
})
