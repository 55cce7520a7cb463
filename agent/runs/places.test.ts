import fc from 'fast-check'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { PolicyTuple } from '../../shared/schemas/policy.ts'
import { policyAllows } from '../../shared/trust/policy.ts'
import { parseConfig } from '../connectors/connectors.ts'
import { mayAllowSome, placeOf, quarantineOf, textOf } from './places.ts'

const base = '/base'
const place = (kind: 'mysql' | 'sqlite' | 'libsql' | 'files', written: unknown, name: string) =>
  placeOf(kind, { parsed: parseConfig(kind, written), base, name })

const postgres = {
  direction: 'read',
  connector: 'postgres',
  endpoint: 'db',
  port: 5432,
  account: 'etl',
  database: 'shop',
} as const

describe('the place that a name means', () => {
  const mysql = { host: 'db.example', port: 3307, user: 'etl', password: 'x', database: 'crm' }

  test('of mysql is in the database that the name says, or else in that of the connection', () => {
    const reached = { connector: 'mysql', endpoint: 'db.example', port: 3307, account: 'etl' }
    assert.deepEqual(place('mysql', mysql, 'orders'), { ...reached, database: 'crm', table: 'orders' })
    assert.deepEqual(place('mysql', mysql, 'hr.people'), { ...reached, database: 'hr', table: 'people' })
    assert.deepEqual(place('mysql', mysql, '"a.b"'), { ...reached, database: 'crm', table: 'a.b' })
    assert.equal(textOf(place('mysql', mysql, 'orders')), 'etl@db.example:3307 crm.orders')
  })

  test('of sqlite is the file, whatever the table', () => {
    for (const name of ['orders', '../../etc/passwd', 'a*']) {
      assert.deepEqual(place('sqlite', { path: 'app.db' }, name), {
        connector: 'sqlite',
        path: '/base/app.db',
      })
    }
  })

  test('of libsql is a table, whole as it is written', () => {
    for (const name of ['orders', 'main.orders', '"orders"']) {
      const reached = { connector: 'libsql', endpoint: 'app.example', port: 443 } as const
      assert.deepEqual(place('libsql', { url: 'libsql://app.example', token: 't' }, name), {
        ...reached,
        table: name,
      })
    }
  })

  test('of files is the folder that a pattern starts in', () => {
    const paths: readonly [string, string][] = [
      ['a.csv', '/base/in/a.csv'],
      ['day/a.csv', '/base/in/day/a.csv'],
      ['*.csv', '/base/in'],
      ['day/2026-*.csv', '/base/in/day'],
      ['day/{a,b}.csv', '/base/in/day'],
      ['day/?.csv', '/base/in/day'],
      ['da[yz]/a.csv', '/base/in'],
      ['../*.csv', '/base'],
    ]
    for (const [name, path] of paths) {
      assert.deepEqual(place('files', { path: 'in' }, name), { connector: 'files', path }, name)
    }
  })

  test('has a quarantine beside it', () => {
    assert.equal(
      textOf(quarantineOf(place('mysql', mysql, 'orders'))),
      'etl@db.example:3307 crm.orders__quarantine',
    )
    assert.equal(
      textOf(quarantineOf(place('files', { path: 'in' }, 'a.csv'))),
      '/base/in/a.csv__quarantine.jsonl',
    )
    assert.equal(textOf(quarantineOf(place('sqlite', { path: 'app.db' }, 'x'))), '/base/app.db')
  })
})

describe('a pattern', () => {
  test('is refused for no policy that allows a name which fits it', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', '_'), { maxLength: 4 }).map((all) => all.join(''))
    const pieces = fc.array(fc.constantFrom('a', 'b', '_', '*'), { maxLength: 5 })
    const found = fc.tuple(letters, letters, pieces, pieces, fc.infiniteStream(letters))
    fc.assert(
      fc.property(found, ([lineSchema, linePrefix, schemaParts, tableParts, fill]) => {
        const filled = (parts: readonly string[]) =>
          parts.map((part) => part === '*' ? fill.next().value ?? '' : part).join('')
        const tuple: PolicyTuple = { ...postgres, schema: lineSchema || '*', prefix: linePrefix || '*' }
        const policy = { allow: [tuple] }
        const name = { schema: filled(schemaParts), table: filled(tableParts) }
        const pattern = { schema: schemaParts.join(''), table: tableParts.join('') }
        if (!policyAllows(policy, { ...postgres, ...name }).allowed) return
        assert.ok(mayAllowSome(policy, { ...postgres, ...pattern }), JSON.stringify({ tuple, name, pattern }))
      }),
      { numRuns: 2000 },
    )
  })

  test('is refused where no name that fits it is allowed', () => {
    const policy = { allow: [{ ...postgres, schema: 'sales', prefix: 'order' }] as PolicyTuple[] }
    const asked: readonly [string, string, boolean][] = [
      ['sales', 'ord*', true],
      ['sales', 'orders_*', true],
      ['s*s', '*', true],
      ['s*e*s', '*', true],
      ['sales', 'items*', false],
      ['sales', 'or', false],
      ['sa*x', '*', false],
      ['sal*les', '*', false],
      ['s*l*l*s', '*', false],
      ['hr', '*', false],
    ]
    for (const [schema, table, some] of asked) {
      assert.equal(mayAllowSome(policy, { ...postgres, schema, table }), some, `${schema}.${table}`)
    }
    const other = { ...postgres, schema: '*', table: '*', account: 'root' }
    assert.equal(mayAllowSome(policy, other), false)
  })
})
