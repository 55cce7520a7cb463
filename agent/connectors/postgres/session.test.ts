import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { freePort, type Postgres, startPostgres } from '../../../scripts/postgres.ts'
import { Fault, meaningOf } from '../../../shared/faults.ts'
import { noServer, serverUrl } from '../../engine/postgres_fixture.ts'
import { contextOf } from '../load_fixture.ts'
import { directNetwork } from '../../network.ts'
import { parseConfig } from '../connectors.ts'
import { AddressRules } from '../../trust/addresses.ts'
import { type ConnectGuard, localGuard } from '../guard.ts'
import { makeAuthority } from './certificate_fixture.ts'
import type { PostgresConfig } from './config.ts'
import { faultOf as serverFault } from './errors.ts'
import { Session } from './session.ts'

/** Nothing plain, as on an agent whose local policy names nothing. */
const strict: ConnectGuard = { ...localGuard, plain: () => false }

const contextBy = (guard: ConnectGuard) => contextOf({ guard, base: tmpdir() })

async function faultOf(written: object, guard: ConnectGuard = localGuard): Promise<Fault> {
  try {
    const config = parseConfig('postgres', written) as PostgresConfig
    await using _session = await Session.open(config, contextBy(guard), 'source')
  } catch (error) {
    assert.ok(error instanceof Fault, String(error))
    return error
  }
  return assert.fail('it connected')
}

async function encrypted(written: object, guard: ConnectGuard): Promise<boolean> {
  const config = parseConfig('postgres', written) as PostgresConfig
  await using session = await Session.open(config, contextBy(guard), 'source')
  const [row] = await session.rows<{ ssl: boolean }>(
    'select ssl from pg_stat_ssl where pid = pg_backend_pid()',
  )
  return row?.ssl === true
}

describe('a connection over TLS', { skip: noServer }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-tls-'))
  const authority = makeAuthority('Test authority')
  let server: Postgres
  const settings = () => {
    const { certificate, key } = authority.issue('localhost')
    for (const [name, text] of Object.entries({ 'server.pem': certificate, 'server.key': key })) {
      const path = join(folder, name)
      writeFileSync(path, text, { mode: 0o600 })
      if (process.getuid?.() === 0) chownSync(path, 65534, 65534)
    }
    writeFileSync(join(folder, 'ca.pem'), authority.certificate)
    chmodSync(folder, 0o755)
    return [
      'ssl=on',
      `ssl_cert_file=${join(folder, 'server.pem')}`,
      `ssl_key_file=${join(folder, 'server.key')}`,
    ]
  }

  before(async () => {
    server = await startPostgres({ settings: settings() })
  })
  after(async () => {
    await server?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  const to = (host: string, tls: object) => ({
    host,
    port: server.port,
    user: server.user,
    password: server.password,
    database: 'postgres',
    tls,
  })

  test('verifies authority and name by default, with the authority as file or text', async () => {
    assert.equal(await encrypted(to('localhost', { ca: authority.certificate }), strict), true)
    assert.equal(await encrypted(to('localhost', { ca_file: join(folder, 'ca.pem') }), strict), true)
  })

  test("is refused under another authority, under the system's, and under another name", async () => {
    const other = makeAuthority('Another authority').certificate
    assert.equal((await faultOf(to('localhost', { ca: other }), strict)).code, 'tls_failed')
    assert.equal((await faultOf(to('localhost', {}), strict)).code, 'tls_failed')
    const byAddress = to('127.0.0.1', { ca: authority.certificate })
    assert.equal((await faultOf(byAddress, strict)).code, 'tls_failed')
  })

  test('is what an environment that turns verification off gets too', async () => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    process.env['PGSSLMODE'] = 'disable'
    try {
      assert.equal((await faultOf(to('localhost', {}), strict)).code, 'tls_failed')
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
      delete process.env['PGSSLMODE']
    }
  })

  test('counts the authorities of the agent’s settings where the connection names none', async () => {
    const config = parseConfig('postgres', to('localhost', {})) as PostgresConfig
    const network = { ...directNetwork, ca: [authority.certificate] }
    await using session = await Session.open(config, { ...contextBy(strict), network }, 'source')
    assert.deepEqual(await session.rows('select 1::text as one'), [{ one: '1' }])
    await assert.rejects(Session.open(config, contextBy(strict), 'source'), { code: 'tls_failed' })
  })

  test('may be left out on loopback where the guard allows it', async () => {
    assert.equal(await encrypted(to('localhost', {}), localGuard), false)
    assert.equal((await faultOf(to('localhost', { mode: 'disable' }), strict)).code, 'plain_refused')
    const verified = to('localhost', { mode: 'verify-full', ca: authority.certificate })
    assert.equal(await encrypted(verified, localGuard), true)
  })
})

describe('a connection', { skip: noServer }, () => {
  const url = serverUrl ?? 'postgres://none'

  test('never falls back to plain when the server has no TLS', async () => {
    assert.equal((await faultOf({ url, tls: { mode: 'verify-full' } })).code, 'tls_failed')
    assert.equal((await faultOf({ url }, strict)).code, 'tls_failed')
  })

  test('asks the guard about every address, and connects to none that it refuses', async () => {
    const asked: (readonly string[])[] = []
    const guard: ConnectGuard = {
      ...localGuard,
      address(_, addresses) {
        asked.push(addresses)
        throw new Fault('address_refused')
      },
    }
    const local = new URL(url)
    local.hostname = 'localhost'
    assert.equal((await faultOf({ url: local.href }, guard)).code, 'address_refused')
    assert.ok(asked[0]?.includes('127.0.0.1'))
  })

  test('resolves its name anew for every connection: one that was good may be rebound', async () => {
    const answers = [['127.0.0.1'], ['169.254.169.254']]
    const asked: (readonly string[])[] = []
    const it = new AddressRules(['127.0.0.1'])
    const guard: ConnectGuard = {
      ...localGuard,
      plain: () => true,
      address(host, addresses) {
        asked.push(addresses)
        it.check(host, addresses)
      },
    }
    const context = {
      ...contextBy(guard),
      network: { ...directNetwork, resolve: async () => answers.shift() ?? [] },
    }
    const named = new URL(url)
    named.hostname = 'db.example'
    const config = parseConfig('postgres', { url: named.href }) as PostgresConfig
    await (await Session.open(config, context, 'source'))[Symbol.asyncDispose]()
    await assert.rejects(Session.open(config, context, 'source'), { code: 'address_refused' })
    assert.deepEqual(asked, [['127.0.0.1'], ['169.254.169.254']])
  })

  test('takes nothing from the environment', async () => {
    const set = {
      DATABASE_URL: 'postgres://other:other@192.0.2.1:1/other',
      POSTGRES_URL: 'postgres://other:other@192.0.2.1:1/other',
      PGHOST: '192.0.2.1',
      PGDATABASE: 'other',
      PGUSER: 'other',
      PGPASSWORD: 'other',
      PGPORT: '1',
    }
    Object.assign(process.env, set)
    try {
      assert.equal(await encrypted({ url }, localGuard), false)
    } finally {
      for (const name of Object.keys(set)) delete process.env[name]
    }
  })

  test('fails by name: nobody there, no such host, database or user', async () => {
    const changed = (change: (url: URL) => void) => {
      const copy = new URL(url)
      change(copy)
      return { url: copy.href }
    }
    const port = await freePort()
    const nobody = await faultOf(changed((one) => (one.port = String(port))))
    assert.equal(
      `${nobody.code}: ${nobody.message}`,
      `connection_refused: ${meaningOf('connection_refused').help}`,
    )
    assert.equal((await faultOf(changed((one) => (one.pathname = '/none')))).code, 'database_missing')
    assert.equal((await faultOf(changed((one) => (one.username = 'no_such_role')))).code, 'login_failed')
    const host = { host: 'no-such-host.invalid', user: 'x', tls: { mode: 'verify-full' } }
    assert.equal((await faultOf(host)).code, 'host_unresolved')
  })

  test('to what is no PostgreSQL says that it may be none', () => {
    const { code, message } = serverFault({ code: 'ERR_POSTGRES_CONNECTION_FAILED' }, 'source')
    assert.equal(code, 'connection_refused')
    assert.match(message, /is it PostgreSQL/)
  })

  const unreadable: readonly string[] = [
    'postgres://user:p@hunter2/hunter2:se@hunter2#@host:port/db',
    'postgres://user:hunter2@host:99999999/db',
    'mysql://user:hunter2@host/db',
    'hunter2',
    'postgres://user:%zzhunter2@host/db',
    'postgres://user:pass@host/db?hunter2=1',
    'postgres://user:hunter2@one,two/db',
    'postgres://user:hunter2@host/db?sslmode=require',
  ]
  for (const text of unreadable) {
    test(`by ${text.replaceAll('hunter2', '…')} is refused without a word of it`, async () => {
      const fault = await faultOf({ url: text })
      assert.equal(fault.code, 'connection_invalid')
      assert.doesNotMatch(fault.message, /hunter2|%zz/)
      assert.doesNotMatch(String((fault.cause as Error | undefined)?.message ?? ''), /hunter2/)
    })
  }

  test('refuses settings that it does not know', async () => {
    assert.match((await faultOf({ url, sslmode: 'disable' })).message, /sslmode/)
    assert.equal((await faultOf({ user: 'x' })).code, 'connection_invalid')
    assert.equal(
      (await faultOf({ host: 'x', tls: { mode: 'prefer' }, user: 'x' })).code,
      'connection_invalid',
    )
  })
})

describe('behind a connection pool', { skip: noServer }, () => {
  test('settings hold in the transaction, and nothing of them outlives it', async () => {
    const config = parseConfig('postgres', { url: serverUrl ?? '' }) as PostgresConfig
    await using session = await Session.open(config, contextBy(localGuard), 'source')
    const read = async () => {
      const [row] = await session.rows<{ rls: string; style: string }>(
        `select current_setting('row_security') as rls, current_setting('intervalstyle') as style`,
      )
      return { ...row }
    }
    await session.run(`set intervalstyle = 'sql_standard'`)
    await session.begin('read only')
    assert.deepEqual(await read(), { rls: 'off', style: 'postgres' })
    await session.run('rollback')
    assert.deepEqual(await read(), { rls: 'on', style: 'sql_standard' })
  })
})

describe('a question to the catalog', { skip: noServer }, () => {
  test('that the server does not answer in time is stalled; what moves rows has all the time it needs', async () => {
    const config = parseConfig('postgres', { url: serverUrl }) as PostgresConfig
    await using session = await Session.open(config, contextBy(localGuard), 'source')
    await session.begin('read only')
    const [limit] = await session.rows<{ limit: string }>(
      `select current_setting('statement_timeout') as limit`,
    )
    assert.equal(limit?.limit, '5min')
    await session.run(`savepoint before; set local statement_timeout = '20ms'`)
    const stalled = await session.rows('select pg_sleep(20)').catch((error) => error as Fault)
    assert.equal((stalled as Fault).code, 'stalled')
    await session.run('rollback to savepoint before')
    await session.unbounded()
    const [none] = await session.rows<{ limit: string }>(
      `select current_setting('statement_timeout') as limit`,
    )
    assert.equal(none?.limit, '0')
  })
})

describe('rows on their way', { skip: noServer }, () => {
  test('are taken in larger pieces than a server sends, whole and in order', async () => {
    const config = parseConfig('postgres', { url: serverUrl }) as PostgresConfig
    await using session = await Session.open(config, contextBy(localGuard), 'source')
    await session.begin('read only')
    const { bytes, rows } = session.copyOut(
      `copy (select g, repeat('x', 100) from generate_series(1, 300000) g) to stdout (format csv)`,
    )
    let [pieces, size] = [0, 0]
    const decoder = new TextDecoder()
    let [next, rest] = [1, '']
    for await (const piece of bytes) {
      pieces++
      size += piece.byteLength
      const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (Number(line.slice(0, line.indexOf(','))) !== next) assert.fail(`${line} is not row ${next}`)
        next++
      }
    }
    assert.equal(await rows, 300_000)
    assert.equal(next, 300_001)
    // It sends 8 kB at a time.
    assert.ok(size / pieces > 24 << 10, `${size} bytes in ${pieces} pieces`)
  })
})
