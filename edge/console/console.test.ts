import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { newId } from '../../shared/ids.ts'
import { rolePermissions } from '../../shared/permissions.ts'
import { person, run, session } from '../auth/devices/people_fixture.ts'
import { step, writes } from '../db/database.ts'
import type { Json } from '../http/describe.ts'
import { native } from '../primitives.ts'
import { ids } from '../world_fixture.ts'
import { assets } from './assets.ts'
import { type Console, open, openConsole } from './console_fixture.ts'
import { addressesIn, formCalls } from './html_fixture.ts'
import { roomsFor } from './navigation.ts'
import { consolePages } from './pages.ts'

let console_: Console
before(async () => {
  console_ = await openConsole()
})
after(async () => {
  await console_.edge[Symbol.asyncDispose]()
})

/** Somebody who may open a page with that permission. */
const whoSees = (permission: string | null) =>
  permission === null ? 'nobody' : permission === 'tenants.operate' ? 'installer' : 'owner'

const get = (who: keyof Console['callers'], address: string) =>
  open(console_.edge, console_.callers[who], address)

describe('who may open which page', () => {
  test('nobody is led to signing in from every page that needs somebody, and comes back from there', async () => {
    const guarded = consolePages.filter(({ permission }) => permission !== null)
    assert.ok(guarded.length >= 12)
    for (const { path } of guarded) {
      const address = console_.address(path)
      const { status, headers } = await get('nobody', address)
      assert.equal(status, 303, path)
      const next = address === '/console' ? '' : `?next=${encodeURIComponent(address)}`
      assert.equal(headers.get('location'), `/console/sign-in${next}`)
    }
  })

  test('pages for anybody say why, and open for nobody', async () => {
    for (const { path, because } of consolePages.filter(({ permission }) => permission === null)) {
      assert.match(because ?? '', /\w{3}/, path)
      assert.equal((await get('nobody', path)).status, 200, path)
    }
  })

  test('whoever has chosen no tenant is led to choosing one where a page is about it', async () => {
    for (const { path, permission } of consolePages) {
      const { status, headers } = await get('apart', console_.address(path))
      if (permission === null || permission === 'account:any') continue
      assert.equal(status, 303, path)
      assert.match(headers.get('location') ?? '', /^\/console\/tenants\?next=/)
    }
  })

  for (
    const [who, role] of [['viewer', 'viewer'], ['operator', 'agent_operator'], ['owner', 'owner']] as const
  ) {
    test(`a member who is ${role} opens what that role holds and is refused the rest`, async () => {
      for (const { path, permission } of consolePages) {
        if (permission === null) continue
        const held = permission.endsWith(':any') || rolePermissions[role].includes(permission as never)
        const { status, json } = await get(who, console_.address(path))
        const found = path === '/console' ? 200 : held ? 200 : 403
        assert.equal(status, found, `${path}: ${String(json).slice(0, 3000).match(/<h1>.*?<\/h1>/)}`)
        assert.match(json, found === 200 ? /<main id="main" class="stage"/ : /You may not see this/)
      }
    })
  }

  test('what is not there is a page of its own, for everybody', async () => {
    for (const who of ['nobody', 'owner'] as const) {
      for (const path of ['/console/nothing', '/console/members/x/y', '/console/assets/console.0000.css']) {
        const { status, json, headers } = await get(who, path)
        assert.equal(status, 404, path)
        assert.match(headers.get('content-type') ?? '', /^text\/html/)
        assert.match(json, /Nothing is here/)
      }
    }
  })

  test('an address that does not make sense is said to be one', async () => {
    const { status, json } = await get('owner', '/console/tokens?cursor=%00')
    assert.equal(status, 400)
    assert.match(json, /This address does not make sense/)
  })

  test('a failure is a page with a number, and the cause stands in the log alone', async () => {
    const { edge } = console_
    await edge.storage.write({
      id: '',
      steps: [{ sql: 'ALTER TABLE custom_role RENAME TO hidden_role', parameters: [], reads: false }],
      leaf: null,
      repeatable: false,
    })
    const { status, json } = await get('owner', '/console/roles')
    await edge.storage.write({
      id: '',
      steps: [{ sql: 'ALTER TABLE hidden_role RENAME TO custom_role', parameters: [], reads: false }],
      leaf: null,
      repeatable: false,
    })
    assert.equal(status, 500)
    const [, number = ''] = /internal<\/code> · <code>([0-9a-f-]{36})</.exec(json) ?? []
    assert.doesNotMatch(json, /custom_role|SQL|no such/i)
    const logged = edge.logged.find(({ message }) => message === 'a page failed')
    assert.equal((logged?.fields as { request: string }).request, number)
    assert.equal((await get('owner', '/console/roles')).status, 200)
  })

  test('a member or group of nobody here is not found', async () => {
    const strange = '019a9f3e-7c00-7000-8000-0000000000aa'
    for (
      const path of [`/console/members/${strange}`, `/console/groups/${strange}`, '/console/members/%2e%2e']
    ) {
      assert.equal((await get('owner', path)).status, 404, path)
    }
  })

  test('the menu shows each role its rooms, and every one of them opens', async () => {
    for (
      const [who, role] of [['viewer', 'viewer'], ['operator', 'agent_operator'], ['owner', 'owner']] as const
    ) {
      const { json } = await get(who, '/console/account')
      const rooms = roomsFor({ permissions: new Set<string>(rolePermissions[role]) } as never)
      for (const { path } of rooms.flatMap(({ pages }) => pages)) {
        assert.ok((json as string).includes(`href="${path}"`), `${role}: ${path}`)
        assert.equal((await get(who, path)).status, 200, `${role}: ${path}`)
      }
    }
  })
})

describe('every page', () => {
  const pages = async () => {
    const seen: { path: string; html: string; headers: Headers }[] = []
    for (const { path, permission } of consolePages) {
      const who = whoSees(permission)
      const { json, headers } = await get(who, console_.address(path))
      seen.push({ path, html: json, headers })
    }
    return seen
  }

  test('has a policy that lets it run our script alone and reach nobody else', async () => {
    const nonces = new Set<string>()
    for (const { path, headers, html } of await pages()) {
      const policy = headers.get('content-security-policy') ?? ''
      const nonce = /script-src 'nonce-([A-Za-z0-9+/]{24})'(?:;|$)/.exec(policy)?.[1] as string
      assert.ok(nonce, `${path}: ${policy}`)
      assert.ok(policy.startsWith("default-src 'none';") && !/unsafe|https?:|\*/.test(policy), policy)
      for (
        const part of [
          "form-action 'self'",
          "base-uri 'none'",
          "frame-ancestors 'none'",
          "connect-src 'self'",
        ]
      ) {
        assert.ok(policy.includes(part), `${path}: ${part}`)
      }
      assert.ok(!nonces.has(nonce), 'a nonce is used once')
      nonces.add(nonce)
      const scripts = [...html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)]
      assert.ok(scripts.length > 0)
      for (const [, tag = '', inside] of scripts) {
        assert.ok(tag.includes(`nonce="${nonce}"`) && inside === '', `${path}: ${tag}`)
        assert.ok(tag.includes('blocking="render"'), 'nothing is to be pressed before it can be answered')
      }
      assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin')
      assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin')
      assert.equal(headers.get('referrer-policy'), 'no-referrer')
      assert.equal(headers.get('x-content-type-options'), 'nosniff')
      assert.equal(headers.get('cache-control'), 'private, no-store')
    }
  })

  test('has no inline handler, style or script, and links within this origin alone', async () => {
    for (const { path, html } of await pages()) {
      assert.doesNotMatch(html, /\son[a-z]+="|\sstyle="|javascript:|<iframe|<object|<embed|<base/i, path)
      for (const address of addressesIn(html)) assert.match(address, /^(?:\/(?!\/)|#)/, `${path}: ${address}`)
    }
  })

  test('has one heading of the first rank, a language, a title and a main landmark', async () => {
    for (const { path, html } of await pages()) {
      assert.equal(html.match(/<h1[ >]/g)?.length, 1, path)
      assert.equal(html.match(/<main[ >]/g)?.length, 1, path)
      assert.match(html, /<html lang="en">[\s\S]*<title>[^<]+ – Sallyport<\/title>/, path)
    }
  })

  test('sends nothing by itself where no script runs: no field gets into a URL', async () => {
    for (const { path, html } of await pages()) {
      for (const [tag] of html.matchAll(/<form\b[^>]*>/g)) {
        assert.match(
          tag,
          /^\/console\/(access|runs)$/.test(path) ? /method="(?:dialog|get)"/ : /method="dialog"/,
          path,
        )
        if (tag.includes('"get"')) {
          assert.ok(!/password|secret/.test(html.slice(html.indexOf(tag)).split('</form>')[0] as string))
        }
      }
    }
  })

  test('takes no credential of a database, no signing key and no reader key', async () => {
    for (const { path, html } of await pages()) {
      const names = formCalls(html).flatMap((form) => form.names)
      for (const name of names) {
        assert.doesNotMatch(name, /private|key$|credential_|client_secret|dsn|connection/i, path)
      }
    }
    const { json } = await get('nobody', '/console/not-here')
    for (const command of ['sallyport connection add', 'sallyport keys make', 'sallyport trust edit']) {
      assert.ok((json as string).includes(command), command)
    }
  })

  test('that speaks of roles says that a signer’s scope is needed too', async () => {
    for (const { path, html } of await pages()) {
      if (!/^\/console\/(members|groups|roles|access|tokens)/.test(path)) continue
      assert.match(html, /A role is one half[\s\S]*scope in the trust document/, path)
    }
  })
})

describe('forms', () => {
  test('make calls that the API has, with fields that it takes and all that it needs', async () => {
    const document = console_.edge.edge.document()
    let checked = 0
    for (const { path, permission } of consolePages) {
      const { json } = await get(whoSees(permission), console_.address(path))
      for (const call of formCalls(json)) {
        checkCall(document, call, path)
        checked++
      }
    }
    assert.ok(checked > 60, String(checked))
  })

  test('invite into one workspace or project with a role there', async () => {
    const { json } = await get('owner', '/console/members')
    const invites = formCalls(json).filter(({ target }) => target === 'POST /v1/members')
    for (const level of ['workspace', 'project']) {
      const form = invites.find(({ fixed }) => fixed['bindings.0.level'] === level)
      assert.deepEqual(form?.names, ['name', 'email', 'bindings'], level)
    }
    assert.match(json, new RegExp(`name="bindings\\.0\\.place"[^]*?value="${ids.project}"`))
  })

  test('link an account to a member where there is none, and delete no tenant that stays', async () => {
    const { edge, callers } = console_
    const { data } = (await edge.call(callers.owner, 'GET /v1/members', { query: { limit: '200' } })).json
    for (const linked of [true, undefined]) {
      const one = data.find((found: { linked?: boolean; kind: string; state: string }) =>
        found.linked === linked && found.kind === 'person' && found.state === 'active'
      )
      const page = (await get('owner', `/console/members/${one.id}`)).json
      assert.equal(/Link an account/.test(page), linked === undefined)
    }
    const tenant = (await get('owner', '/console/tenant')).json
    assert.match(tenant, /It stays/)
    assert.doesNotMatch(tenant, /DELETE \/v1\/tenant/)
  })

  test('lead on within this origin', async () => {
    for (const { path, permission } of consolePages) {
      const { json } = await get(whoSees(permission), console_.address(path))
      for (const [, next = ''] of (json as string).matchAll(/\sdata-next[-\w]*="([^"]*)"/g)) {
        assert.match(next, /^(?:\/console(?:[/?]|$)|\{location\}$)/, `${path}: ${next}`)
      }
    }
  })
})

/** Fails unless the operation is there and its body's schema takes these names. */
function checkCall(
  document: Json,
  { target, names, fixed }: ReturnType<typeof formCalls>[number],
  where: string,
) {
  const [method = '', address = ''] = target.split(' ')
  const pathname = (address.split('?')[0] as string).split('/')
  // deno-lint-ignore no-explicit-any -- a document is walked
  const paths = document['paths'] as Record<string, any>
  const found = Object.keys(paths).filter((path) => {
    const parts = path.split('/')
    return parts.length === pathname.length && method.toLowerCase() in paths[path] &&
      parts.every((part, i) => part === pathname[i] || part.startsWith('{'))
  }).sort((a, b) => a.split('{').length - b.split('{').length)
  const operation = paths[found[0] ?? '']?.[method.toLowerCase()]
  assert.ok(operation, `${where}: ${target} is no operation`)
  const inPath = [...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string)
  const sent = names.filter((name) => !inPath.includes(name))
  for (const name of inPath) assert.ok(names.includes(name), `${where}: ${target} has no field ${name}`)
  const schema = operation.requestBody?.content['application/json'].schema
  if (schema === undefined) return assert.deepEqual(sent, [], `${where}: ${target} takes no body`)
  const shape = shapeOf(document, schema, fixed)
  for (const name of sent) assert.ok(name in shape.properties, `${where}: ${target} does not take ${name}`)
  for (const name of shape.required ?? []) assert.ok(sent.includes(name), `${where}: ${target} needs ${name}`)
}

/** Of one of several, the one whose fixed values are those of the form. */
// deno-lint-ignore no-explicit-any -- a document is walked
function shapeOf(document: Json, schema: any, fixed: Readonly<Record<string, string>>): any {
  if (typeof schema.$ref === 'string') {
    const path = schema.$ref.replace('#/', '').split('/') as string[]
    // deno-lint-ignore no-explicit-any -- as above
    return shapeOf(document, path.reduce((at: any, key) => at[key], document), fixed)
  }
  const several = schema.oneOf ?? schema.anyOf
  if (several === undefined) return schema
  // deno-lint-ignore no-explicit-any -- as above
  return several.map((one: any) => shapeOf(document, one, fixed)).find((one: any) =>
    Object.entries(fixed).every(([name, value]) => {
      const words = one.properties[name]?.enum ?? [one.properties[name]?.const ?? value]
      return words.includes(value)
    })
  )
}

describe('files of the console', () => {
  test('have their hash in their names and are kept for ever', async () => {
    for (const { path } of Object.values(assets)) {
      assert.match(path, /^\/console\/assets\/\w+\.[0-9a-f]{16}\.\w+$/)
      const { status, headers } = await get('nobody', path)
      assert.equal(status, 200)
      assert.equal(headers.get('cache-control'), 'public, max-age=31536000, immutable')
      assert.equal(headers.get('x-content-type-options'), 'nosniff')
    }
  })
})

test('whoever accepts an invitation is shown what else opens their account, and nobody who is not signed in', async () => {
  const { edge } = console_
  const { account, caller } = await person(edge, ids.tenant)
  await session(edge, { account, tenant: null })
  const created = edge.clock.now
  const row = { id: newId(created, native.randomBytes), account, credential: 'AAAA', counter: 0, created }
  const flags = { transports: '[]', eligible: 0, synced: 0, last_used: null, public_key: new Uint8Array(1) }
  await run(edge, [step(writes.insertInto('passkey').values({ ...row, ...flags, name: 'planted before' }))])
  const shown = String((await open(edge, caller, '/console/invitation')).json)
  assert.match(shown, /Are all of these yours\?/)
  assert.match(shown, /Passkey “planted before”/)
  assert.match(shown, /Session in another browser, from 192\.0\.2\.1/)
  assert.doesNotMatch(String((await get('nobody', '/console/invitation')).json), /Are all of these yours/)
})
