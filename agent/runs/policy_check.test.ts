import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { FaultCode } from '../../shared/faults.ts'
import { loadLocalPolicy } from '../trust/local_policy.ts'
import type { OpenedJob } from './open.ts'
import { checkPolicy } from './policy_check.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-policy-')))
after(() => rmSync(folder, { recursive: true, force: true }))
mkdirSync(`${folder}/in`)
mkdirSync(`${folder}/out`)
mkdirSync(`${folder}/secret`)
writeFileSync(`${folder}/secret/x.csv`, '')
symlinkSync(`${folder}/secret/x.csv`, `${folder}/in/link.csv`)

interface Situation {
  source: OpenedJob['source']
  destination: OpenedJob['destination']
  streams: { from: string; to: string; mode: 'replace' | 'append' }[]
  policy: OpenedJob['policy']
  local: string
  env: Record<string, string>
}

function situation(): Situation {
  const places = { connector: 'postgres', port: 5432, account: 'etl', database: 'shop', prefix: '*' } as const
  return {
    source: {
      id: 'a',
      name: 'shop',
      kind: 'postgres',
      config: { host: 'db.internal', user: 'etl', password: '${env:SHOP_PASSWORD}', database: 'shop' },
    },
    destination: {
      id: 'b',
      name: 'lake',
      kind: 'files',
      config: { path: `${folder}/out`, format: 'parquet' },
    },
    streams: [{ from: 'public.orders', to: 'orders.parquet', mode: 'replace' }],
    policy: {
      allow: [
        { direction: 'read', ...places, endpoint: 'db.internal', schema: 'public' },
        { direction: 'write', connector: 'files', path: `${folder}/out` },
      ],
    },
    local: `sallyport: 1\nreferences: ["\${env:SHOP_PASSWORD}"]\nfiles: ["${folder}/out", "${folder}/in"]\n`,
    env: { SHOP_PASSWORD: 'hunter2' },
  }
}

let count = 0
function check({ source, destination, streams, policy, local, env }: Situation, limits = { retries: 0 }) {
  const path = join(folder, `local-${count++}.yaml`)
  writeFileSync(path, local, { mode: 0o600 })
  const hidden: string[] = []
  const hide = (secrets: readonly string[]) => void hidden.push(...secrets)
  const options = { local: loadLocalPolicy(path, [`${folder}/secret`]), base: folder, env, hide }
  return { ...checkPolicy({ source, destination, body: { streams }, policy }, limits, options), hidden }
}

const read = (it: Situation) =>
  it.policy.allow[0] as Extract<Situation['policy']['allow'][0], { connector: 'postgres' }>

const cases: readonly { name: string; code: FaultCode; change: (it: Situation) => void }[] = [
  {
    name: 'a host outside policy',
    code: 'policy_denied',
    change: (it) => void (read(it).endpoint = 'other'),
  },
  { name: 'another port', code: 'policy_denied', change: (it) => void (read(it).port = 5433) },
  { name: 'another account', code: 'policy_denied', change: (it) => void (read(it).account = 'root') },
  { name: 'another database', code: 'policy_denied', change: (it) => void (read(it).database = 'hr') },
  { name: 'another schema', code: 'policy_denied', change: (it) => void (read(it).schema = 'private') },
  {
    name: 'a table outside the prefix',
    code: 'policy_denied',
    change: (it) => void (read(it).prefix = 'items'),
  },
  { name: 'the other direction', code: 'policy_denied', change: (it) => void (read(it).direction = 'write') },
  { name: 'nothing allowed', code: 'policy_denied', change: (it) => void (it.policy.allow = []) },
  {
    name: 'a schema that the stream names, not the connection',
    code: 'policy_denied',
    change: (it) => void (it.streams[0]!.from = 'private.orders'),
  },
  {
    name: 'a second stream that is not allowed',
    code: 'policy_denied',
    change: (it) => void it.streams.push({ from: 'hr.people', to: 'people.parquet', mode: 'replace' }),
  },
  {
    name: 'a path outside policy',
    code: 'policy_denied',
    change: (it) =>
      void (it.destination = { ...it.destination, config: { path: `${folder}/in`, format: 'parquet' } }),
  },
  {
    name: 'a path that leads out by dots',
    code: 'policy_denied',
    change: (it) => void (it.streams[0]!.to = '../in/orders.parquet'),
  },
  {
    name: 'a path that local policy does not name',
    code: 'path_refused',
    change: (it) => void (it.local = it.local.replace(`"${folder}/out", `, '')),
  },
  {
    name: 'a forbidden pair',
    code: 'policy_denied',
    change: (it) => {
      const { direction: _, ...source } = read(it)
      it.policy.forbidden_pairs = [{ source, destination: { connector: 'files', path: `${folder}/out` } }]
    },
  },
  {
    name: 'a secret reference that local policy does not name',
    code: 'reference_refused',
    change: (it) => void (it.local = it.local.replace('SHOP_PASSWORD', 'OTHER')),
  },
  {
    name: 'a reference to what is not there',
    code: 'reference_missing',
    change: (it) => void (it.env = {}),
  },
  {
    name: 'a connector that local policy leaves out',
    code: 'policy_denied',
    change: (it) => void (it.local += 'connectors: [files]\n'),
  },
  {
    name: 'a host that local policy leaves out',
    code: 'policy_denied',
    change: (it) => void (it.local += 'hosts: [other.internal]\n'),
  },
  {
    name: 'a connection string that does not parse',
    code: 'connection_invalid',
    change: (it) => void (it.source = { ...it.source, config: { url: 'postgres://etl:hun@ter2@db/x?y=1' } }),
  },
  {
    name: 'a table’s name that is none',
    code: 'name_refused',
    change: (it) => void (it.streams[0]!.from = 'a.b.c'),
  },
  {
    name: 'a ledger outside policy',
    code: 'policy_denied',
    change: (it) => {
      it.destination = {
        ...it.source,
        id: 'b',
        name: 'warehouse',
        config: { ...it.source.config, ledger: 'private' },
      }
      it.streams[0]!.to = 'public.copy'
      it.policy.allow.push({ ...read(it), direction: 'write' })
    },
  },
]

describe('policy against what was opened', () => {
  test('allows what fits, and hands over settings, limits and what to hide', () => {
    const allowed = check(situation())
    assert.equal(allowed.source.type, 'postgres')
    assert.equal((allowed.source.config as { password: string }).password, 'hunter2')
    assert.ok(allowed.hidden.includes('hunter2'))
  })

  for (const { name, code, change } of cases) {
    test(`refuses ${name} with ${code}`, () => {
      const it = situation()
      check(it)
      change(it)
      assert.throws(() => check(it), (error: Error & { code: string }) => {
        assert.equal(error.code, code, error.message)
        assert.ok(!error.message.includes('hunter2') && !error.message.includes('hun@ter2'), error.message)
        return true
      })
    })
  }

  test('judges a file by where its link leads', () => {
    const it = situation()
    it.source = { id: 'a', name: 'in', kind: 'files', config: { path: `${folder}/in` } }
    it.streams[0]!.from = 'good.csv'
    it.policy.allow.push({ direction: 'read', connector: 'files', path: `${folder}/in` })
    check(it)
    it.streams[0]!.from = 'link.csv'
    assert.throws(() => check(it), { code: 'policy_denied' })
  })

  test('takes the smaller of the limits of policy and pipeline', () => {
    const it = situation()
    it.policy.limits = { rows: 10 }
    const { limits } = check(it, { retries: 0, rows: 100 } as never)
    assert.equal(limits.rows, 10)
  })
})
