/**
 * Requests to a whole edge in this process: whatever they say, and whoever sends them, the edge answers with less than
 * 500. Its ids are made by chance, so a case is made again with the same changes, but not to the same ids.
 */
import { fromUtf8, utf8 } from '../../shared/bytes.ts'
import { valueOf } from '../../shared/fuzz/sealed_targets_fixture.ts'
import type { Target } from '../../shared/fuzz/target_fixture.ts'
import type { Answer, Call } from '../edge_fixture.ts'
import { nobody } from '../edge_fixture.ts'
import type { Route } from '../http/route.ts'
import { type Answers, operations, type Request } from '../operations_fixture.ts'
import { world } from '../world_fixture.ts'

/** What they take away, the requests after them need. */
const last = 'deletePipeline'
const left = ['removeMember', 'eraseMember', 'revokeToken', 'cancelRun', 'completeRun', 'exportAudit']

const edge = await world({ bodyTimeoutMs: 5000 })
const routes = new Map(edge.edge.routes.map((route) => [route.id, route]))
const rightful = new Map<string, Request>()

async function send(route: Route, given: Request & Call): Promise<Answer> {
  const params = given.params ?? {}
  const path = route.path.replaceAll(
    /\{(\w+)\}/g,
    (_, name: string) => encodeURIComponent((params[name] ?? 'x').toWellFormed()),
  )
  const caller = given.as ?? (route.permission === null ? nobody : edge.admin)
  return await edge.call(caller, `${route.method.toUpperCase()} ${path}`, given)
}

/** Every operation has happened once, so that the rows are there which mutated requests name. */
async function prepare(): Promise<void> {
  const answers: Answers = {}
  for (const { id, prepare, request } of operations.slice(0, operations.findIndex(({ id }) => id === last))) {
    const route = routes.get(id)
    if (!route) continue
    await prepare?.(edge, answers)
    const given = request(answers, edge)
    answers[id] = (await send(route, given)).json
    if (!left.includes(id)) rightful.set(id, given)
  }
}
await prepare()

/** Takes its database away. */
export async function closeEdge(): Promise<void> {
  await edge[Symbol.asyncDispose]()
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Path and query are text whatever they hold. */
function texts(value: unknown): Record<string, string> {
  const entries = isRecord(value) ? Object.entries(value) : []
  return Object.fromEntries(
    entries.map(([key, one]) => [key, typeof one === 'string' ? one : JSON.stringify(one)]),
  )
}

/** A poll that waits is no hang. */
function atOnce(body: unknown): unknown {
  return isRecord(body) && typeof body['wait_seconds'] === 'number' && body['wait_seconds'] > 0
    ? { ...body, wait_seconds: 0 }
    : body
}

async function answered(route: Route, given: Request): Promise<number> {
  const before = edge.logged.length
  const { status, json } = await send(route, given)
  const logged = edge.logged.splice(0).slice(before)
  if (status >= 500) throw new Error(`${route.id}: ${JSON.stringify(json)} ${JSON.stringify(logged)}`)
  return status
}

const asked = (id: unknown) => {
  const route = typeof id === 'string' ? routes.get(id) : undefined
  const given = typeof id === 'string' ? rightful.get(id) : undefined
  return route && given ? { route, given } : null
}

/** Invalid JSON, and text that is none, in the place of a body. */
function rawOf(input: Uint8Array): { id: string; body: Uint8Array<ArrayBuffer> } | null {
  const cut = input.indexOf(10)
  if (cut < 0) return null
  try {
    return { id: fromUtf8(input.subarray(0, cut)), body: input.slice(cut + 1) }
  } catch {
    return null
  }
}

export const requestTargets: readonly Target[] = [
  {
    name: 'edge-request',
    structure: 'json',
    seeds: [...rightful].map(([id, { params, query, body }]) =>
      utf8(
        JSON.stringify({
          id,
          params: params ?? {},
          query: query ?? {},
          ...(body === undefined ? {} : { body }),
        }),
      )
    ),
    async take(input) {
      const wanted = valueOf(input)
      const found = isRecord(wanted) ? asked(wanted['id']) : null
      if (!isRecord(wanted) || !found) return null
      const { params, query, body } = wanted
      const hasBody = 'body' in wanted && found.route.method !== 'get'
      const mutated = {
        params: texts(params),
        query: texts(query),
        ...(hasBody ? { body: atOnce(body) } : {}),
      }
      const { as } = found.given
      return await answered(found.route, as === undefined ? mutated : { ...mutated, as })
    },
  },
  {
    name: 'edge-body',
    structure: 'text',
    seeds: [...rightful].filter(([id, { body }]) => body !== undefined && id !== 'pollForWork').map((
      [id, { body }],
    ) => utf8(`${id}\n${JSON.stringify(body)}`)),
    async take(input) {
      const raw = rawOf(input)
      const found = asked(raw?.id)
      if (!raw || !found) return null
      const headers = { 'content-type': 'application/json' }
      const { as, params, query } = found.given
      const whole = { raw: raw.body, headers, params: params ?? {}, query: query ?? {} }
      return await answered(found.route, as === undefined ? whole : { ...whole, as })
    },
  },
]
