/** The device authorization grant, RFC 8628 section 3.3, as the person has it: looking at a device, and deciding. */
import { Fault } from '../../../shared/faults.ts'
import { DeviceApproval, DeviceCode, DeviceDecision, DeviceRequest } from '../../../shared/schemas/device.ts'
import type { Reader } from '../../db/database.ts'
import type { Storage } from '../../db/storage.ts'
import { openChange, unchanged } from '../../http/change.ts'
import type { Client } from '../../http/client.ts'
import type { AccountPrincipal } from '../../http/principal.ts'
import { SignInNotEnough } from '../../http/problem.ts'
import { command, type Route } from '../../http/route.ts'
import { networkOf, pay, refund, type Throttled } from '../accounts/throttle.ts'
import { NetworkFact } from '../../http/network_fact.ts'
import { accountLog } from '../sessions/account_log.ts'
import type { DemandsOf } from '../sessions/demands.ts'
import { methodsOf, session } from '../sessions/sessions.ts'
import { memberIn } from '../sessions/store.ts'
import { approveRequest, denyRequest, type DeviceRow, ownsDevice, toDeviceRequest, waiting } from './store.ts'
import { readUserCode } from './user_code.ts'

const tag = 'Devices'
const example = { user_code: 'WDJB-MJHT' }

interface Options {
  readonly storage: Storage
  readonly people: { readonly demandsOf: DemandsOf }
}

export function deviceApprovalRoutes(options: Options): readonly Route[] {
  return [lookRoute(options), approveRoute(options), denyRoute(options)]
}

const lookRoute = ({ storage }: Options): Route =>
  command({
    id: 'getDeviceRequest',
    method: 'post',
    path: '/v1/device/requests/look',
    tag,
    permission: 'account:any',
    audit: { none: 'nothing is decided yet' },
    summary: 'The device that shows this code, for a person to compare',
    body: DeviceCode,
    reply: DeviceRequest,
    faults: ['not_found', 'too_many_requests'],
    example: {
      body: example,
      reply: {
        ...example,
        device: 'laptop of Ada',
        network: '192.0.2.17',
        agent: 'sallyport/0.1.0',
        renews: false,
        created: '2026-11-22T08:00:00.000Z',
        expires: '2026-11-22T08:10:00.000Z',
      },
    },
    async handle({ db, principal, body, now, client }) {
      const row = await guessed({ storage, db, principal, client, now, typed: body.user_code })
      return unchanged(toDeviceRequest(row))
    },
  })

const approveRoute = ({ storage, people }: Options): Route =>
  command({
    id: 'approveDevice',
    method: 'post',
    path: '/v1/device/requests/approve',
    tag,
    permission: 'account:any',
    whileClosing: true,
    fresh: true,
    audit: 'device.approved',
    summary: 'Let the device sign in as you, in the tenant that your session has chosen',
    body: DeviceApproval,
    reply: DeviceDecision,
    faults: ['not_found', 'conflict', 'forbidden', 'sign_in_not_enough', 'too_many_requests'],
    example: {
      body: { ...example, tenant: '019a9f3e-7c00-7000-8000-000000000000' },
      reply: { state: 'approved' },
    },
    async handle({ db, principal, body: { tenant, user_code }, now, client }) {
      const row = await guessed({ storage, db, principal, client, now, typed: user_code })
      const { member, methods } = await admitted({ db, people, principal, tenant, now })
      const known = row.token === null ? tenant : await ownsDevice(db, row.token, principal.account)
      if (known !== tenant) throw new Fault('forbidden', 'The device is signed in to another tenant.')
      return openChange({
        tenant,
        actor: { kind: 'account', id: principal.account },
        writes: [approveRequest(row, { tenant, member, methods, now })],
        target: row.id,
        facts: { member, network: new NetworkFact(row.network), renews: row.token },
        reply: () => ({ state: 'approved' as const }),
      })
    },
  })

const denyRoute = ({ storage }: Options): Route =>
  command({
    id: 'denyDevice',
    method: 'post',
    path: '/v1/device/requests/deny',
    tag,
    permission: 'account:any',
    whileClosing: true,
    audit: 'device.denied',
    summary: 'Refuse the device',
    body: DeviceCode,
    reply: DeviceDecision,
    faults: ['not_found', 'conflict', 'too_many_requests'],
    example: { body: example, reply: { state: 'denied' } },
    async handle({ db, principal, body, now, client }) {
      const row = await guessed({ storage, db, principal, client, now, typed: body.user_code })
      return openChange({
        ...await accountLog(db, principal.account),
        writes: [denyRequest(row, now)],
        target: row.id,
        facts: { network: new NetworkFact(row.network) },
        reply: () => ({ state: 'denied' as const }),
      })
    },
  })

/**
 * The member that the session acts as, and how it has signed in: of the tenant that it has chosen, by a sign-in that the tenant's rules let in
 * now. Throws Fault `forbidden`, `SignInNotEnough`.
 */
async function admitted(
  { db, people, principal, tenant, now }: Pick<Options, 'people'> & {
    readonly db: Reader
    readonly principal: AccountPrincipal
    readonly tenant: string
    readonly now: number
  },
): Promise<{ readonly member: string; readonly methods: string }> {
  const { account } = principal
  const found = principal.tenant === tenant ? await memberIn(db, { account, tenant }) : null
  const row = await session(db, account, { id: principal.session, now })
  if (found === null || row === null) {
    throw new Fault('forbidden', 'Choose that tenant for your session first.')
  }
  const { lacks } = await people.demandsOf(tenant)
  const missing = lacks({ email: found.email_key, methods: methodsOf(row) })
  if (missing.length > 0) throw new SignInNotEnough(missing)
  return { member: found.member, methods: row.methods }
}

/**
 * The request behind a code. Every look is paid for before it is made, and given back when the code was right, so that
 * codes cannot be tried out (RFC 8628 section 5.1). Throws Fault `not_found`, `TooManyRequests`.
 */
async function guessed(
  { storage, db, principal, client, now, typed }: {
    readonly storage: Storage
    readonly db: Reader
    readonly principal: AccountPrincipal
    readonly client: Client
    readonly now: number
    readonly typed: string
  },
): Promise<DeviceRow> {
  const costs: readonly Throttled[] = [
    { kind: 'user_code', of: principal.account },
    { kind: 'user_code_network', of: networkOf(client.network) },
  ]
  await pay({ storage, db }, costs, now)
  const code = readUserCode(typed)
  const row = code === null ? null : await waiting(db, code, now)
  const theirs = row !== null &&
    (row.token === null || await ownsDevice(db, row.token, principal.account) !== null)
  if (row === null || !theirs) throw new Fault('not_found')
  await storage.write({ id: '', steps: costs.map(refund), leaf: null, repeatable: false })
  return row
}
