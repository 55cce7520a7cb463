/** The device flow with the compiled binary: signed in, confirmed anew, signed out; and what becomes of its token. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Binary, binaryAt, type Ended, placeBinary, type Started } from './binary.ts'
import { type BrowserSession, browserSession } from './browser_session.ts'
import { type EdgeProcess, startEdge } from './edge_process.ts'
import { edgeSql } from './edge_rows.ts'
import { mustSucceed } from './world.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-devices-'))

let edge: EdgeProcess
let path: string
let tenant: string
let pin: string
let browser: BrowserSession
/** Logins that wait for nobody else: a device asks every five seconds, so they do it together. */
let approved: Record<'renewed' | 'elsewhere' | 'twice' | 'leaving' | 'keyless', Ended>
let refused: Ended

before(async () => {
  edge = await startEdge({ folder: join(folder, 'edge') })
  path = placeBinary(join(folder, 'bin'))
  const ada = binaryAt(path, join(folder, 'ada'))
  const words = [
    '--url',
    edge.url,
    '--setup-token-file',
    edge.setupTokenFile,
    '--tenant',
    'Acme',
    '--person',
    'Ada',
  ]
  mustSucceed(await ada.call(['init', ...words, '--json']), 'init')
  const who = mustSucceed(await ada.call(['whoami', '--json']), 'whoami').value
  ;({ tenant, pin } = who)
  browser = browserSession(edge, { url: edge.url, tenant, member: who.member })
  const asking = {
    renewed: login(machine('renewed'), '--pin', pin),
    elsewhere: login(machine('elsewhere'), '--tenant', '019a9f3e-7c00-7000-8000-000000000000'),
    twice: login(machine('twice'), '--pin', pin),
    leaving: login(machine('leaving'), '--pin', pin),
    keyless: login(machine('keyless'), '--store', 'keychain'),
  }
  const denied = login(machine('refused'))
  await Promise.all([...Object.values(asking).map((one) => decide(one, 'approve')), decide(denied, 'deny')])
  const ended = Object.entries(asking).map(async ([name, one]) => [name, await one.ended] as const)
  approved = Object.fromEntries(await Promise.all(ended)) as typeof approved
  refused = await denied.ended
})

after(async () => {
  await edge[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const machine = (name: string): Binary => binaryAt(path, join(folder, name))
const tokenOf = ({ home }: Binary) => readFileSync(join(home, 'token'), 'utf8').trim()
/** The person is shown the name of the machine's folder, unless said. */
const login = (who: Binary, ...words: string[]): Started =>
  who.start(['login', '--url', edge.url, '--name', basename(who.home), '--json', ...words])
/** When the one token of a machine was revoked. */
const revoked = (name: string) =>
  edgeSql(edge.database, 'select revoked from token where name = ?', [name])[0]?.['revoked']

/** What the person does who reads the code. */
async function decide(asking: Started, verb: 'approve' | 'deny') {
  const [, code] = await asking.says(/Code\s+([A-Z]{4}-[A-Z]{4})/)
  const body = { user_code: code, ...verb === 'approve' ? { tenant } : {} }
  const answer = await browser.call('POST', `/v1/device/requests/${verb}`, body)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
}

async function signIn(who: Binary, ...words: string[]) {
  const asking = login(who, ...words)
  await decide(asking, 'approve')
  return mustSucceed(await asking.ended, 'login').value
}

async function statusOf(token: string): Promise<number> {
  const answer = await fetch(`${edge.url}/v1/whoami`, { headers: { authorization: `Bearer ${token}` } })
  await answer.body?.cancel()
  return answer.status
}

describe('a machine', () => {
  test('is signed in by a person who compares its code, and says where it keeps its token', async () => {
    const laptop = machine('laptop')
    const asking = login(laptop, '--pin', pin, '--name', 'laptop of Ada')
    const [, code] = await asking.says(/Code\s+([A-Z]{4}-[A-Z]{4})/)
    assert.match(asking.said(), new RegExp(`Open +${edge.url}/console/device\n`))
    const shown = await browser.call('POST', '/v1/device/requests/look', { user_code: code })
    assert.deepEqual([shown.body.device, shown.body.network], ['laptop of Ada', '127.0.0.1'])
    assert.match(shown.body.agent, /^sallyport\//)
    await decide(asking, 'approve')
    const { value } = mustSucceed(await asking.ended, 'login')
    assert.deepEqual([value.tenant, value.store, value.place], [tenant, 'file', join(laptop.home, 'token')])
    assert.equal(statSync(join(laptop.home, 'token')).mode & 0o777, 0o600)
    assert.match(tokenOf(laptop), /^sp_dev_/)
    const who = mustSucceed(await laptop.call(['whoami', '--json']), 'whoami').value
    assert.deepEqual([who.sort, who.role, who.pin], ['device', 'owner', pin])
    assert.equal((await laptop.call(['trust', 'verify', '--json'])).exit, 0)
  })

  test('has to be approved anew where something needs a fresh confirmation, and is told how', async () => {
    const laptop = machine('renewed')
    mustSucceed(approved.renewed, 'login')
    const old = tokenOf(laptop)
    const create = (file: string) =>
      laptop.call(['tokens', 'create', 'ci', '--out', join(folder, file), '--json'])
    assert.equal((await create('first')).exit, 0)
    edgeSql(edge.database, 'update token set fresh = fresh - 300001 where sort = ?', ['device'])
    const stale = await create('second')
    assert.deepEqual([stale.exit, stale.code], [3, 'fresh_sign_in_required'])
    assert.match(stale.stderr, /sallyport login --fresh/)
    const asking = login(laptop, '--fresh')
    await decide(asking, 'approve')
    assert.equal((await asking.ended).exit, 0)
    assert.notEqual(tokenOf(laptop), old)
    assert.equal(await statusOf(old), 401)
    assert.equal((await create('third')).exit, 0)
    const who = mustSucceed(await laptop.call(['whoami', '--json']), 'whoami').value
    assert.equal(who.pin, pin, 'what was known of the tenant stays')
  })

  test('that a person refuses keeps nothing', async () => {
    const laptop = machine('refused')
    assert.deepEqual([refused.exit, refused.code], [3, 'access_denied'])
    assert.ok(!existsSync(join(laptop.home, 'token')) && !existsSync(join(laptop.home, 'profile.json')))
  })

  test('that somebody stops waiting for ends by Ctrl-C, and says that nothing is signed in', async () => {
    const asking = login(machine('impatient'))
    await asking.says(/waiting/)
    asking.child.kill('SIGINT')
    const ended = await asking.ended
    assert.equal(ended.exit, 130)
    assert.match(ended.stderr, /Nobody is signed in/)
  })

  test('for another tenant than the one that approved is signed out again', async () => {
    const laptop = machine('elsewhere')
    assert.match(approved.elsewhere.stderr, /Choose +the tenant 019a9f3e-7c00/)
    assert.equal(approved.elsewhere.code, 'pin_mismatch')
    assert.ok(!existsSync(join(laptop.home, 'token')))
    assert.notEqual(revoked('elsewhere'), null)
  })

  test('that is signed in again ends what it had before', async () => {
    const laptop = machine('twice')
    const first = tokenOf(laptop)
    await signIn(laptop)
    assert.equal(await statusOf(first), 401)
    assert.equal(await statusOf(tokenOf(laptop)), 200)
  })
})

describe('signing out', () => {
  test('ends the token at the edge and forgets it here', async () => {
    const laptop = machine('leaving')
    const token = tokenOf(laptop)
    const { value } = mustSucceed(await laptop.call(['logout', '--json']), 'logout')
    assert.deepEqual(value, { revoked: true, forgotten: true })
    assert.equal(await statusOf(token), 401)
    assert.ok(!existsSync(join(laptop.home, 'token')))
    const who = await laptop.call(['whoami', '--json'])
    assert.deepEqual([who.exit, who.code], [3, 'not_signed_in'])
  })

  test('leaves an API token as it is unless somebody wants it ended', async () => {
    const laptop = machine('borrowed')
    const file = join(folder, 'borrowed-token')
    mustSucceed(
      await machine('ada').call(['tokens', 'create', 'ci', '--out', file, '--json']),
      'tokens create',
    )
    const token = readFileSync(file, 'utf8').trim()
    const given = ['login', '--url', edge.url, '--token-file', file, '--json']
    mustSucceed(await laptop.call(given), 'login')
    assert.equal(mustSucceed(await laptop.call(['logout', '--json']), 'logout').value.revoked, false)
    assert.equal(await statusOf(token), 200)
    mustSucceed(await laptop.call(given), 'login')
    assert.equal(
      mustSucceed(await laptop.call(['logout', '--revoke', '--json']), 'logout').value.revoked,
      true,
    )
    assert.equal(await statusOf(token), 401)
  })
})

test('a keychain that is asked for and does not answer keeps nothing, and no token is left at the edge', () => {
  assert.deepEqual([approved.keyless.exit, approved.keyless.code], [1, 'unsupported'])
  assert.ok(!existsSync(join(machine('keyless').home, 'token')))
  assert.notEqual(revoked('keyless'), null)
})
