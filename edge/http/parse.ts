/** What the library's parsing of a request does not do: see `describe.ts` for what it does. */
import type { Hook } from '@hono/zod-openapi'
import type { HonoRequest } from 'hono'
import { z } from 'zod'
import { type FieldError, InvalidRequest } from './problem.ts'

/** Places that a refusal names. */
const MAX_ERRORS = 20

export const IdempotencyKey = z.string().regex(/^[\x21-\x7e]{1,200}$/, '1 to 200 visible ASCII characters')
  .optional().meta({
    description:
      'Makes a repetition safe: the same key with the same request happens once and is answered alike; with ' +
      'another request it is refused.',
    param: { name: 'Idempotency-Key', in: 'header' },
  })

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const asking = new RegExp(`^(ask)?(?:(?:^|(?<=ask) )(${UUID}))?$`)

export const Approval = z.string().regex(asking, 'an id, or `ask`, or `ask` and an id').optional().meta({
  description:
    'The id of the approval that another person gave to this very request. `ask`, or `ask` and that id, asks only: 204 ' +
    'where the request may happen as far as approvals go. Nothing is done then.',
  param: { name: 'Approval', in: 'header' },
})

/**
 * The Idempotency-Key of a request, or null. Throws `InvalidRequest`. Parsed here, by the schema that the document has
 * of it: the library would copy every header of every request for it, which costs as much as all its other parsing.
 */
export function keyOf(headers: Headers): string | null {
  const result = IdempotencyKey.safeParse(headers.get('idempotency-key') ?? undefined)
  if (!result.success) throw new InvalidRequest(fieldErrors(result.error, ['header', 'Idempotency-Key']))
  return result.data ?? null
}

/** What the header `Approval` says. */
interface SaidApproval {
  readonly id: string | null
  /** Whether an approval is wanted, and given, is all that is asked. */
  readonly asksOnly: boolean
}

const silent: SaidApproval = { id: null, asksOnly: false }

/** Throws `InvalidRequest`, also where nobody would answer what is asked only: the request would happen. */
export function approvalOf(headers: Headers, { taken }: { readonly taken: boolean }): SaidApproval {
  const said = headers.get('approval')
  if (said === null) return silent
  const [whole, ask, id] = asking.exec(said) ?? []
  const at = 'header/Approval'
  if (!whole) throw new InvalidRequest([{ at, message: 'an id, or `ask`, or `ask` and an id' }])
  if (ask !== undefined && !taken) {
    throw new InvalidRequest([{ at, message: 'this operation needs no second person' }])
  }
  return { id: id ?? null, asksOnly: ask !== undefined }
}

const places: Readonly<Record<string, string>> = { param: 'path', query: 'query' }

/** Throws `InvalidRequest` for a part of a request that its schema refuses. */
// deno-lint-ignore no-explicit-any -- every route's
export const refuseInvalid: Hook<any, any, any, void> = (result) => {
  if (result.success) return
  const place = places[result.target]
  throw new InvalidRequest(fieldErrors(result.error, place === undefined ? [] : [place]))
}

/** The first places, in order. */
function fieldErrors(error: z.ZodError, place: readonly string[]): FieldError[] {
  return error.issues.slice(0, MAX_ERRORS).flatMap((issue) => {
    const at = [...place, ...issue.path.map(String)]
    return issue.code === 'unrecognized_keys'
      ? issue.keys.slice(0, MAX_ERRORS).map((key) => ({
        at: [...at, key].join('/'),
        message: 'Unrecognized key',
      }))
      : [{ at: at.join('/') || '/', message: issue.message }]
  }).slice(0, MAX_ERRORS)
}

/**
 * Refuses what the library would not: a parameter that is there twice means two things to two readers, and a route
 * without a query has no schema that could say so. Throws `InvalidRequest`.
 */
export function checkQuery(request: HonoRequest, { taken }: { readonly taken: boolean }): void {
  if (!request.url.includes('?')) return
  const given = Object.entries(request.queries())
  const refused = given.filter(([, values]) => !taken || values.length > 1).slice(0, MAX_ERRORS)
  if (refused.length === 0) return
  throw new InvalidRequest(refused.map(([name, values]) => ({
    at: `query/${name}`,
    message: values.length > 1 ? 'given more than once' : 'Unrecognized key',
  })))
}
