import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { Direction } from '../../shared/schemas/catalogue.ts'
import type { ConnectionKind } from '../../shared/schemas/connection.ts'
import type { PolicyTuple } from '../../shared/schemas/policy.ts'
import { loadLocalPolicy } from '../trust/local_policy.ts'
import { permit } from './permit.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-permit-')))
after(() => rmSync(folder, { recursive: true, force: true }))
for (const name of ['in', 'in/day', 'other']) mkdirSync(join(folder, name))
writeFileSync(join(folder, 'app.db'), '')
const rules = join(folder, 'local.yaml')
writeFileSync(rules, `sallyport: 1\nfiles: ["${folder}"]\n`, { mode: 0o600 })
const local = loadLocalPolicy(rules, [])

interface Case {
  readonly kind: ConnectionKind
  readonly config: Record<string, unknown>
  readonly line: PolicyTuple
  /** A stream that the line allows, and one that it does not. */
  readonly names: readonly [good: string, bad: string | null]
}

const at = { endpoint: 'db.internal', account: 'etl', database: 'shop' }
const cases: readonly Case[] = [
  {
    kind: 'postgres',
    config: { url: 'postgres://etl:pw@db.internal/shop' },
    line: { direction: 'read', connector: 'postgres', port: 5432, schema: 'public', prefix: 'ord', ...at },
    names: ['public.orders', 'private.orders'],
  },
  {
    kind: 'mysql',
    config: { host: 'db.internal', user: 'etl', password: 'pw', database: 'shop' },
    line: { direction: 'read', connector: 'mysql', port: 3306, prefix: 'ord', ...at },
    names: ['orders', 'salaries'],
  },
  {
    kind: 'sqlite',
    config: { path: join(folder, 'app.db') },
    line: { direction: 'read', connector: 'sqlite', path: join(folder, 'app.db') },
    names: ['orders', null],
  },
  {
    kind: 'files',
    config: { path: join(folder, 'in') },
    line: { direction: 'read', connector: 'files', path: join(folder, 'in') },
    names: ['orders.csv', null],
  },
  {
    kind: 'https',
    config: { url: 'https://files.example/exports/orders.csv' },
    line: { direction: 'read', connector: 'https', endpoint: 'files.example', port: 443, path: '/exports' },
    names: ['orders.csv', null],
  },
]

function permitted({ kind, config, line }: Case, direction: Direction = 'read') {
  const connection = { id: 'c', name: 'shop', kind, config }
  const policy = { allow: [line] }
  return permit({ connection, names: [], policy }, { direction, local, base: folder, env: {} })
}

describe('where a look may go', () => {
  for (const one of cases) {
    const { kind, line, names: [good, bad] } = one
    test(`${kind}: where a line of the policy lets some stream be read, and to no other stream`, () => {
      const { allow } = permitted(one)
      allow(good)
      if (bad !== null) assert.throws(() => allow(bad), { code: 'policy_denied' })
    })

    test(`${kind}: nowhere without such a line, nor to write where it is for reading`, () => {
      const elsewhere = 'path' in line && !('endpoint' in line)
        ? { ...line, path: join(folder, 'other') }
        : { ...line, endpoint: 'other.internal' }
      assert.throws(() => permitted({ ...one, line: elsewhere as PolicyTuple }), { code: 'policy_denied' })
      assert.throws(() => permitted(one, 'write'), { code: 'policy_denied' })
    })
  }

  test('a folder is looked at as a whole or not at all', () => {
    const [, , , files] = cases as [Case, Case, Case, Case]
    const part = { ...files.line, path: join(folder, 'in', 'day') } as PolicyTuple
    assert.throws(() => permitted({ ...files, line: part }), { code: 'policy_denied' })
  })

  test('targets in the ledger that a connection names need leave too', () => {
    const [postgres] = cases as [Case]
    const write = { ...postgres, config: { ...postgres.config, ledger: 'own_ledger' } }
    const line = { ...write.line, direction: 'write' } as PolicyTuple
    assert.throws(() => permitted({ ...write, line }, 'write').allow('public.orders'), {
      code: 'policy_denied',
    })
    permitted({ ...postgres, line }, 'write').allow('public.orders')
  })
})
