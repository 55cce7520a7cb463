import type { Permission } from '../../../shared/permissions.ts'
import type { DeviceRequest } from '../../../shared/schemas/device.ts'
import { type Reader, sql, step, writes } from '../../db/database.ts'
import type { Step } from '../../db/plan.ts'

export interface DeviceRow {
  /** Of the device code. */
  readonly hash: string
  readonly id: string
  readonly user_code: string
  readonly device: string
  readonly network: string
  readonly agent: string
  readonly scopes: string | null
  /** The device's token of before, where it wants to be approved anew. */
  readonly token: string | null
  readonly created: number
  readonly expires: number
  /** Seconds between two polls. */
  readonly pause: number
  readonly polled: number | null
  readonly slowed: number
  readonly state: 'waiting' | 'approved' | 'denied' | 'used'
  readonly tenant: string | null
  readonly member: string | null
  readonly decided: number | null
  /** JSON: how the session had signed in that approved it. */
  readonly methods: string | null
}

/** A device that asks too soon waits so much longer from then on. RFC 8628 section 3.5. */
const SLOWER_SECONDS = 5

/** What has expired is still told that it has, for an hour. */
const KEPT_MS = 60 * 60_000

export function toDeviceRequest(row: DeviceRow): DeviceRequest {
  const { user_code, device, network, agent, scopes, created, expires } = row
  return {
    ...{ user_code, device, network, agent },
    ...(scopes === null ? {} : { scopes: JSON.parse(scopes) as Permission[] }),
    renews: row.token !== null,
    created: new Date(created).toISOString(),
    expires: new Date(expires).toISOString(),
  }
}

/** Drops what nobody asks for any more, and keeps this one. */
export function insertRequest(row: DeviceRow): Step[] {
  return [
    step(writes.deleteFrom('device_request').where('expires', '<', row.created - KEPT_MS)),
    step(writes.insertInto('device_request').values(row), { otherwise: 'conflict' }),
  ]
}

/** How many wait that came from this address. */
export async function waitingFrom(db: Reader, network: string, now: number): Promise<number> {
  const { count } = await db.selectFrom('device_request').select(({ fn }) =>
    fn.countAll<number>().as('count')
  )
    .where('network', '=', network).where('expires', '>', now).executeTakeFirstOrThrow()
  return count
}

/** One that waits for a person; null when it is unknown, decided or expired. */
export async function waiting(db: Reader, userCode: string, now: number): Promise<DeviceRow | null> {
  const query = db.selectFrom('device_request').selectAll().where('user_code', '=', userCode)
    .where('state', '=', 'waiting').where('expires', '>', now)
  return await query.executeTakeFirst() ?? null
}

/** Whether a device that signs in anew is one of this account's; only its owner gets to see it. */
export async function ownsDevice(db: Reader, token: string, account: string): Promise<string | null> {
  const row = await db.selectFrom('token').innerJoin(
    'member',
    (join) => join.onRef('member.id', '=', 'token.member').onRef('member.tenant', '=', 'token.tenant'),
  )
    .select('token.tenant').where('token.id', '=', token).where('token.revoked', 'is', null)
    .where('member.account', '=', account).where('member.state', '=', 'active').executeTakeFirst()
  return row?.tenant ?? null
}

/** By the device code. */
export async function asked(db: Reader, hash: string): Promise<DeviceRow | null> {
  const row = await db.selectFrom('device_request').selectAll().where('hash', '=', hash).executeTakeFirst()
  return row ?? null
}

/** Writes down that the device has asked; one that comes too soon waits longer from then on. */
export function polled(hash: string, now: number): Step {
  const soon = sql<boolean>`polled is not null and ${now} - polled < pause * 1000`
  const query = writes.updateTable('device_request').set({
    pause: sql<number>`case when ${soon} then pause + ${SLOWER_SECONDS} else pause end`,
    slowed: sql<number>`case when ${soon} then 1 else 0 end`,
    polled: now,
  }).where('hash', '=', hash).returning('slowed')
  return step(query)
}

/** Refused with `conflict` where somebody else has decided meanwhile, it expired, or the member is one no more. */
export function approveRequest(
  row: DeviceRow,
  { tenant, member, methods, now }: {
    readonly tenant: string
    readonly member: string
    /** As `session.methods` has them. */
    readonly methods: string
    readonly now: number
  },
): Step {
  const query = decision(row, now, { state: 'approved', tenant, member, methods, decided: now })
    .where(activeMember(tenant, member))
  return step(query, { otherwise: 'conflict' })
}

/** Refused with `conflict` likewise. */
export function denyRequest(row: DeviceRow, now: number): Step {
  return step(decision(row, now, { state: 'denied', decided: now }), { otherwise: 'conflict' })
}

function decision(row: DeviceRow, now: number, change: Partial<DeviceRow>) {
  return writes.updateTable('device_request').set(change).where('hash', '=', row.hash)
    .where('state', '=', 'waiting').where('expires', '>', now)
}

/** Its one token is given: refused with `grant_invalid` the second time, or where the member is one no more. */
export function useRequest(
  { hash, tenant, member }: { readonly hash: string; readonly tenant: string; readonly member: string },
  now: number,
): Step {
  const query = writes.updateTable('device_request').set({ state: 'used' }).where('hash', '=', hash)
    .where('state', '=', 'approved').where('expires', '>', now).where(activeMember(tenant, member))
  return step(query, { otherwise: 'grant_invalid' })
}

function activeMember(tenant: string, member: string) {
  return sql<boolean>`exists (select 1 from member where member.id = ${member}
    and member.tenant = ${tenant} and member.state = 'active')`
}
