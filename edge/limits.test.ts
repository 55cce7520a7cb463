/** Nothing that anybody sends has no end: texts, lists, objects, depth, addresses, headers. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { MAX_PAGE } from './http/page.ts'
import { type World, world } from './world_fixture.ts'

// deno-lint-ignore no-explicit-any -- a document that is walked
type Json = any

let w: World
let document: Json
let server: Deno.HttpServer<Deno.NetAddr>
before(async () => {
  w = await world()
  document = w.edge.document()
  server = Deno.serve(
    { port: 0, hostname: '127.0.0.1', onListen: () => {} },
    (request) => w.edge.app(request, { remote: '192.0.2.1' }),
  )
})
after(async () => {
  await server.shutdown()
  await w[Symbol.asyncDispose]()
})

/** What a browser's passkey says besides is dropped; that the body has an end is all. */
const open = new Set([
  'PasskeyAssertion',
  'PasskeyAssertion.response',
  'PasskeyRegistration',
  'PasskeyRegistration.response',
])

const nameOf = (ref: string) => ref.split('/').at(-1) as string

/** Whether all that it matches is of some length: from end to end, and without a repetition that has none. */
function bounds(pattern: unknown): boolean {
  if (typeof pattern !== 'string' || !pattern.startsWith('^') || !pattern.endsWith('$')) return false
  return !/[*+]|\{\d+,\}/.test(pattern.replaceAll(/\\./g, 'x').replaceAll(/\[[^\]]*\]/g, 'x'))
}

/** What is sent and has no end, by where it stands. */
class Endless {
  readonly found: string[] = []
  readonly #seen = new Set<string>()

  schema(schema: Json, where: string): void {
    if (schema.$ref !== undefined) {
      const name = nameOf(schema.$ref)
      if (!this.#seen.has(name)) this.schema(document.components.schemas[name], name)
      this.#seen.add(name)
      return
    }
    const ways = [...schema.anyOf ?? [], ...schema.oneOf ?? [], ...schema.allOf ?? []]
    for (const way of ways) this.schema(way, where)
    const types = [schema.type].flat()
    if (types.includes('array')) this.#array(schema, where)
    if (types.includes('object')) this.#object(schema, where)
    const fixed = schema.enum !== undefined || schema.const !== undefined || bounds(schema.pattern)
    if (types.includes('string') && schema.maxLength === undefined && !fixed) this.found.push(where)
    const said = ways.length > 0 || schema.enum !== undefined || schema.const !== undefined
    if (schema.type === undefined && !said) this.found.push(`${where}: anything`)
  }

  #array(schema: Json, where: string): void {
    if (schema.maxItems === undefined) this.found.push(`${where}[]`)
    for (const item of [schema.items, ...schema.prefixItems ?? []]) {
      if (item !== undefined) this.schema(item, `${where}[]`)
    }
  }

  #object(
    { properties = {}, additionalProperties, propertyNames, maxProperties }: Json,
    where: string,
  ): void {
    for (const [name, property] of Object.entries(properties)) this.schema(property, `${where}.${name}`)
    if (additionalProperties === false) return
    if (typeof additionalProperties !== 'object' || Object.keys(additionalProperties).length === 0) {
      if (!open.has(where)) this.found.push(`${where}: whatever else`)
      return
    }
    if (maxProperties === undefined) this.found.push(`${where}.*`)
    this.schema(additionalProperties, `${where}.*`)
    if (propertyNames !== undefined) this.schema(propertyNames, `${where}: names`)
  }
}

function operations(): { readonly name: string; readonly operation: Json; readonly parameters: Json[] }[] {
  return Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).filter(([, operation]) => operation.responses !== undefined)
      .map(([method, operation]) => {
        const all = [...methods.parameters ?? [], ...operation.parameters ?? []]
        const parameters = all.map((one: Json) =>
          one.$ref === undefined ? one : document.components.parameters[nameOf(one.$ref)]
        )
        return { name: `${method.toUpperCase()} ${path}`, operation, parameters }
      })
  )
}

describe('what is sent', () => {
  test('has an end wherever the reference says what it is: every text, every list, every object', () => {
    const endless = new Endless()
    for (const { name, operation, parameters } of operations()) {
      for (const parameter of parameters) endless.schema(parameter.schema, `${name} ${parameter.name}`)
      for (const { schema } of Object.values<Json>(operation.requestBody?.content ?? {})) {
        endless.schema(schema, name)
      }
    }
    assert.deepEqual(endless.found, [])
  })

  test('is not taken for good by how deep it is', async () => {
    const deep = '['.repeat(30_000)
    for (const raw of [`${deep}${']'.repeat(30_000)}`, `{"name":${deep}`, '{"a":'.repeat(10_000)]) {
      assert.equal((await w.call(w.admin, 'POST /v1/workspaces', { raw })).status, 400)
    }
    // Of what is escaped every value is looked at.
    const looked = `{"name":"\\ud83d\\ude00","a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`
    assert.equal((await w.call(w.admin, 'POST /v1/workspaces', { raw: looked })).status, 400)
    assert.deepEqual(w.logged.filter(({ level }) => level === 'error'), [])
  })

  test('is refused with too long an address, too many headers or too long a one', async () => {
    const { port } = server.addr
    const said = async (head: string) => {
      using connection = await Deno.connect({ hostname: '127.0.0.1', port })
      // The server may have heard enough before all of it is sent.
      await connection.write(new TextEncoder().encode(`${head}\r\n\r\n`)).catch(() => {})
      const buffer = new Uint8Array(1024)
      const read = await connection.read(buffer).catch(() => null)
      return read === null ? 'closed' : new TextDecoder().decode(buffer.subarray(9, 12))
    }
    assert.equal(await said('GET /healthz HTTP/1.1\r\nhost: edge.test'), '200')
    assert.match(
      await said(`GET /${'a'.repeat(70_000)} HTTP/1.1\r\nhost: edge.test`),
      /^(400|414|431|closed)$/,
    )
    const many = Array.from({ length: 2000 }, (_, i) => `x-${i}: y`).join('\r\n')
    assert.match(await said(`GET /healthz HTTP/1.1\r\nhost: edge.test\r\n${many}`), /^(400|431|closed)$/)
    const long = `x: ${'y'.repeat(1_000_000)}`
    assert.match(await said(`GET /healthz HTTP/1.1\r\nhost: edge.test\r\n${long}`), /^(400|431|closed)$/)
  })
})

/** Lists that are answered whole, because what is in them has an end of its own. */
const whole: Readonly<Record<string, string>> = {
  'GET /v1/log-keys': 'one for each time that the key of the log was changed',
  'GET /v1/roles': 'a hundred of a tenant’s own',
  'GET /v1/sign-in/providers': 'what the installation was set up with',
  'POST /v1/sign-in/providers': 'twenty of a domain',
  'GET /v1/account/identities': 'one of each provider',
  'GET /v1/account/tenants': 'what one person is in',
  'GET /v1/keys': 'what the trust document lists',
  'GET /v1/pools': 'what the trust document lists',
  'GET /v1/dead-letters': 'groups of the newest that ended so',
}

describe('what is answered', () => {
  test('comes in pages of at most two hundred, where a list has no other end', () => {
    const lists = operations().filter(({ operation }) =>
      Object.entries<Json>(operation.responses).some(([status, { content }]) => {
        let schema = content?.['application/json']?.schema
        if (schema?.$ref !== undefined) schema = document.components.schemas[nameOf(schema.$ref)]
        return status.startsWith('2') && schema?.properties?.data?.type === 'array'
      })
    )
    const without = lists.filter(({ parameters }) => {
      const limit = parameters.find(({ name }) => name === 'limit')
      return !(limit?.schema.maximum <= MAX_PAGE)
    })
    assert.ok(lists.length > 25)
    assert.deepEqual(without.map(({ name }) => name).sort(), Object.keys(whole).sort())
  })
})
