/** The keys that sign checkpoints. The edge makes them; the trust document says which one counts. */
import { z } from 'zod'
import { toBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { LogKey } from '../../shared/schemas/tenant.ts'
import { change, unchanged } from '../http/change.ts'
import { command, query, type Route } from '../http/route.ts'
import { insertNextLogKey, type LogKeyRow, logKeyRow, selectLogKeys } from './store.ts'
import { type LogKeyOptions, nextLogKey } from './tenant_log.ts'

const tag = 'Audit'
const at = '2026-11-22T08:00:00.000Z'
const key = '6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw='

const iso = (ms: number) => new Date(ms).toISOString()

function keysOf(row: LogKeyRow): LogKey[] {
  const { next_log_key: next, next_log_key_created: created } = row
  return [
    { public_key: toBase64(row.log_key), state: 'current', created: iso(row.created) },
    ...(next === null || created === null
      ? []
      : [{ public_key: toBase64(next), state: 'next' as const, created: iso(created) }]),
  ]
}

const list = query({
  id: 'listLogKeys',
  path: '/v1/log-keys',
  tag,
  permission: 'keys.read',
  summary: 'The key that signs checkpoints, and the one that a trust document may name next',
  reply: z.object({ data: z.array(LogKey) }),
  example: { reply: { data: [{ public_key: key, state: 'current', created: at }] } },
  async handle({ db, principal }) {
    const row = await logKeyRow(db, principal.tenant)
    if (row === null) throw new Fault('not_found')
    return { data: keysOf(row) }
  },
})

function createRoute(options: LogKeyOptions): Route {
  return command({
    id: 'createLogKey',
    method: 'post',
    path: '/v1/log-keys',
    status: 201,
    tag,
    permission: 'keys.write',
    fresh: true,
    twoPerson: 'keys',
    audit: 'log_key.created',
    summary: 'Make the next log key',
    description:
      'Nothing changes until a trust document names it: from the commit that publishes that document on ' +
      'it signs the checkpoints, and the key before is destroyed. While there is a next one it is answered again.',
    reply: LogKey,
    faults: ['conflict'],
    example: { reply: { public_key: key, state: 'next', created: at } },
    async handle({ db, principal, now }) {
      const { tenant } = principal
      const row = await logKeyRow(db, tenant)
      const waiting = row === null ? undefined : keysOf(row).find(({ state }) => state === 'next')
      if (waiting !== undefined) return unchanged(waiting)
      const made = nextLogKey(options, tenant)
      return change({
        // The key is random: a repeated request reads the one that was kept, which may be the current one by now.
        writes: [insertNextLogKey(tenant, { ...made, created: now }), selectLogKeys(tenant)],
        target: tenant,
        facts: { key: toBase64(made.publicKey) },
        reply: ({ rows }) => keysOf(rows[1]?.[0] as unknown as LogKeyRow).at(-1) as LogKey,
        again: true,
      })
    },
  })
}

export function logKeyRoutes(options: LogKeyOptions): readonly Route[] {
  return [list, createRoute(options)]
}
