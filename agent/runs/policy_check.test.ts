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
  streams: OpenedJob['body']['streams']
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

describe('patterns', () => {
  const pattern = (from: string, to: string) => {
    const it = situation()
    it.streams[0] = { from, to, mode: 'replace' }
    return it
  }
  const denied = { code: 'policy_denied' }

  test('are let through where some name of them may be allowed, and each name is judged by itself', () => {
    const it = pattern('public.order*', '{table}.parquet')
    read(it).prefix = 'orders'
    const { admit } = check(it)
    admit({ from: 'public.orders', to: 'orders.parquet' })
    assert.throws(() => admit({ from: 'public.order_secrets', to: 'orders.parquet' }), denied)
    assert.throws(() => admit({ from: 'private.orders', to: 'orders.parquet' }), denied)
    assert.throws(() => admit({ from: 'public.orders', to: '../in/orders.parquet' }), denied)
  })

  const refused: readonly [what: string, from: string, to: string, change?: (it: Situation) => void][] = [
    ['of another schema', 'private.*', '{table}.parquet'],
    ['of a schema that fits no name', 'priv*.orders', '{table}.parquet'],
    [
      'whose names all begin otherwise',
      'public.items_*',
      '{table}.parquet',
      (it) => void (read(it).prefix = 'order'),
    ],
    ['that end up in another folder', 'public.*', '../in/{table}.parquet'],
    ['of another account', 'public.*', '{table}.parquet', (it) => void (read(it).account = 'root')],
  ]
  for (const [what, from, to, change = () => undefined] of refused) {
    test(`${what} are refused before anything is asked of the place`, () => {
      const it = pattern(from, to)
      change(it)
      assert.throws(() => check(it), denied)
    })
  }

  for (const from of ['pub*.orders', '*.orders', 'public.*', 'p*l*c.o*', 'public.order_*']) {
    test(`${from} may come to something that is allowed`, () => {
      const it = pattern(from, '{schema}_{table}.parquet')
      read(it).prefix = 'order'
      check(it)
    })
  }

  test('in quotes are names', () => {
    const it = pattern('public."order*"', 'orders.parquet')
    read(it).prefix = 'orders'
    assert.throws(() => check(it), denied)
  })

  test('come to names that no forbidden pair covers', () => {
    const it = pattern('public.*', '{table}.parquet')
    const { direction: _, ...source } = read(it)
    const destination = { connector: 'files' as const, path: `${folder}/out` }
    it.policy.forbidden_pairs = [{ source: { ...source, prefix: 'hr_' }, destination }]
    const { admit } = check(it)
    admit({ from: 'public.orders', to: 'orders.parquet' })
    assert.throws(() => admit({ from: 'public.hr_people', to: 'orders.parquet' }), denied)
  })

  test('of files need their whole folder: what they come to may be any file in it', () => {
    const it = situation()
    it.source = { id: 'a', name: 'in', kind: 'files', config: { path: `${folder}/in` } }
    it.streams[0]!.from = 'day/2026-*.csv'
    it.policy.allow.push({ direction: 'read', connector: 'files', path: `${folder}/in/day/2026-01.csv` })
    assert.throws(() => check(it), denied)
    it.policy.allow.push({ direction: 'read', connector: 'files', path: `${folder}/in/day` })
    check(it)
    it.streams[0]!.from = '*/2026-*.csv'
    assert.throws(() => check(it), denied)
  })
})

describe('the quarantine of a stream', () => {
  const aside = () => {
    const it = situation()
    it.streams[0]!.on_bad_row = 'quarantine'
    return it
  }

  test('is written to as well: policy has to allow it, and local policy', () => {
    const it = aside()
    check(it)
    it.policy.allow[1] = { direction: 'write', connector: 'files', path: `${folder}/out/orders.parquet` }
    assert.throws(() => check(it), { code: 'policy_denied', message: /orders\.parquet__quarantine\.jsonl/ })
    it.streams[0]!.on_bad_row = 'fail'
    check(it)
  })

  test('is covered by forbidden pairs as well', () => {
    const it = aside()
    const { direction: _, ...source } = read(it)
    const path = `${folder}/out/orders.parquet__quarantine.jsonl`
    it.policy.forbidden_pairs = [{ source, destination: { connector: 'files', path } }]
    assert.throws(() => check(it), { code: 'policy_denied', message: /forbids the way/ })
  })

  test('of a table begins as the table does', () => {
    const it = aside()
    it.destination = { ...it.source, id: 'b', name: 'warehouse' }
    it.streams[0]!.to = 'public.orders'
    it.policy.allow.push({ ...read(it), direction: 'write', prefix: 'orders' })
    check(it)
  })
})

describe('the databases beside PostgreSQL', () => {
  const crm = (): Situation => {
    const it = situation()
    const config = { host: 'crm.internal', user: 'etl', password: '${env:SHOP_PASSWORD}', database: 'crm' }
    it.source = { id: 'a', name: 'crm', kind: 'mysql', config }
    it.streams[0]!.from = 'orders'
    const line = {
      connector: 'mysql',
      endpoint: 'crm.internal',
      port: 3306,
      account: 'etl',
      prefix: '*',
    } as const
    it.policy.allow.push({ direction: 'read', ...line, database: 'crm' })
    return it
  }

  test('are judged by the database that a table is in, and not by the one that the connection names', () => {
    const it = crm()
    check(it)
    it.streams[0]!.from = 'hr.people'
    assert.throws(() => check(it), { code: 'policy_denied', message: /hr\.people.* differs in database/ })
  })

  test('take their own tables along, but for a database that is named for them', () => {
    const it = crm()
    it.destination = { ...it.source, id: 'b' }
    it.streams[0]!.to = 'copy'
    it.policy.allow.push({ ...it.policy.allow[2]!, direction: 'write' } as never)
    check(it)
    it.destination = { ...it.destination, config: { ...it.source.config, ledger: 'sallyport' } }
    check(it)
    it.destination = { ...it.destination, config: { ...it.source.config, ledger: 'hr' } }
    assert.throws(() => check(it), { code: 'policy_denied', message: /hr\.sallyport_targets/ })
  })

  test('that are files need the leave of both policies for their file', () => {
    const it = situation()
    it.source = { id: 'a', name: 'till', kind: 'sqlite', config: { path: `${folder}/in/till.db` } }
    it.streams[0]!.from = 'orders'
    assert.throws(() => check(it), { code: 'policy_denied' })
    it.policy.allow.push({ direction: 'read', connector: 'sqlite', path: `${folder}/in/till.db` })
    check(it)
    it.local = it.local.replace(`, "${folder}/in"`, '')
    assert.throws(() => check(it), { code: 'path_refused' })
    it.source = { ...it.source, config: { path: `${folder}/secret/own.db` } }
    it.policy.allow.push({ direction: 'read', connector: 'sqlite', path: `${folder}/secret` })
    it.local = it.local.replace('files: [', `files: ["${folder}/secret", `)
    assert.throws(() => check(it), { code: 'path_refused' }, 'the agent’s own files')
  })

  test('that are files are judged by where their links lead', () => {
    const it = situation()
    symlinkSync(`${folder}/secret/x.csv`, `${folder}/in/link.db`)
    it.source = { id: 'a', name: 'till', kind: 'sqlite', config: { path: `${folder}/in/link.db` } }
    it.streams[0]!.from = 'orders'
    it.policy.allow.push({ direction: 'read', connector: 'sqlite', path: `${folder}/in` })
    assert.throws(() => check(it), { code: 'policy_denied' })
  })
})
