/** The parts of a request against the schemas of its route: strictly, once. */
import type { z } from 'zod'
import { parseJson } from './body.ts'
import { type FieldError, InvalidRequest } from './problem.ts'
import type { ObjectSchema, Route } from './route.ts'

/** What came in, still untyped. */
export interface RawRequest {
  readonly headers: Headers
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, readonly string[]>>
  readonly body: () => Promise<Uint8Array>
}

export interface ParsedRequest {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
  readonly idempotencyKey: string | null
  /** As they came; empty where the route takes no body. */
  readonly bytes: Uint8Array
}

const none = {}
const noBytes = new Uint8Array(0)

/** Throws Fault `invalid_request` naming the places, `malformed_json`, `unsupported_media_type` and the body's. */
export async function parseRequest(route: Route, raw: RawRequest): Promise<ParsedRequest> {
  const params = parseObject(route.params, raw.params, 'path')
  const query = parseObject(route.query, single(raw.query), 'query')
  const idempotencyKey = parseKey(raw.headers.get('idempotency-key'))
  if (route.body === undefined) return { params, query, body: none, idempotencyKey, bytes: noBytes }
  const bytes = await raw.body()
  const result = route.body.safeParse(parseJson(raw.headers, bytes))
  if (!result.success) throw new InvalidRequest(fieldErrors(result.error, ''))
  return { params, query, body: result.data, idempotencyKey, bytes }
}

function parseObject(
  schema: ObjectSchema | undefined,
  value: Record<string, string>,
  place: string,
): unknown {
  if (schema === undefined) {
    const extra = Object.keys(value)
    if (extra.length > 0) {
      throw new InvalidRequest(extra.map((name) => ({ at: `${place}/${name}`, message: 'Unrecognized key' })))
    }
    return none
  }
  const result = schema.safeParse(value)
  if (!result.success) throw new InvalidRequest(fieldErrors(result.error, place))
  return result.data
}

/** A parameter that is there twice means two things to two readers. */
function single(query: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  const values: Record<string, string> = {}
  for (const [name, all] of Object.entries(query)) {
    if (all.length !== 1) throw new InvalidRequest([{ at: `query/${name}`, message: 'given more than once' }])
    values[name] = all[0] as string
  }
  return values
}

function parseKey(key: string | null): string | null {
  if (key !== null && !/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw new InvalidRequest([{ at: 'header/Idempotency-Key', message: '1 to 200 visible ASCII characters' }])
  }
  return key
}

function fieldErrors(error: z.ZodError, place: string): FieldError[] {
  return error.issues.slice(0, 20).map((issue) => ({
    at: [place, ...issue.path.map(String)].join('/') || '/',
    message: issue.message,
  }))
}
