import fc from 'fast-check'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Policy, type PolicyTuple } from '../schemas/policy.ts'
import {
  type Access,
  derivedHosts,
  forbiddenBy,
  hostFits,
  normalisePath,
  pairAllowed,
  policyAllows,
  strictestLimits,
} from './policy.ts'

type PostgresTuple = Extract<PolicyTuple, { connector: 'postgres' }>
const tuple: PostgresTuple = {
  direction: 'read',
  connector: 'postgres',
  endpoint: 'db.example',
  port: 5432,
  account: 'etl',
  database: 'shop',
  schema: 'public',
  prefix: 'order',
}
const access: Extract<Access, { connector: 'postgres' }> = {
  direction: 'read',
  connector: 'postgres',
  endpoint: 'db.example',
  port: 5432,
  account: 'etl',
  database: 'shop',
  schema: 'public',
  table: 'orders',
}
const policy = (...allow: PolicyTuple[]): Policy => Policy.parse({ allow })
const allowed = (given: Policy | null, asked: Access) => policyAllows(given, asked).allowed
const files = (path: string): PolicyTuple => ({ direction: 'write', connector: 'files', path })
const writes = (path: string): Access => ({ direction: 'write', connector: 'files', path })

describe('the policy', () => {
  test('absent or empty, it denies everything', () => {
    assert.deepEqual(policyAllows(null, access), { allowed: false, code: 'policy_missing', differs: [] })
    assert.deepEqual(policyAllows(policy(), access), { allowed: false, code: 'policy_denied', differs: [] })
  })

  test('allows what one tuple fits whole', () => {
    assert.equal(allowed(policy(tuple), access), true)
    const others: Partial<typeof access>[] = [
      { direction: 'write' },
      { endpoint: 'other.example' },
      { endpoint: 'db.example.evil' },
      { port: 5433 },
      { account: 'root' },
      { database: 'crm' },
      { schema: 'private' },
      { table: 'customers' },
    ]
    assert.equal(new Set(others.flatMap((other) => Object.keys(other))).size, Object.keys(access).length - 1)
    for (const other of others) assert.equal(allowed(policy(tuple), { ...access, ...other }), false)
    assert.equal(allowed(policy(tuple), writes('/db.example')), false)
  })

  test('does not mix two tuples into one', () => {
    const two = policy({ ...tuple, database: 'crm' }, { ...tuple, account: 'other' })
    assert.equal(allowed(two, access), false)
  })

  test('says in which fields the nearest tuple differs, and no values', () => {
    const far = { ...tuple, endpoint: 'x', port: 1, account: 'y' }
    assert.deepEqual(policyAllows(policy(far, tuple), { ...access, port: 1, table: 'x' }), {
      allowed: false,
      code: 'policy_denied',
      differs: ['port', 'prefix'],
    })
  })

  test('a star fits anything, in its own field alone', () => {
    for (const field of ['endpoint', 'port', 'account', 'database', 'schema', 'prefix'] as const) {
      const wide = policy({ ...tuple, [field]: '*' })
      const key = field === 'prefix' ? 'table' : field
      const other = { ...access, [key]: field === 'port' ? 1 : 'anything' }
      assert.equal(allowed(wide, other), true, field)
      const beside = field === 'account' ? { database: 'crm' } : { account: 'root' }
      assert.equal(allowed(wide, { ...other, ...beside }), false, field)
    }
    assert.equal(allowed(policy(tuple), { ...access, account: '*', endpoint: '*' }), false)
  })

  test('host names are one in any case and with the dot of the root', () => {
    for (const endpoint of ['DB.Example', 'db.example.']) {
      assert.equal(allowed(policy(tuple), { ...access, endpoint }), true, endpoint)
    }
    // The Kelvin sign has k as its lowercase.
    assert.equal(
      allowed(policy({ ...tuple, endpoint: 'k.example' }), { ...access, endpoint: '\u212a.example' }),
      false,
    )
    assert.equal(allowed(policy({ ...tuple, endpoint: '::1' }), { ...access, endpoint: '[::1]' }), true)
    assert.equal(
      allowed(policy({ ...tuple, endpoint: '/run/pg' }), { ...access, endpoint: '/run//pg/' }),
      true,
    )
    assert.equal(allowed(policy({ ...tuple, endpoint: '*' }), { ...access, endpoint: '/run/../pg' }), false)
    assert.equal(allowed(policy({ ...tuple, endpoint: '*' }), { ...access, endpoint: '' }), false)
  })

  test('a folder allows what is below it, by whole segments', () => {
    const out = policy(files('/data/out'))
    for (const path of ['/data/out', '/data/out/', '/data/out/a.parquet', '/data//out/./b/c']) {
      assert.equal(allowed(out, writes(path)), true, path)
    }
    for (
      const path of [
        '/data',
        '/data/outside',
        '/data/out2/a',
        'data/out/a',
        '/data/out/../secret',
        '/data/out/..',
        '/data/out/a\0',
        '',
        '/',
        '/Data/out/a',
      ]
    ) assert.equal(allowed(out, writes(path)), false, path)
    assert.equal(allowed(policy(files('/')), writes('/any/where')), true)
    assert.equal(allowed(out, { ...writes('/data/out/a'), direction: 'read' }), false)
  })

  test('takes paths in their plain form only', () => {
    for (const path of ['', 'data', '/data/', '//data', '/data/../x', '/./data', '/data/.', '/a\0', '*']) {
      assert.equal(Policy.safeParse({ allow: [files(path)] }).success, false, path)
    }
    for (const path of ['/', '/data', '/data/...', '/.hidden/..x']) {
      assert.equal(Policy.safeParse({ allow: [files(path)] }).success, true, path)
      assert.equal(normalisePath(path), path)
    }
  })

  test('a path has one plain form, inside every folder above it', () => {
    const segment = fc.constantFrom('a', 'b', '.', '', '..', 'a.b')
    fc.assert(fc.property(fc.array(segment), (segments) => {
      const path = normalisePath(`/${segments.join('/')}`)
      if (path === null) return assert.ok(segments.includes('..'))
      assert.equal(normalisePath(path), path)
      assert.equal(Policy.safeParse({ allow: [files(path)] }).success, true)
      assert.equal(allowed(policy(files(path)), writes(`${path}/x`)), true)
    }))
  })

  test('unknown fields and connectors are refused', () => {
    for (const wrong of [{ ...tuple, x: 1 }, { ...tuple, connector: 'oracle' }, { ...tuple, port: '5432' }]) {
      assert.equal(Policy.safeParse({ allow: [wrong] }).success, false)
    }
    assert.equal(Policy.safeParse({ allow: [], x: 1 }).success, false)
  })
})

describe('forbidden pairs', () => {
  const { direction: _, ...place } = tuple
  const { direction: __, ...asked } = access
  const given = Policy.parse({
    allow: [],
    forbidden_pairs: [{ source: place, destination: { connector: 'files', path: '/data/public' } }],
  })
  const to = (path: string) => ({ source: asked, destination: { connector: 'files' as const, path } })

  test('nothing goes from the one to the other, into it, below it or around it', () => {
    for (const path of ['/data/public', '/data/public/x', '/data', '/', '/data/public/../x']) {
      assert.equal(pairAllowed(given, to(path)), false, path)
    }
    assert.equal(pairAllowed(given, to('/data/private')), true)
    assert.equal(
      pairAllowed(given, { ...to('/data/public'), source: { ...asked, table: 'customers' } }),
      true,
    )
    assert.equal(pairAllowed(given, { source: asked, destination: asked }), true)
    assert.equal(pairAllowed(policy(), to('/data/public')), true)
  })
})

describe('limits', () => {
  test('the smaller of the two holds, and none where neither says one', () => {
    assert.deepEqual(strictestLimits({ rows: 5 }, { rows: 9 }), { rows: 5 })
    assert.deepEqual(strictestLimits({ rows: 9 }, { rows: 5 }), { rows: 5 })
    assert.deepEqual(strictestLimits(undefined, { rows: 9 }), { rows: 9 })
    assert.deepEqual(strictestLimits({ rows: 9 }, {}), { rows: 9 })
    assert.deepEqual(strictestLimits(undefined, {}), {})
    assert.deepEqual(strictestLimits({ bytes: 7, runs_per_day: 3 }, { rows: 1, runs_per_day: 2 }), {
      rows: 1,
      bytes: 7,
      runs_per_day: 2,
    })
  })
})

describe('https places', () => {
  const place = { connector: 'https', endpoint: 'data.example', port: 443, path: '/exports' } as const
  const fetched = (path: string): Access => ({ direction: 'read', ...place, path })
  const allows = (path: string, asked: Access) =>
    allowed(policy({ direction: 'read', ...place, path }), asked)

  test('a path allows what is below it, by whole segments, and nothing that a server may read otherwise', () => {
    for (
      const path of ['/exports', '/exports/', '/exports/a.csv', '/exports/a/b.csv', '/exports/a%20b.csv']
    ) {
      assert.equal(allows('/exports', fetched(path)), true, path)
      assert.equal(allows('/exports/', fetched(path)), true, path)
      assert.equal(allows('/', fetched(path)), true, path)
    }
    for (
      const path of [
        '/',
        '/exports2/a.csv',
        '/exports/../admin',
        '/exports/%2e%2e/admin',
        '/exports/..%2fadmin',
        '/exports/%5c..',
        '/exports//a.csv',
        '/exports/a%00.csv',
        'exports/a.csv',
        '/Exports/a.csv',
      ]
    ) assert.equal(allows('/exports', fetched(path)), false, path)
    assert.equal(allows('/exports/..', fetched('/exports/a')), false)
  })

  test('differ by host, port and path', () => {
    const given = policy({ direction: 'read', ...place })
    for (const other of [{ endpoint: 'x.example' }, { port: 444 }, { path: '/other' }]) {
      const [field] = Object.keys(other)
      assert.deepEqual(policyAllows(given, { ...fetched('/exports/a'), ...other } as Access), {
        allowed: false,
        code: 'policy_denied',
        differs: [field],
      })
    }
    assert.equal(
      Policy.safeParse({ allow: [{ direction: 'write', ...place }] }).success,
      false,
      'they are read only',
    )
  })

  test('approve derived hosts in the tuples that fit whole, and in no other', () => {
    const one = { direction: 'read' as const, ...place, derived: ['*.cdn.example'] }
    const given = policy(one, { ...one, path: '/other', derived: ['store.example'] })
    assert.deepEqual(derivedHosts(given, fetched('/exports/a')), [
      { patterns: ['*.cdn.example'], port: 443, path: place.path },
    ])
    assert.deepEqual(derivedHosts(given, fetched('/elsewhere')), [])
  })

  test('a pattern is a host or what is below a domain, never every host', () => {
    assert.equal(hostFits('store.example', 'Store.Example.'), true)
    assert.equal(hostFits('store.example', 'a.store.example'), false)
    assert.equal(hostFits('*.cdn.example', 'a.cdn.example'), true)
    assert.equal(hostFits('*.cdn.example', 'a.b.cdn.example'), true)
    for (
      const host of ['cdn.example', 'evilcdn.example', 'cdn.example.evil.net', '.cdn.example', '', '/run/x']
    ) {
      assert.equal(hostFits('*.cdn.example', host), false, host)
    }
    for (const pattern of ['*', '*.', '*.*', '']) assert.equal(hostFits(pattern, 'a.example'), false, pattern)
    for (const pattern of ['*', '*.*', '*.com', 'a.*.com', 'A.example', '.example.com', '*example.com']) {
      const derived = Policy.safeParse({ allow: [{ direction: 'read', ...place, derived: [pattern] }] })
      assert.equal(derived.success, false, pattern)
    }
  })

  test('a forbidden pair counts wherever the path lies below it', () => {
    const pair = { source: place, destination: { connector: 'files' as const, path: '/data' } }
    const given = Policy.parse({ allow: [], forbidden_pairs: [pair] })
    const to = { connector: 'files' as const, path: '/data/x' }
    assert.deepEqual(forbiddenBy(given, { source: fetched('/exports/a'), destination: to }), [0])
    assert.deepEqual(forbiddenBy(given, { source: fetched('/exports/../x'), destination: to }), [0])
    assert.deepEqual(forbiddenBy(given, { source: fetched('/other'), destination: to }), [])
  })
})

describe('places of the other databases', () => {
  const mysql = {
    connector: 'mysql',
    endpoint: 'db.example',
    port: 3306,
    account: 'etl',
    database: 'shop',
  } as const
  const libsql = { connector: 'libsql', endpoint: 'shop.turso.example', port: 443 } as const
  const sqlite = (path: string) => ({ connector: 'sqlite' as const, path })
  const read = 'read' as const

  test('mysql differs by every field', () => {
    const given = policy({ direction: read, ...mysql, prefix: 'order' })
    const asked: Access = { direction: read, ...mysql, table: 'orders' }
    assert.equal(allowed(given, asked), true)
    const others = [{ endpoint: 'x' }, { port: 1 }, { account: 'root' }, { database: 'crm' }, {
      table: 'items',
    }]
    for (const other of others) {
      const [field] = Object.keys(other)
      const decision = policyAllows(given, { ...asked, ...other } as Access)
      assert.deepEqual(!decision.allowed && decision.differs, [field === 'table' ? 'prefix' : field])
    }
    assert.equal(allowed(given, { ...asked, direction: 'write' }), false)
    assert.equal(allowed(given, { ...asked, table: 'Orders' }), false, 'a server may tell the two apart')
  })

  test('libsql differs by host, port and table', () => {
    const given = policy({ direction: read, ...libsql, prefix: 'order' })
    const asked: Access = { direction: read, ...libsql, table: 'orders' }
    assert.equal(allowed(given, asked), true)
    for (const other of [{ endpoint: 'other.example' }, { port: 80 }, { table: 'items' }]) {
      assert.equal(allowed(given, { ...asked, ...other }), false)
    }
  })

  test('a database file is a place of its own kind, by its folder or by itself', () => {
    const asked = (path: string): Access => ({ direction: read, ...sqlite(path) })
    for (const place of ['/data/app.db', '/data', '/']) {
      assert.equal(allowed(policy({ direction: read, ...sqlite(place) }), asked('/data/app.db')), true, place)
    }
    const given = policy({ direction: read, ...sqlite('/data/app.db') })
    for (const path of ['/data/app.db2', '/data', '/data/../data/app.db', 'app.db']) {
      assert.equal(allowed(given, asked(path)), false, path)
    }
    assert.equal(allowed(given, { direction: read, connector: 'files', path: '/data/app.db' }), false)
    assert.equal(allowed(policy({ ...files('/data'), direction: read }), asked('/data/app.db')), false)
  })

  test('one kind fits no tuple of another, even where all the fields are there', () => {
    const wide = { endpoint: '*', port: '*', account: '*', database: '*', schema: '*', prefix: '*' } as const
    const { schema: _, ...noSchema } = wide
    const each: [PolicyTuple, Access][] = [
      [{ direction: read, connector: 'postgres', ...wide }, access],
      [{ direction: read, connector: 'mysql', ...noSchema }, { direction: read, ...mysql, table: 'x' }],
      [
        { direction: read, connector: 'libsql', endpoint: '*', port: '*', prefix: '*' },
        { direction: read, ...libsql, table: 'x' },
      ],
      [{ direction: read, ...sqlite('/') }, { direction: read, ...sqlite('/x') }],
      [{ ...files('/'), direction: read }, { ...writes('/x'), direction: read }],
    ]
    for (const [at, [wideTuple]] of each.entries()) {
      for (const [other, [, asked]] of each.entries()) {
        assert.equal(allowed(policy(wideTuple), asked), at === other, `${at} ${other}`)
      }
    }
  })

  test('a forbidden pair holds for a table in any case, and for the folder around a database file', () => {
    const pairs = [
      { source: { ...mysql, prefix: 'secret' }, destination: { connector: 'files' as const, path: '/out' } },
      { source: sqlite('/data/hr.db'), destination: { connector: 'files' as const, path: '/out' } },
      { source: { ...libsql, prefix: '*' }, destination: { connector: 'files' as const, path: '/out' } },
    ]
    const given = Policy.parse({ allow: [], forbidden_pairs: pairs })
    const destination = { connector: 'files' as const, path: '/out/x' }
    const from = (source: (typeof access) | object) =>
      forbiddenBy(given, { source: source as never, destination })
    assert.deepEqual(from({ ...mysql, database: 'SHOP', table: 'Secret_plans' }), [0])
    for (const table of ['SECRET', 's\u00e9cret', '\uff33ecret', 'secre\u0301t']) {
      assert.deepEqual(from({ ...mysql, table }), [0], table)
    }
    assert.deepEqual(from({ ...mysql, table: 'plans' }), [])
    for (const path of ['/data/hr.db', '/data', '/data/../x']) assert.deepEqual(from(sqlite(path)), [1], path)
    assert.deepEqual(from(sqlite('/data/shop.db')), [])
    assert.deepEqual(from({ ...libsql, table: 'any' }), [2])
  })
})
