/**
 * The OpenAPI 3.1 document, from the list of routes and nothing else. Schemas are zod's own JSON Schema, which is the
 * dialect of 3.1: what parses a request is what describes it.
 */
import { z } from 'zod'
import { type FaultCode, faultCodes, meaningOf } from '../../shared/faults.ts'
import { isAgentPermission } from './principal.ts'
import { statusOf } from './problem.ts'
import type { ObjectSchema, Route } from './route.ts'

export type Json = { [key: string]: unknown }

/** Codes that every route may answer with. */
const always: readonly FaultCode[] = ['invalid_request', 'internal', 'unavailable']

const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(faultCodes as [FaultCode, ...FaultCode[]]),
  detail: z.string(),
  request_id: z.string(),
  errors: z.array(z.object({ at: z.string(), message: z.string() })).optional().meta({
    description:
      'Where the request does not parse: a path into the body, or `query/…`, `path/…`, `header/…`.',
  }),
}).meta({ id: 'Problem', description: 'RFC 9457 problem details. `code` is stable; the texts are not.' })

export interface DocumentOptions {
  readonly version: string
  readonly description: string
}

export function openApiDocument(routes: readonly Route[], { version, description }: DocumentOptions): Json {
  const components = new Components()
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    const path = paths[route.path] ??= {}
    path[route.method] = operation(route, components)
  }
  const tags = [...new Set(routes.map(({ tag }) => tag))]
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sallyport',
      version,
      description,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: tags.map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token, `sp_pat_…`.' },
        signature: {
          type: 'apiKey',
          in: 'header',
          name: 'Signature',
          description:
            'An agent’s HTTP message signature, RFC 9421 with Ed25519: `Signature-Input` covers @method, ' +
            '@authority, @path, @query and content-digest, with created, nonce and keyid, which is the agent’s id.',
        },
        secret: {
          type: 'http',
          scheme: 'bearer',
          description:
            'A secret that is good for this operation: a setup token, an invitation, an enrolment token.',
        },
      },
      schemas: components.schemas(),
      responses: components.responses(),
    },
  }
}

function operation(route: Route, components: Components): Json {
  const status = String(route.status ?? 200)
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    ...parameters(route, components),
    ...requestBody(route, components),
    responses: {
      [status]: {
        description: route.status === 201 ? 'Made.' : 'Done.',
        headers: { 'X-Request-Id': { schema: { type: 'string' } } },
        content: {
          [route.media ?? 'application/json']: {
            schema: components.schema(route.reply, 'output'),
            example: route.example.reply,
          },
        },
      },
      ...problems(route, components),
    },
    security: security(route),
    'x-codes': [...codesOf(route)],
    'x-permission': route.permission ?? 'none',
    ...(typeof route.audit === 'string' ? { 'x-audit': route.audit } : {}),
    ...(route.because === null ? {} : { 'x-open-because': route.because }),
  }
}

function security(route: Route): Json[] {
  if (route.permission === null) return route.credential === null ? [] : [{ secret: [] }]
  return isAgentPermission(route.permission) ? [{ signature: [] }] : [{ token: [] }]
}

function parameters(route: Route, components: Components): Json {
  const list = [
    ...fields(route, { schema: route.params, place: 'path', examples: route.example.params }, components),
    ...fields(route, { schema: route.query, place: 'query', examples: route.example.query }, components),
    ...(takesKey(route) ? [idempotencyKey] : []),
  ]
  return list.length === 0 ? {} : { parameters: list }
}

const idempotencyKey: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Makes a repetition safe: the same key with the same request happens once and is answered alike; with ' +
    'another request it is refused.',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,200}$' },
}

/** Open routes have no principal whose key it could be; unaudited ones keep no memory. */
function takesKey(route: Route): boolean {
  return route.kind === 'command' && typeof route.audit === 'string'
}

function fields(
  route: Route,
  { schema, place, examples = {} }: {
    readonly schema: ObjectSchema | undefined
    readonly place: 'path' | 'query'
    readonly examples?: Readonly<Record<string, string>> | undefined
  },
  components: Components,
): Json[] {
  if (schema === undefined) return []
  return Object.entries(schema.shape).map(([name, field]) => {
    const { description, ...json } = components.schema(field as z.ZodType, 'input') as Json
    // A number in a query is text on the wire; its pattern says nothing that its type does not.
    const numeric = json.type === 'integer'
    if (numeric) delete json.pattern
    const example = examples[name]
    const required = place === 'path' || !(field as z.ZodType).safeParse(undefined).success
    if (place === 'path' && !route.path.includes(`{${name}}`)) {
      throw new Error(`${route.id}: the path has no {${name}}`)
    }
    return {
      name,
      in: place,
      required,
      ...(description === undefined ? {} : { description }),
      schema: json,
      ...(example === undefined ? {} : { example: numeric ? Number(example) : example }),
    }
  })
}

function requestBody(route: Route, components: Components): Json {
  if (route.body === undefined) return {}
  const schema = components.schema(route.body, 'input')
  const content = { 'application/json': { schema, example: route.example.body } }
  return { requestBody: { required: true, content } }
}

function problems(route: Route, components: Components): Json {
  const byStatus = new Map<number, FaultCode[]>()
  for (const code of codesOf(route)) {
    const status = statusOf(code)
    byStatus.set(status, [...byStatus.get(status) ?? [], code])
  }
  return Object.fromEntries(
    [...byStatus].sort(([a], [b]) => a - b).map((
      [status, codes],
    ) => [String(status), components.problem(codes)]),
  )
}

function codesOf(route: Route): Set<FaultCode> {
  return new Set<FaultCode>([
    ...always,
    ...(route.permission === null ? [] : ['unauthenticated', 'forbidden'] as const),
    ...(route.credential === null ? [] : ['unauthenticated'] as const),
    ...(route.params === undefined ? [] : ['not_found'] as const),
    ...(route.body === undefined
      ? []
      : ['malformed_json', 'unsupported_media_type', 'body_too_large', 'request_timeout'] as const),
    ...(takesKey(route) ? ['idempotency_mismatch'] as const : []),
    ...route.faults ?? [],
  ])
}

/** Named schemas, lifted out of every schema that holds them, and the answers that many operations share. */
class Components {
  readonly #schemas = new Map<string, Json>()
  readonly #responses = new Map<string, Json>()

  /** The answer for codes of one status. */
  problem(codes: readonly FaultCode[]): Json {
    const name = codes.join('.')
    if (!this.#responses.has(name)) {
      const schema = this.schema(Problem, 'output')
      const description = codes.map((code) => `\`${code}\`: ${meaningOf(code).help}`).join('\n\n')
      this.#responses.set(name, { description, content: { 'application/problem+json': { schema } } })
    }
    return { $ref: `#/components/responses/${name}` }
  }

  /** The JSON Schema of `schema` as it is sent (`input`) or received (`output`). */
  schema(schema: z.ZodType, io: 'input' | 'output'): Json {
    const json = z.toJSONSchema(schema, { io, override: openObjects }) as Json
    const { $schema: _, $defs: definitions = {}, ...own } = json
    for (const [name, definition] of Object.entries(definitions as Record<string, Json>)) {
      this.#add(name, definition)
    }
    return relink(own) as Json
  }

  schemas(): Json {
    return sorted(this.#schemas)
  }

  responses(): Json {
    return sorted(this.#responses)
  }

  #add(name: string, definition: Json): void {
    const { id: _, ...own } = relink(definition) as Json
    const known = this.#schemas.get(name)
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(own)) {
      throw new Error(`two schemas are called ${name}: one for requests and one for replies need two names`)
    }
    this.#schemas.set(name, own)
  }
}

function sorted(map: ReadonlyMap<string, Json>): Json {
  return Object.fromEntries([...map].sort(([a], [b]) => a < b ? -1 : 1))
}

/** A reply may get further fields in later versions: only strict objects are closed. */
function openObjects({ zodSchema, jsonSchema }: { zodSchema: unknown; jsonSchema: Json }): void {
  const definition = (zodSchema as z.ZodType)._zod.def as { type: string; catchall?: unknown }
  if (definition.type === 'object' && definition.catchall === undefined) {
    delete jsonSchema.additionalProperties
  }
}

function relink(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relink)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) =>
      key === '$ref' && typeof inner === 'string'
        ? [key, inner.replace(/^#\/\$defs\//, '#/components/schemas/')]
        : [key, relink(inner)]
    ),
  )
}
