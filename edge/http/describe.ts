/**
 * A route as `@hono/zod-openapi` takes it, and the document that the library makes of all of them: what parses a
 * request is what describes it.
 */
import type { OpenAPIHono, RouteConfig } from '@hono/zod-openapi'
import { z } from 'zod'
import { type FaultCode, faultCodes, meaningOf } from '../../shared/faults.ts'
import { SESSION_COOKIE } from './cookies.ts'
import { Approval, IdempotencyKey } from './parse.ts'
import { isAgentPermission } from './principal.ts'
import { statusOf } from './problem.ts'
import type { ObjectSchema, Route } from './route.ts'

export type Json = { [key: string]: unknown }

type Registry = OpenAPIHono['openAPIRegistry']

/** Codes that every route may answer with. */
const always: readonly FaultCode[] = ['invalid_request', 'internal', 'unavailable']

const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int().min(400).max(599),
  code: z.enum(faultCodes as [FaultCode, ...FaultCode[]]),
  detail: z.string(),
  request_id: z.string(),
  approval: z.string().optional().meta({ description: 'With `approval_required`: what has to be approved.' }),
  missing: z.array(z.string()).optional().meta({
    description:
      'With `sign_in_not_enough`: `second_factor`, `provider` (that of your mail address), `issuer` (another ' +
      'one), `password_refused` (passwords are off).',
  }),
  error: z.string().optional().meta({
    description: 'The code of RFC 8628, where a device asks for its token.',
  }),
  errors: z.array(z.object({ at: z.string(), message: z.string() })).optional().meta({
    description:
      'Where the request does not parse: a path into the body, or `query/…`, `path/…`, `header/…`.',
  }),
}).meta({ description: 'RFC 9457 problem details. `code` is stable; the texts are not.' })

/** What the library parses the requests of `route` by, and describes it by. */
export function describe(route: Route): RouteConfig {
  checkPath(route)
  return {
    method: route.method,
    path: route.path,
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    ...parametersOf(route),
    request: requestOf(route),
    responses: {
      [route.status ?? 200]: {
        description: route.status === 201 ? 'Made.' : 'Done.',
        headers: { 'X-Request-Id': { schema: { type: 'string' } } },
        content: {
          [route.media ?? 'application/json']: { schema: route.reply, example: route.example.reply },
        },
      },
      ...(route.twoPerson === undefined ? {} : {
        204: {
          description: 'Asked only (`Approval: ask`): it needs no other person, or has their approval.',
        },
      }),
      ...problemsOf(route),
    },
    security: securityOf(route),
    'x-codes': [...codesOf(route)],
    'x-permission': route.permission ?? 'none',
    ...(route.fresh === true ? { 'x-fresh': true } : {}),
    ...(route.twoPerson === undefined ? {} : { 'x-two-person': route.twoPerson }),
    ...(typeof route.audit === 'string' ? { 'x-audit': route.audit } : {}),
    ...(route.because === null ? {} : { 'x-open-because': route.because }),
  }
}

function parametersOf(route: Route): { parameters?: { $ref: string }[] } {
  const names = [
    ...(takesKey(route) ? ['IdempotencyKey'] : []),
    ...(route.twoPerson === undefined ? [] : ['ApprovalId']),
  ]
  return names.length === 0
    ? {}
    : { parameters: names.map((name) => ({ $ref: `#/components/parameters/${name}` })) }
}

function checkPath({ id, path, params }: Route): void {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()
  const known = Object.keys(params?.shape ?? {}).sort()
  if (inPath.join() !== known.join()) throw new TypeError(`${id}: the path has {${inPath}}, not {${known}}`)
}

function requestOf(route: Route): RouteConfig['request'] {
  const { params, query, body, example } = route
  return {
    ...(params === undefined ? {} : { params: withExamples(params, example.params) }),
    ...(query === undefined ? {} : { query: withExamples(query, example.query) }),
    ...(body === undefined ? {} : {
      body: { required: true, content: { 'application/json': { schema: body, example: example.body } } },
    }),
  }
}

/** The same object, whose fields know an example each. */
function withExamples(schema: ObjectSchema, examples: Readonly<Record<string, string>> = {}): ObjectSchema {
  return schema.safeExtend(Object.fromEntries(
    Object.entries(examples).map((
      [name, text],
    ) => [name, withExample(schema.shape[name] as z.ZodType, text)]),
  ))
}

/** Said of what is inside an optional field: the library forgets its name when the outside says anything. */
function withExample(field: z.ZodType, text: string): z.ZodType {
  const said = field.meta()
  if (field instanceof z.ZodOptional) {
    const outside = withExample(field.unwrap() as z.ZodType, text).optional()
    return said === undefined ? outside : outside.register(z.globalRegistry, said)
  }
  // A number in a URL is text only on the wire.
  return field.meta({ ...said, param: { example: said?.type === 'integer' ? Number(text) : text } })
}

/**
 * Whether an Idempotency-Key means something. Open routes have no principal whose key it could be; unaudited ones keep
 * no memory.
 */
export function takesKey(route: Route): boolean {
  return route.kind === 'command' && typeof route.audit === 'string'
}

function securityOf(route: Route): Record<string, string[]>[] {
  if (route.permission === null) return route.credential === null ? [] : [{ secret: [] }]
  if (route.permission === 'account:any') return [{ session: [] }]
  return isAgentPermission(route.permission) ? [{ signature: [] }] : [{ token: [] }, { session: [] }]
}

function codesOf(route: Route): Set<FaultCode> {
  return new Set<FaultCode>([
    ...always,
    ...(route.permission === null ? [] : ['unauthenticated', 'forbidden'] as const),
    ...(route.credential === null ? [] : ['unauthenticated'] as const),
    ...(route.fresh === true ? ['fresh_sign_in_required'] as const : []),
    ...(route.twoPerson === undefined ? [] : ['approval_required'] as const),
    ...(route.method === 'get' || (route.permission !== null && isAgentPermission(route.permission))
      ? []
      : ['origin_refused'] as const),
    ...(route.params === undefined ? [] : ['not_found'] as const),
    ...(route.body === undefined
      ? []
      : ['malformed_json', 'unsupported_media_type', 'body_too_large', 'request_timeout'] as const),
    ...(route.rawBody === true ? ['body_too_large', 'request_timeout'] as const : []),
    ...(takesKey(route) ? ['idempotency_mismatch'] as const : []),
    ...route.faults ?? [],
  ])
}

/** Answers that many operations share: one for each set of codes under one status, by the codes' names. */
function problemsOf(route: Route): Record<string, { $ref: string }> {
  const byStatus = Object.groupBy(codesOf(route), (code) => String(statusOf(code)))
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, codes = []]) => [
      status,
      { $ref: `#/components/responses/${codes.join('.')}` },
    ]),
  )
}

/** Registers what the descriptions of these routes refer to. */
export function describeShared(registry: Registry, routes: readonly Route[]): void {
  registry.register('Problem', Problem)
  registry.registerParameter('IdempotencyKey', IdempotencyKey)
  registry.registerParameter('ApprovalId', Approval)
  const names = routes.flatMap((route) => Object.values(problemsOf(route)))
    .map(({ $ref }) => $ref.slice($ref.lastIndexOf('/') + 1))
  for (const name of [...new Set(names)].sort()) {
    const description = name.split('.').map((code) => `\`${code}\`: ${meaningOf(code as FaultCode).help}`)
    registry.registerComponent('responses', name, {
      description: description.join('\n\n'),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    })
  }
  for (const [name, scheme] of Object.entries(securitySchemes)) {
    registry.registerComponent('securitySchemes', name, scheme)
  }
}

const securitySchemes = {
  token: { type: 'http', scheme: 'bearer', description: 'An API token, `sp_pat_…`.' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: SESSION_COOKIE,
    description:
      'A person’s sign-in in a browser. What changes something is taken from pages of this origin alone.',
  },
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
} as const
