/** The device authorization grant, RFC 8628, as the device has it: asking, and asking for the token. */
import { Fault } from '../../../shared/faults.ts'
import { type Permission, permissions } from '../../../shared/permissions.ts'
import {
  CLIENT_ID,
  DEVICE_GRANT,
  DeviceAuthorization,
  DeviceAuthorizationRequest,
  DeviceFreshRequest,
  DeviceToken,
  DeviceTokenRequest,
} from '../../../shared/schemas/device.ts'
import type { Reader } from '../../db/database.ts'
import type { Storage } from '../../db/storage.ts'
import { change, openChange } from '../../http/change.ts'
import type { Client } from '../../http/client.ts'
import { TooManyRequests } from '../../http/problem.ts'
import { command, open, type Route } from '../../http/route.ts'
import { networkOf, pay } from '../accounts/throttle.ts'
import { NetworkFact } from '../../http/network_fact.ts'
import { hashSecret, isSecret, newSecret } from '../secret.ts'
import { DEVICE_IDLE_MS, insertToken, replaceToken } from '../store.ts'
import { asked, type DeviceRow, insertRequest, polled, useRequest, waitingFrom } from './store.ts'
import { newUserCode } from './user_code.ts'

export interface DeviceOptions {
  readonly storage: Storage
  readonly db: Reader
  /** Where the console is. */
  readonly publicUrl: string
}

/** A person has this long to approve, RFC 8628 section 3.2. */
const EXPIRES_SECONDS = 600
const INTERVAL_SECONDS = 5
const TOKEN_MS = 30 * 24 * 60 * 60_000
/** Requests that wait at once from one address: an office has one. */
const MOST_WAITING = 50

const tag = 'Devices'
const code = 'sp_dvc_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT'
const token = 'sp_dev_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT'
const authorization = {
  device_code: code,
  user_code: 'WDJB-MJHT',
  verification_uri: 'https://edge.example.com/console/device',
  verification_uri_complete: 'https://edge.example.com/console/device#WDJB-MJHT',
  expires_in: EXPIRES_SECONDS,
  interval: INTERVAL_SECONDS,
}

export function deviceRoutes(options: DeviceOptions): readonly Route[] {
  return [
    open({
      id: 'authorizeDevice',
      method: 'post',
      path: '/v1/device/authorize',
      tag,
      summary: 'Begin to sign a device in: codes for the device and for a person',
      description:
        'RFC 8628 section 3.1; the body may be a form. The person opens `verification_uri` and compares the code. ' +
        '`scope` names permissions with spaces between; unless said the device may do all that the person may.',
      because: 'the device has nothing yet; it gets nothing until a person approves',
      oauth: true,
      audit: { none: 'nothing has happened until a person approves' },
      body: DeviceAuthorizationRequest,
      reply: DeviceAuthorization,
      faults: ['client_unknown', 'scope_invalid', 'too_many_requests'],
      example: {
        body: { client_id: CLIENT_ID, device: 'laptop of Ada' },
        reply: authorization,
      },
      async handle({ db, body, now, newId, client, randomBytes }) {
        checkClient(body.client_id)
        const wanted = { scopes: scopesOf(body.scope), token: null, device: body.device }
        const { row, reply } = await begin(options, { db, now, id: newId(), client, randomBytes, ...wanted })
        return openChange({
          // Not audited: neither has a meaning.
          ...{ tenant: '', actor: { kind: 'edge' }, target: row.id },
          writes: insertRequest(row),
          reply: () => reply,
        })
      },
    }),
    command({
      id: 'renewDevice',
      method: 'post',
      path: '/v1/device/fresh',
      tag,
      permission: 'member:any',
      audit: { none: 'nothing has happened until a person approves' },
      summary: 'Begin to approve a device anew that is signed in',
      description:
        'For a device’s own token: the answer is that of `authorizeDevice`. Once the same person has approved, the ' +
        'device gets a new token that counts as fresh, and the old one ends.',
      body: DeviceFreshRequest,
      reply: DeviceAuthorization,
      faults: ['too_many_requests'],
      example: { body: { device: 'laptop of Ada' }, reply: authorization },
      async handle({ db, principal, body, now, newId, client, randomBytes }) {
        const { by, scoped } = principal
        if (by.kind !== 'token' || by.sort !== 'device') {
          throw new Fault('forbidden', 'This is no device’s token.')
        }
        const scopes = scoped ? permissions.filter((one) => principal.grants.anywhere.has(one)) : null
        const wanted = { scopes, token: by.id, device: body.device }
        const { row, reply } = await begin(options, { db, now, id: newId(), client, randomBytes, ...wanted })
        return change({ writes: insertRequest(row), target: row.id, reply: () => reply })
      },
    }),
    tokenRoute(options),
  ]
}

/** RFC 8628 sections 3.4 and 3.5. */
function tokenRoute({ storage }: DeviceOptions): Route {
  return open({
    id: 'getDeviceToken',
    method: 'post',
    path: '/v1/device/token',
    tag,
    summary: 'Ask whether a person has approved, and get the device’s token',
    description:
      'RFC 8628 section 3.4; the body may be a form. Until then it answers 400 with `error: authorization_pending`, ' +
      'and `slow_down` where the device asks before the interval is over, which is five seconds longer from then on.',
    because: 'the device code is what the device has before its token',
    oauth: true,
    audit: 'device.signed_in',
    body: DeviceTokenRequest,
    reply: DeviceToken,
    faults: [
      'authorization_pending',
      'slow_down',
      'expired_token',
      'access_denied',
      'grant_invalid',
      'grant_unsupported',
      'client_unknown',
    ],
    example: {
      body: { grant_type: DEVICE_GRANT, device_code: code, client_id: CLIENT_ID },
      reply: { access_token: token, token_type: 'Bearer', expires_in: TOKEN_MS / 1000 },
    },
    async handle({ db, body, now, newId, client, randomBytes }) {
      checkClient(body.client_id)
      if (body.grant_type !== DEVICE_GRANT) throw new Fault('grant_unsupported')
      const row = isSecret('dvc', body.device_code) ? await asked(db, hashSecret(body.device_code)) : null
      if (row === null || row.state === 'used') throw new Fault('grant_invalid')
      if (row.expires <= now) throw new Fault('expired_token')
      if (row.state === 'denied') throw new Fault('access_denied')
      const { tenant, member, decided } = row
      if (row.state === 'waiting' || tenant === null || member === null || decided === null) {
        const plan = { id: '', steps: [polled(row.hash, now)], leaf: null, repeatable: false }
        const { rows } = await storage.write(plan)
        throw new Fault(rows[0]?.[0]?.slowed === 1 ? 'slow_down' : 'authorization_pending')
      }
      const secret = newSecret('dev', randomBytes)
      const id = newId()
      const made = {
        ...{ id, tenant, member, hash: hashSecret(secret), name: row.device, sort: 'device' as const },
        ...{ scopes: row.scopes, created: now, expires: now + TOKEN_MS },
        ...{ fresh: decided, idle_until: now + DEVICE_IDLE_MS, methods: row.methods },
      }
      const before = row.token === null
        ? []
        : [replaceToken({ tenant, id: row.token, by: id, ends: now, now })]
      const scopes = row.scopes === null ? null : JSON.parse(row.scopes) as Permission[]
      return openChange({
        tenant,
        actor: { kind: 'member', id: member, token: id },
        writes: [useRequest({ hash: row.hash, tenant, member }, now), ...before, insertToken(made)],
        target: id,
        facts: { member, request: row.id, network: new NetworkFact(client.network), replaces: row.token },
        reply: () => ({
          access_token: secret,
          token_type: 'Bearer' as const,
          expires_in: TOKEN_MS / 1000,
          ...(scopes === null ? {} : { scope: scopes.join(' ') }),
        }),
      })
    },
  })
}

function checkClient(client: string): void {
  if (client !== CLIENT_ID) throw new Fault('client_unknown')
}

function scopesOf(scope: string | undefined): Permission[] | null {
  if (scope === undefined) return null
  const named = scope.split(' ').filter((one) => one !== '')
  const unknown = named.some((one) => !(permissions as readonly string[]).includes(one))
  if (unknown || named.length === 0) throw new Fault('scope_invalid')
  return permissions.filter((one) => named.includes(one))
}

interface Beginning {
  readonly db: Reader
  readonly now: number
  readonly id: string
  readonly client: Client
  readonly randomBytes: (length: number) => Uint8Array
  readonly scopes: readonly Permission[] | null
  readonly token: string | null
  readonly device: string | undefined
}

/** Throws `TooManyRequests` where too many wait that came from this address. */
async function begin({ publicUrl, storage }: DeviceOptions, beginning: Beginning) {
  const { db, now, id, client, randomBytes, scopes, token } = beginning
  // One customer has as many addresses of IPv6 as they like, all of one network.
  await pay({ storage, db }, [{ kind: 'device_network', of: networkOf(client.network) }], now)
  if (await waitingFrom(db, client.network, now) >= MOST_WAITING) throw new TooManyRequests(EXPIRES_SECONDS)
  const secret = newSecret('dvc', randomBytes)
  const userCode = newUserCode(randomBytes)
  const row: DeviceRow = {
    ...{ hash: hashSecret(secret), id, user_code: userCode, network: client.network, agent: client.agent },
    device: beginning.device ?? 'a device',
    scopes: scopes === null ? null : JSON.stringify(scopes),
    ...{ token, created: now, expires: now + EXPIRES_SECONDS * 1000 },
    ...{ pause: INTERVAL_SECONDS, polled: null, slowed: 0, state: 'waiting' },
    ...{ tenant: null, member: null, decided: null, methods: null },
  }
  const page = `${publicUrl}/console/device`
  const reply = {
    device_code: secret,
    user_code: userCode,
    verification_uri: page,
    // In the fragment, which no browser sends anywhere.
    verification_uri_complete: `${page}#${userCode}`,
    expires_in: EXPIRES_SECONDS,
    interval: INTERVAL_SECONDS,
  }
  return { row, reply }
}
