import { describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Fault } from '../../shared/faults.ts'
import { resolveReferences } from '../references.ts'
import { connectionNamed, connectionOfUrl, readConnectionsFile } from './connections.ts'
import { readPipelineFile } from './pipeline.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-files-'))

function written(text: string): string {
  const path = join(folder, `${crypto.randomUUID()}.yaml`)
  writeFileSync(path, text)
  return path
}

function faultOf(work: () => unknown): Fault {
  try {
    work()
  } catch (error) {
    assert.ok(error instanceof Fault, String(error))
    return error
  }
  return assert.fail('it was accepted')
}

const good = `sallyport: 1
name: orders
source: shop
destination: warehouse
defaults: { mode: replace }
streams:
  - from: public.orders
    to: raw.orders
    key: [id]
    columns: { cast: { amount: "decimal(18,2)" } }
  - { from: public.items, to: raw.items, mode: append }
triggers: { api: { per_day: 24 } }
limits: { rows: 1000, runs_per_day: 48 }
`

describe('a pipeline file', () => {
  test('is read with its defaults filled in', () => {
    const { file } = readPipelineFile(written(good))
    assert.equal(file.project, 'default')
    assert.equal(file.pool, 'default')
    assert.deepEqual(file.limits, { rows: 1000, retries: 3, runs_per_day: 48 })
    assert.deepEqual(file.body.streams, [
      {
        from: 'public.orders',
        to: 'raw.orders',
        mode: 'replace',
        key: ['id'],
        cast: { amount: 'decimal(18,2)' },
      },
      { from: 'public.items', to: 'raw.items', mode: 'append' },
    ])
  })

  const table: readonly [what: string, from: string, to: string, code: string, message: RegExp][] = [
    [
      'an unknown key',
      'name: orders',
      'name: orders\nnmae: x',
      'pipeline_invalid',
      /:3: "nmae" is not a key/,
    ],
    [
      'an unknown key in a stream',
      'key: [id]',
      'keys: [id]',
      'pipeline_invalid',
      /:9: in streams\.0, "keys"/,
    ],
    [
      'a key of a later version',
      'key: [id]',
      'transform: select 1',
      'unsupported',
      /:9: in streams\.0, "transform"/,
    ],
    [
      'an unknown mode',
      'mode: append',
      'mode: upsert',
      'pipeline_invalid',
      /:11: streams\.1\.mode: it is one of replace, append, merge, history, mirror/,
    ],
    ['a missing mode', 'defaults: { mode: replace }\n', '', 'pipeline_invalid', /streams\.0: it has no mode/],
    ['an unknown type', 'decimal(18,2)', 'money', 'pipeline_invalid', /there is no type "money"/],
    ['one target twice', 'raw.items', 'raw.orders', 'pipeline_invalid', /stream 1 has the same target/],
    [
      'no streams',
      good.slice(good.indexOf('streams:')),
      'streams: []\n',
      'pipeline_invalid',
      /at least one stream/,
    ],
    ['another version', 'sallyport: 1', 'sallyport: 2', 'pipeline_invalid', /:1: sallyport/],
    ['broken YAML', 'streams:', 'streams: [', 'pipeline_invalid', /\.yaml:\d+: /],
    [
      'a misspelt key, before the one that is missing for it,',
      'name: orders',
      'nam: orders',
      'pipeline_invalid',
      /:2: "nam" is not a key/,
    ],
    ['a missing key', 'name: orders\n', '', 'pipeline_invalid', /:1: name: it is missing\.$/],
    ['a doubled key', 'name: orders', 'name: orders\nname: b', 'pipeline_invalid', /:3: /],
  ]
  for (const [what, from, to, code, message] of table) {
    test(`${what} is refused by line and name`, () => {
      assert.ok(good.includes(from))
      const fault = faultOf(() => readPipelineFile(written(good.replace(from, to))))
      assert.equal(fault.code, code, fault.message)
      assert.match(fault.message, message)
    })
  }

  test('that is not there is said by its path', () => {
    const fault = faultOf(() => readPipelineFile(join(folder, 'none.yaml')))
    assert.equal(fault.code, 'file_unreadable')
    assert.match(fault.message, /none\.yaml/)
  })
})

describe('a connections file', () => {
  const connections = 'sallyport: 1\nconnections:\n  shop: { type: postgres, url: "${env:SHOP_URL}" }\n'

  test('gives connections by name, with references as they stand', () => {
    const path = written(connections)
    const shop = connectionNamed(readConnectionsFile(path), 'shop', path)
    assert.deepEqual(shop, { type: 'postgres', config: { url: '${env:SHOP_URL}' } })
  })

  test('says what it has when a name is missing', () => {
    const path = written(connections)
    const fault = faultOf(() => connectionNamed(readConnectionsFile(path), 'crm', path))
    assert.equal(fault.code, 'connection_unknown')
    assert.match(fault.message, /it has shop/)
  })

  test('refuses a connector of a later version, and one that nobody knows', () => {
    const planned = faultOf(() => readConnectionsFile(written(connections.replace('postgres', 'snowflake'))))
    assert.equal(planned.code, 'unsupported')
    const unknown = faultOf(() => readConnectionsFile(written(connections.replace('postgres', 'oracel'))))
    assert.equal(unknown.code, 'connections_invalid')
    assert.match(unknown.message, /:3: connections\.shop\.type: there is no connector "oracel"/)
  })
})

describe('the URL of a connection', () => {
  test('says of which kind it is', () => {
    for (
      const [url, type, config] of [
        ['postgres://u:p@h/d', 'postgres', { url: 'postgres://u:p@h/d' }],
        ['postgresql://u:p@h/d', 'postgres', { url: 'postgresql://u:p@h/d' }],
        ['mysql://u:p@h/d', 'mysql', { url: 'mysql://u:p@h/d' }],
        ['mariadb://u:p@h/d', 'mysql', { url: 'mariadb://u:p@h/d' }],
        ['libsql://app.example', 'libsql', { url: 'libsql://app.example' }],
        ['sqlite:/data/app.db', 'sqlite', { path: '/data/app.db' }],
        ['sqlite:///data/app.db', 'sqlite', { path: '/data/app.db' }],
        ['sqlite:app.db', 'sqlite', { path: 'app.db' }],
      ] as const
    ) assert.deepEqual(connectionOfUrl(url), { type, config })
  })

  test('of another kind is refused, and not quoted: it may hold a password', () => {
    for (const url of ['oracle://etl:hunter2@h/d', 'hunter2', '', 'https://etl:hunter2@h']) {
      const fault = faultOf(() => connectionOfUrl(url))
      assert.equal(fault.code, 'connection_invalid')
      assert.ok(!fault.message.includes('hunter2'))
    }
  })
})

describe('references', () => {
  const how = { permit: () => undefined, base: folder, env: { SHOP_URL: 'postgres://x' } }

  test('are resolved wherever they stand, and told to the redactor', () => {
    writeFileSync(join(folder, 'secret.txt'), 'hunter2\n')
    const config = { url: '${env:SHOP_URL}', tls: { ca: '${file:secret.txt}' }, port: 5 }
    const resolved = resolveReferences(config, how)
    assert.deepEqual(resolved.config, { url: 'postgres://x', tls: { ca: 'hunter2' }, port: 5 })
    assert.deepEqual(resolved.secrets, ['postgres://x', 'hunter2'])
  })

  const refused: readonly [string, string][] = [
    ['${env:NOT_SET}', 'reference_missing'],
    ['${file:none.txt}', 'reference_missing'],
    ['${aws-sm:prod/crm}', 'unsupported'],
    ['postgres://u:${env:SHOP_URL}@h', 'connection_invalid'],
  ]
  for (const [text, code] of refused) {
    test(`${text} is ${code}`, () => {
      assert.equal(faultOf(() => resolveReferences({ url: text }, how)).code, code)
    })
  }

  test('are asked leave for before they are looked up', () => {
    const asked: string[] = []
    const permit = (reference: string) => {
      asked.push(reference)
      throw new Fault('reference_refused')
    }
    const fault = faultOf(() => resolveReferences({ url: '${env:NOT_SET}' }, { ...how, permit }))
    assert.equal(fault.code, 'reference_refused')
    assert.deepEqual(asked, ['${env:NOT_SET}'])
  })
})
