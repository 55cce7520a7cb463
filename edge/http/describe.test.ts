import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { testEdge } from '../edge_fixture.ts'
import type { Route } from './route.ts'

// deno-lint-ignore no-explicit-any -- a document is walked
type Json = any

const probe = await testEdge()
const { routes } = probe.edge
const document: Json = probe.edge.document()
await probe[Symbol.asyncDispose]()

/** Zod's own JSON Schema. Throws where what is parsed and what comes out of it cannot be described. */
function ofZod(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $defs = {}, ...json } = z.toJSONSchema(schema, { io, override: openObjects }) as Json
  return normal(json, $defs)
}

/** A reply may get further fields in later versions: only strict objects are closed. */
function openObjects({ zodSchema, jsonSchema }: { zodSchema: unknown; jsonSchema: Json }): void {
  const { type, catchall } = (zodSchema as z.ZodType)._zod.def as { type: string; catchall?: unknown }
  if (type === 'object' && catchall === undefined) delete jsonSchema.additionalProperties
}

function ofDocument(json: Json): Json {
  return normal(json, document.components.schemas)
}

/** One spelling for what can be spelled in two ways. References are followed, and leave the schema's name. */
function normal(json: Json, named: Json): Json {
  if (json.$ref !== undefined) {
    const name = json.$ref.split('/').at(-1)
    return { ...normal(named[name], named), name }
  }
  if (Array.isArray(json.type)) {
    const [type, none] = json.type
    assert.equal(none, 'null')
    const choices = json.enum?.filter((choice: unknown) => choice !== null)
    const some = { ...json, type, ...(choices === undefined ? {} : { enum: choices }) }
    return { anyOf: [normal(some, named), { type: 'null' }] }
  }
  const { description: _, $schema: _1, propertyNames: _2, id, ...said } = json
  if (id !== undefined) said.name = id
  if ('const' in said) {
    said.enum = [said.const]
    delete said.const
  }
  // A number in a URL is text only on the wire.
  if (said.type === 'integer') delete said.pattern
  if (said.maximum === Number.MAX_SAFE_INTEGER) delete said.maximum
  if (said.minimum === Number.MIN_SAFE_INTEGER) delete said.minimum
  if (said.required !== undefined) said.required = said.required.toSorted()
  if (said.items !== undefined) said.items = normal(said.items, named)
  if (typeof said.additionalProperties === 'object') {
    said.additionalProperties = normal(said.additionalProperties, named)
  }
  for (const list of ['anyOf', 'oneOf', 'allOf', 'prefixItems']) {
    if (said[list] !== undefined) said[list] = said[list].map((one: Json) => normal(one, named))
  }
  if (said.properties !== undefined) {
    const entries = Object.entries(said.properties).map(([name, field]) => [name, normal(field, named)])
    said.properties = Object.fromEntries(entries)
  }
  return said
}

function operationOf({ path, method }: Route): Json {
  return document.paths[path][method]
}

describe('what the document says', () => {
  test('of a body and of a reply is what zod says of the schema that parses it', () => {
    for (const route of routes) {
      const operation = operationOf(route)
      const { schema } = operation.responses[route.status ?? 200].content[route.media ?? 'application/json']
      assert.deepEqual(ofDocument(schema), ofZod(route.reply, 'output'), route.id)
      const body = operation.requestBody?.content['application/json'].schema
      assert.equal(body === undefined, route.body === undefined, route.id)
      if (route.body !== undefined) assert.deepEqual(ofDocument(body), ofZod(route.body, 'input'), route.id)
    }
  })

  test('of parameters is what zod says of the fields that parse them, and what the example shows', () => {
    for (const route of routes) {
      const shapes = { path: route.params?.shape ?? {}, query: route.query?.shape ?? {} }
      const examples = { path: route.example.params, query: route.example.query }
      const described = (operationOf(route).parameters ?? []).filter((one: Json) => one.$ref === undefined)
      const names = Object.entries(shapes).flatMap(([place, shape]) =>
        Object.keys(shape).map((name) => `${place}/${name}`)
      )
      assert.deepEqual(described.map((one: Json) => `${one.in}/${one.name}`), names, route.id)
      for (const { in: place, name, schema, required, example } of described) {
        const where = `${route.id} ${place}/${name}`
        const field = shapes[place as 'path' | 'query'][name] as z.ZodType
        assert.deepEqual(ofDocument(schema), ofZod(field, 'input'), where)
        assert.equal(required, !field.safeParse(undefined).success, where)
        const shown = examples[place as 'path' | 'query']?.[name]
        assert.equal(example === undefined ? undefined : String(example), shown, where)
      }
    }
  })
})
