/** Everything that the edge has of a tenant, as JSON lines, without what opens anything. */
import { z } from 'zod'
import { toBase64, utf8 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { type Grantor, grantsOfMember } from '../access/grantor.ts'
import type { Reader } from '../db/database.ts'
import type { Row, Value } from '../db/plan.ts'
import type { Storage } from '../db/storage.ts'
import type { MemberPrincipal } from '../http/principal.ts'
import { query, type Route } from '../http/route.ts'
import { columns, type Holding, holdings, ofTenant } from './holdings.ts'

const ROWS_AT_ONCE = 200
const LONG_ROWS_AT_ONCE = 8

const tenantId = '019a9f3e-7c00-7000-8000-000000000000'
const first = { export: { v: 1, tenant: tenantId, time: '2026-11-22T08:00:00.000Z' } }
const row = { table: 'project', row: { id: '019a9f3e-7c00-7000-8000-000000000004', name: 'default' } }
const last = { end: { rows: { project: 1 } } }
const line = (value: object) => `${JSON.stringify(value)}\n`

export interface ExportOptions {
  readonly storage: Storage
  readonly db: Reader
  readonly grantor: Grantor
}

export function exportRoutes(options: ExportOptions): readonly Route[] {
  return [
    query({
      id: 'exportTenant',
      path: '/v1/tenant/export',
      tag: 'Tenants',
      permission: 'tenant.export',
      fresh: true,
      summary: 'Everything that the edge has of the tenant, as JSON lines',
      description:
        'One line says of whom and when, then one `{"table":…,"row":…}` for every row of every table, then one ' +
        '`{"end":{"rows":…}}` with the number of rows of each: without it the export is a part of one. Bytes are ' +
        'base64, times milliseconds since 1970. Hashes of secrets and what the edge has sealed for itself are left ' +
        'out; what is sealed to keys of yours is there as it is. Tables are read one after the other, while others go ' +
        'on writing.',
      media: 'application/jsonl',
      reply: z.string(),
      example: { reply: line(first) + line(row) + line(last) },
      handle({ principal, now }) {
        const lines = linesOf(options, principal, now)
        return Promise.resolve(
          new ReadableStream({
            async pull(controller) {
              const { done, value } = await lines.next()
              if (done === true) controller.close()
              else controller.enqueue(utf8(value))
            },
            async cancel() {
              await lines.return(undefined)
            },
          }),
        )
      },
    }),
  ]
}

const byNow = {
  token: 'SELECT 1 FROM token WHERE id = ? AND revoked IS NULL',
  session: 'SELECT 1 FROM session WHERE id = ? AND revoked IS NULL',
} as const

/** Whoever reads slowly reads for hours: throws `forbidden` where they may not begin any more, and the rest is not sent. */
async function checkStill(
  { storage, db, grantor }: ExportOptions,
  principal: MemberPrincipal,
): Promise<void> {
  const { tenant, id: member, by } = principal
  const [stands] = await storage.read({
    sql: `SELECT 1 FROM tenant WHERE id = ? AND suspended IS NULL AND EXISTS (${byNow[by.kind]})`,
    parameters: [tenant, by.id],
    reads: true,
  })
  const grants = await grantsOfMember(db, tenant, { member, grantor })
  if (stands === undefined || !grants?.tenant.has('tenant.export')) throw new Fault('forbidden')
}

async function* linesOf(
  options: ExportOptions,
  principal: MemberPrincipal,
  now: number,
): AsyncGenerator<string, undefined> {
  const { tenant } = principal
  yield line({ export: { v: 1, tenant, time: new Date(now).toISOString() } })
  const rows: Record<string, number> = {}
  for (const [table, holding] of Object.entries(holdings)) {
    if (holding.shown === undefined) continue
    rows[table] = 0
    for await (const page of pagesOf(options.storage, { table, holding, tenant })) {
      await checkStill(options, principal)
      rows[table] += page.length
      yield page.map((row) => line({ table, row: plain(row) })).join('')
    }
  }
  yield line({ end: { rows } })
  return undefined
}

const quoted = (name: string) => `"${name}"`

/** In the order of the key, so that what is written meanwhile moves nothing. */
async function* pagesOf(
  storage: Storage,
  of: { readonly table: string; readonly holding: Holding; readonly tenant: string },
): AsyncGenerator<readonly Row[]> {
  const { table, holding, tenant } = of
  const keys = columns(holding.key)
  const key = keys.map(quoted).join(', ')
  const take = holding.long === true ? LONG_ROWS_AT_ONCE : ROWS_AT_ONCE
  const start = `SELECT ${columns(holding.shown).map(quoted).join(', ')} FROM ${quoted(table)} ` +
    `WHERE ${ofTenant(holding)}`
  let after: readonly Value[] | null = null
  for (;;) {
    const behind = after === null ? '' : ` AND (${key}) > (${keys.map(() => '?').join(', ')})`
    const page: readonly Row[] = await storage.read({
      sql: `${start}${behind} ORDER BY ${key} LIMIT ?`,
      parameters: [tenant, ...(after ?? []), take],
      reads: true,
    })
    if (page.length > 0) yield page
    const end = page.at(-1)
    if (end === undefined || page.length < take) return
    after = keys.map((name) => end[name] as Value)
  }
}

function plain(row: Row): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Uint8Array ? toBase64(value) : value]),
  )
}
