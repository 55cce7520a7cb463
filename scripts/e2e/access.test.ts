/** Roles, groups, places and tokens by the binary, against a real edge: what people do, and what they then may. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Binary, binaryAt, type Ended, placeBinary } from './binary.ts'
import { type EdgeProcess, startEdge } from './edge_process.ts'
import type { Json } from './tampering_proxy.ts'
import { mustSucceed } from './world.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-access-'))

let edge: EdgeProcess
let ada: Binary
let grace: Binary

const does = async (...words: string[]): Promise<Json> =>
  mustSucceed(await ada.call([...words, '--json']), words.slice(0, 2).join(' ')).value
const tries = (who: Binary, ...words: string[]): Promise<Ended> => who.call([...words, '--json'])

before(async () => {
  edge = await startEdge({ folder: join(folder, 'edge') })
  const path = placeBinary(join(folder, 'bin'))
  ada = binaryAt(path, join(folder, 'ada'))
  grace = binaryAt(path, join(folder, 'grace'))
  const words = ['--url', edge.url, '--setup-token-file', edge.setupTokenFile]
  await does('init', ...words, '--tenant', 'Acme', '--person', 'Ada')
  await does('workspaces', 'create', 'marketing')
  await does('projects', 'create', 'ads', '--workspace', 'marketing')
  const invitation = join(folder, 'invitation')
  await does('members', 'invite', 'Grace', '--role', 'viewer', '--project', 'ads', '--out', invitation)
  mustSucceed(await tries(grace, 'login', '--url', edge.url, '--invitation-file', invitation), 'login')
})

after(async () => {
  await edge[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const names = (list: Json) => list.map(({ name }: { name: string }) => name).toSorted()

describe('a link into the console', () => {
  test('is made for oneself and for others who have no account, and a new one replaces it', async () => {
    const own = await does('members', 'link')
    assert.match(own.token, /^http:\S+\/console\/invitation#sp_inv_\w+$/)
    assert.equal(own.kind, 'link')
    const file = join(folder, 'link')
    const written = await does('members', 'link', 'Grace', '--out', file)
    assert.deepEqual([written.kind, written.file], ['link', file])
    const look = async (link: string) => {
      const invitation = new URL(link).hash.slice(1)
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ invitation })
      return await (await fetch(`${edge.url}/v1/invitations/look`, { method: 'POST', headers, body }))
        .json() as Json
    }
    assert.equal((await look(own.token)).name, 'Ada')
    assert.equal((await look(readFileSync(file, 'utf8').trim())).name, 'Grace')
    await does('members', 'link')
    assert.equal((await look(own.token)).code, 'link_invalid')
    assert.equal((await tries(grace, 'members', 'link', 'Ada')).exit, 3)
  })
})

describe('a role', () => {
  test('in a project lets somebody see that one and no other', async () => {
    assert.deepEqual(names(await does('projects', 'list')), ['ads', 'default'])
    const { value } = mustSucceed(await tries(grace, 'projects', 'list'), 'projects list')
    assert.deepEqual(names(value), ['ads'])
    const refused = await tries(grace, 'members', 'list')
    assert.deepEqual([refused.exit, refused.code], [3, 'forbidden'])
  })

  test('of one’s own is made, given to a group, explained and taken away', async () => {
    await does('roles', 'create', 'run operator', '--permissions', 'runs.read,runs.write')
    await does('groups', 'create', 'night shift')
    await does('groups', 'add', 'night shift', 'Grace')
    const may = () => does('roles', 'explain', 'Grace', 'runs.write', '--workspace', 'marketing')
    assert.equal((await may()).allowed, false)
    await does('roles', 'bind', 'run operator', '--group', 'night shift', '--workspace', 'marketing')
    const said = await may()
    assert.equal(said.allowed, true)
    assert.equal(said.because[0].level, 'workspace')
    assert.match(said.signing, /trust document/)
    assert.equal((await does('roles', 'show', 'run operator')).bindings.length, 1)
    const inside = await does('groups', 'show', 'night shift')
    assert.equal(inside.inside.length, 1)
    await does('roles', 'unbind', 'run operator', '--group', 'night shift', '--workspace', 'marketing')
    assert.equal((await may()).allowed, false)
    await does('groups', 'drop', 'night shift', 'Grace')
    await does('groups', 'delete', 'night shift', '--yes')
    assert.deepEqual(await does('groups', 'list'), [])
  })

  test('that nobody has, a member that nobody is and a permission that does not exist are said so', async () => {
    assert.equal((await tries(ada, 'roles', 'bind', 'king', '--member', 'Grace')).code, 'not_found')
    assert.equal((await tries(ada, 'roles', 'bind', 'editor', '--member', 'Mallory')).code, 'not_found')
    assert.equal((await tries(ada, 'roles', 'explain', 'Grace', 'everything')).exit, 2)
    assert.equal((await tries(ada, 'roles', 'bind', 'editor')).exit, 2)
    assert.equal((await tries(ada, 'roles', 'unbind', 'editor', '--member', 'Grace')).exit, 2)
  })
})

describe('a token', () => {
  test('counts in a project and from networks, and its secret is changed by name', async () => {
    const words = [
      'tokens',
      'create',
      'nightly',
      '--project',
      'ads',
      '--network',
      '127.0.0.0/8',
      '--days',
      '30',
    ]
    const made = await does(...words)
    assert.deepEqual([made.place.level, made.networks], ['project', ['127.0.0.0/8']])
    const as = (token: string) =>
      ada.call(['projects', 'list', '--json'], { env: { SALLYPORT_TOKEN: token } })
    assert.equal((await tries(ada, 'tokens', 'rotate', 'nightly', '--overlap', '99999')).exit, 2)
    const rotated = await does('tokens', 'rotate', 'nightly')
    assert.deepEqual([rotated.place, rotated.networks], [made.place, made.networks])
    assert.equal((await as(made.token)).code, 'unauthenticated')
    await does('tokens', 'create', 'elsewhere', '--network', '192.0.2.0/24')
    const { token } = await does('tokens', 'rotate', 'elsewhere')
    const refused = await as(token)
    assert.deepEqual([refused.exit, refused.code], [3, 'forbidden'])
    assert.match(refused.stderr, /network/)
    await does('tokens', 'revoke', 'nightly')
  })

  test('of a service is made by who may change members, and names what it may', async () => {
    const invitation = join(folder, 'service')
    await does('members', 'invite', 'deploy', '--service', '--role', 'editor', '--out', invitation)
    const machine = binaryAt(ada.path, join(folder, 'machine'))
    mustSucceed(await tries(machine, 'login', '--url', edge.url, '--invitation-file', invitation), 'login')
    const who = mustSucceed(await tries(machine, 'whoami'), 'whoami').value
    assert.equal(who.sort, 'service')
    const made = await does('tokens', 'create', 'more', '--service', 'deploy', '--scopes', 'runs.read')
    assert.match(made.token, /^sp_svc_/)
    assert.deepEqual([made.member, made.scopes], [who.member, ['runs.read']])
    const listed = (await ada.call(['tokens', 'list'])).stdout
    assert.match(listed, /^more +deploy +service/m, 'whose it is stands beside it')
  })
})

test('whoever needs nobody’s approval has nothing to approve', async () => {
  assert.deepEqual(await does('approvals', 'list'), [])
  const unknown = await tries(ada, 'approvals', 'approve', '019a9f3e-7c00-7000-8000-000000000000')
  assert.equal(unknown.code, 'not_found')
})
