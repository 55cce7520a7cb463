/** Where a tenant wants two people for its keys: nothing moves while a trust document waits for the second one. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Binary, binaryAt, placeBinary } from './binary.ts'
import { type BrowserSession, browserSession } from './browser_session.ts'
import { type EdgeProcess, startEdge } from './edge_process.ts'
import { edgeSql, settleMembers } from './edge_rows.ts'
import type { Json } from './tampering_proxy.ts'
import { mustSucceed } from './world.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-two-people-'))

let edge: EdgeProcess
let ada: Binary
let grace: Binary
let browser: BrowserSession
let tenant: string

const does = async (...words: string[]): Promise<Json> =>
  mustSucceed(await ada.call([...words, '--json']), words.slice(0, 2).join(' ')).value
const floor = () => JSON.parse(readFileSync(join(ada.home, 'floor.json'), 'utf8')).trust.version as number

before(async () => {
  edge = await startEdge({ folder: join(folder, 'edge') })
  const path = placeBinary(join(folder, 'bin'))
  ada = binaryAt(path, join(folder, 'ada'))
  grace = binaryAt(path, join(folder, 'grace'))
  const words = ['--url', edge.url, '--setup-token-file', edge.setupTokenFile]
  await does('init', ...words, '--tenant', 'Acme', '--person', 'Ada')
  const invitation = join(folder, 'invitation')
  await does('members', 'invite', 'Grace', '--role', 'security_officer', '--out', invitation)
  const login = ['login', '--url', edge.url, '--invitation-file', invitation, '--json']
  mustSucceed(await grace.call(login), 'login')
  const who = mustSucceed(await grace.call(['whoami', '--json']), 'whoami').value
  tenant = who.tenant
  browser = browserSession(edge, { url: edge.url, tenant, member: who.member })
  const { body: rules } = await browser.call('GET', '/v1/rules')
  const wanted = { ...rules, approvals: { keys: true, deletion: false } }
  assert.equal((await browser.call('PUT', '/v1/rules', wanted)).status, 200)
})

after(async () => {
  await edge?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

test('a trust document waits for another person without the floor or the edge having moved, then goes live', async () => {
  await does('trust', 'edit', '--extend', '90')
  await does('trust', 'sign', '--yes')
  const publish = (...more: string[]) => ada.call(['trust', 'publish', '--yes', ...more, '--json'])
  const waits = await publish()
  assert.deepEqual([waits.exit, waits.code], [3, 'approval_required'])
  assert.equal(floor(), 1)
  assert.equal((await does('trust', 'show')).document.version, 1, 'nothing looks rolled back')
  const [asked] = await does('approvals', 'list')
  assert.deepEqual([asked.summary, asked.asked_by_name], ['Publish the next trust document', 'Ada'])
  assert.match(
    (await ada.call(['approvals', 'list'])).stdout,
    /^Publish the next trust document +Ada +waiting/m,
  )

  const token = await grace.call(['approvals', 'approve', asked.id, '--json'])
  assert.deepEqual([token.exit, token.code], [3, 'separation_of_duties'], 'an API token is nobody in person')
  const approve = () => browser.call('POST', `/v1/approvals/${asked.id}/approve`)
  assert.equal((await approve()).body.code, 'separation_of_duties', 'let in by who asks, just now')
  settleMembers(edge.database)
  assert.equal((await publish('--approval', asked.id)).code, 'approval_required')
  assert.equal(floor(), 1)
  assert.equal((await approve()).body.state, 'approved')
  mustSucceed(await publish('--approval', asked.id), 'trust publish')
  assert.equal(floor(), 2)
  assert.equal((await does('trust', 'show')).document.version, 2)
  const [used] = edgeSql(edge.database, 'select state from approval where id = ?', [asked.id])
  assert.equal(used?.['state'], 'used')
})
