import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Fault } from '../../../shared/faults.ts'
import { makeAuthority } from '../postgres/certificate_fixture.ts'
import { localGuard } from '../guard.ts'
import { MysqlDestination } from './destination.ts'
import { bytesOf, contextOf } from '../load_fixture.ts'
import { codeOf, loadOf, once, rowsOf, signal, sliceOf, stateOf } from './loading_fixture.ts'
import { configOf, type Mariadb, noMariadb, startMariadb } from './server_fixture.ts'
import { Session } from './session.ts'
import { MysqlSource } from './source.ts'

const authority = makeAuthority('test authority')
const stranger = makeAuthority('test authority')

let db: Mariadb
let caFile: string
before(async () => {
  if (noMariadb) return
  db = await startMariadb({ tls: { ...authority.issue('localhost'), ca: authority.certificate } })
  caFile = join(db.folder, 'authority.pem')
  writeFileSync(caFile, authority.certificate)
  await db.run(
    'create database a',
    'create table a.big (id int primary key, v varchar(2000))',
    `insert into a.big select seq, repeat('x', 1500) from a.seq_1_to_50000`,
    `create user reader@'%' identified by 'p@ss/word'`,
    `create user secure@'%' identified by 'p@ss/word' require ssl`,
    'grant select on a.big to reader@`%`',
    'grant all on a.* to secure@`%`',
  )
})
after(async () => {
  await db?.[Symbol.asyncDispose]()
})

const at = (host: string, more: object = {}, user = 'root') =>
  configOf(db.url('a', user).replace('127.0.0.1', host), more)

const answers = async (config: ReturnType<typeof configOf>, more = {}) => {
  await using session = await Session.open(config, contextOf(more), 'source')
  return (await session.rows<[string, string]>(`show status like 'Ssl_cipher'`))[0]?.[1]
}

/** The processes of the server, without the one that asks. */
async function processes(where: string): Promise<(string | null)[][]> {
  return await db.run(
    `select id, info from information_schema.processlist where id <> connection_id() and user <> 'system user' and ${where}`,
  )
}

async function until(met: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000
  while (!(await met())) {
    assert.ok(Date.now() < end, 'it did not come about')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('a connection', { skip: noMariadb }, () => {
  test('is encrypted, to whoever shows the name that was written', async () => {
    const tls = { ca: authority.certificate, mode: 'verify-full' }
    assert.match(await answers(at('localhost', { tls })) ?? '', /^TLS|AES|CHACHA/)
    assert.match(
      await answers(at('localhost', { tls: { ca_file: caFile, mode: 'verify-full' } })) ?? '',
      /^TLS|AES|CHACHA/,
    )
    const network = { ...contextOf().network, ca: [authority.certificate] }
    assert.match(
      await answers(at('localhost', { tls: { mode: 'verify-full' } }), { network }) ?? '',
      /^TLS|AES|CHACHA/,
    )
    assert.equal(await answers(at('localhost')), '')
  })

  test('is refused where the certificate is of another name or authority', async () => {
    const verify = { mode: 'verify-full' }
    for (
      const config of [
        at('127.0.0.1', { tls: { ...verify, ca: authority.certificate } }),
        at('localhost', { tls: { ...verify, ca: stranger.certificate } }),
        at('localhost', { tls: verify }),
      ]
    ) assert.equal(await codeOf(() => answers(config)), 'tls_failed')
    const elsewhere = { ...contextOf().network, resolve: () => Promise.resolve(['127.0.0.1']) }
    const other = at('db.example', { tls: { ...verify, ca: authority.certificate } })
    assert.equal(await codeOf(() => answers(other, { network: elsewhere })), 'tls_failed')
    // No password had been sent by then.
    const [failed] = await db.run(`show global status like 'Aborted_connects'`)
    assert.ok(Number(failed?.[1]) >= 4)
  })

  test('is never plain to another machine, and never to an address that was not let pass', async () => {
    const elsewhere = { ...contextOf().network, resolve: () => Promise.resolve(['127.0.0.1']) }
    const plain = at('db.example', { tls: { mode: 'disable' } })
    assert.equal(await codeOf(() => answers(plain, { network: elsewhere })), 'plain_refused')
    const seen: string[] = []
    const guard = {
      ...localGuard,
      address(host: string, addresses: readonly string[]) {
        seen.push(host, ...addresses)
        throw new Fault('address_refused')
      },
    }
    assert.equal(
      await codeOf(() => answers(at('localhost'), { guard, network: elsewhere })),
      'address_refused',
    )
    assert.deepEqual(seen, ['localhost', '127.0.0.1'])
  })

  test('goes by a Unix socket too', async () => {
    const config = configOf('mysql://root@localhost/a', { host: db.socket, password: db.password })
    assert.equal(await answers(config), '')
  })

  test('fails by code, and says no secret', async () => {
    const cases = [
      [configOf(`mysql://root:wrong-secret@127.0.0.1:${db.port}/a`), 'login_failed'],
      [configOf(db.url('nowhere')), 'database_missing'],
      [configOf('mysql://root:wrong-secret@127.0.0.1:1/a'), 'connection_refused'],
      [at('127.0.0.1', {}, 'secure'), 'login_failed'],
    ] as const
    for (const [config, code] of cases) {
      await assert.rejects(answers(config), (fault) => {
        assert.ok(fault instanceof Fault)
        assert.equal(fault.code, code)
        assert.ok(!/secret|p@ss/.test(`${fault.message}${(fault.cause as Error)?.stack}`))
        return true
      })
    }
  })

  test('sees only what its account may see, and says what would help', async () => {
    await using source = new MysqlSource(at('127.0.0.1', {}, 'reader'), contextOf())
    assert.deepEqual((await source.names()).map(({ name }) => name), ['a.big'])
    assert.deepEqual(await source.examine(['big']), [])
    await db.run('create table a.hidden (id int)')
    assert.deepEqual(
      await source.examine(['a.hidden', 'a.none']),
      [
        {
          what: 'select on a.hidden',
          code: 'permission_denied',
          remedy: "grant select on `a`.`hidden` to 'reader'@'%'",
        },
        {
          what: 'select on a.none',
          code: 'permission_denied',
          remedy: "grant select on `a`.`none` to 'reader'@'%'",
        },
      ],
    )
    await using destination = new MysqlDestination(at('127.0.0.1', {}, 'reader'), contextOf())
    const findings = await destination.examine(['t'])
    assert.equal(findings[0]?.code, 'permission_denied')
    assert.match(
      findings[0]?.remedy ?? '',
      /^grant select, insert, update, delete, create, alter, drop, index on `a`\.\* to 'reader'@'%'$/,
    )
    await db.run(findings[0]?.remedy ?? '')
    assert.deepEqual(await destination.examine(['t']), [])
    const load = loadOf({ target: 'granted' })
    await using loading = await destination.begin(load, signal)
    await loading.prepare(once, signal)
    await loading.write(sliceOf('0'), 'csv', bytesOf('1,a\n'))
    await loading.commit(stateOf(load, 1), null)
    assert.deepEqual(await rowsOf(db, 'granted'), ['1,a'])
  })
})

describe('a read', { skip: noMariadb }, () => {
  const opened = async (source: MysqlSource, abort = signal) => {
    const [slice] = await source.slices(await source.stream('big'))
    assert.ok(slice)
    return await source.open(slice, 'csv', abort)
  }

  test('takes no more than is wanted: the server waits for a reader that waits', async () => {
    await using source = new MysqlSource(configOf(db.url('a')), contextOf())
    const { bytes, proof } = await opened(source)
    const reader = bytes.getReader()
    await reader.read()
    await until(async () => (await processes(`state like '%net%' or state like 'Writing%'`)).length === 1)
    let size = 0
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      size += value.length
    }
    assert.equal(await proof, 50_000)
    assert.ok(size > 70_000_000)
  })

  test('ends at the server when its reader goes, and the snapshot stays', async () => {
    await using source = new MysqlSource(configOf(db.url('a')), contextOf())
    const { bytes, proof } = await opened(source)
    const reader = bytes.getReader()
    await reader.read()
    await db.run('delete from a.big where id = 50000')
    await reader.cancel()
    await assert.rejects(proof)
    assert.deepEqual(await processes(`info like '%big%' and command <> 'Sleep'`), [])
    const again = await opened(source)
    await new Response(again.bytes).arrayBuffer()
    assert.equal(await again.proof, 50_000)
    await db.run(`insert into a.big values (50000, '')`)
  })

  test('ends at the server when the run is cancelled', async () => {
    const abort = new AbortController()
    await using source = new MysqlSource(configOf(db.url('a')), contextOf())
    const { bytes, proof } = await opened(source, abort.signal)
    const reader = bytes.getReader()
    await reader.read()
    abort.abort()
    await assert.rejects(proof)
    assert.deepEqual(await processes(`info like '%big%' and command <> 'Sleep'`), [])
  })

  test('of a killed connection is lost, and never short', async () => {
    await using source = new MysqlSource(configOf(db.url('a')), contextOf())
    const { bytes, proof } = await opened(source)
    const reader = bytes.getReader()
    await reader.read()
    const [going] = await processes('1 = 1')
    await db.run(`kill connection ${going?.[0]}`)
    const rest = async () => {
      while (!(await reader.read()).done);
    }
    assert.equal(await codeOf(rest), 'connection_lost')
    assert.equal(await codeOf(() => proof), 'connection_lost')
    assert.equal(await codeOf(() => source.stream('other')), 'connection_lost')
  })
})
