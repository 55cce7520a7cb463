/** Browsers of people, each with the cookies that the edge gave it, on pages of its own origin. */
import type { Client } from '../../http/client.ts'
import { native } from '../../primitives.ts'
import { type Answer, bearer, PUBLIC_URL, type TestEdge, testEdge } from '../../edge_fixture.ts'
import type { Step } from '../../db/plan.ts'
import type { TenantRules } from '../../../shared/schemas/tenant_rules.ts'
import { defaultRules } from '../../../shared/schemas/tenant_rules.ts'
import { insertAccount, newAccount } from '../accounts/store.ts'
import { putRules } from '../rules/store.ts'
import { type Stage, startSession, usualLimits } from '../sessions/sessions.ts'
import { hotp } from './hotp.ts'
import { type Falsified, SoftAuthenticator } from './authenticator_fixture.ts'

export const TENANT = '0193509f-6e00-7000-8000-000000000001'

export interface Person {
  readonly account: string
  readonly email: string
}

/** An installation with one tenant, and Ada in it. */
export async function installation(): Promise<TestEdge & { readonly ada: Person }> {
  const edge = await testEdge()
  const body = { tenant: { id: TENANT, name: 'Acme' }, person: { name: 'Ada' } }
  const made = await edge.call(bearer(edge.setupToken), 'POST /v1/setup', { body })
  if (made.status !== 201) throw new Error(JSON.stringify(made.json))
  const ada = await person(edge, 'ada@example.com')
  await write(edge, [{
    sql: 'UPDATE member SET account = ? WHERE tenant = ?',
    parameters: [ada.account, TENANT],
    reads: false,
  }])
  return { ...edge, ada }
}

/** An account whose address is proven. */
export async function person(edge: TestEdge, email: string): Promise<Person> {
  const id = crypto.randomUUID()
  const { now } = edge.clock
  const row = newAccount({ id, email, name: 'A person', password: null, email_verified: now, now })
  await write(edge, [insertAccount(row)].flat())
  return { account: id, email }
}

export async function write(edge: TestEdge, steps: readonly Step[]): Promise<void> {
  await edge.storage.write({ id: '', steps, leaf: null, repeatable: false })
}

export async function setRules(edge: TestEdge, rules: Partial<TenantRules>): Promise<void> {
  await write(edge, [putRules(TENANT, { ...defaultRules, ...rules }, edge.clock.now)].flat())
}

/** Entries of the tenant's log under one name, oldest first. */
// deno-lint-ignore no-explicit-any -- tests say what they expect of it
export async function entries(edge: TestEdge, action: string): Promise<any[]> {
  await edge.edge.flush()
  const sql =
    'SELECT CAST(bytes AS TEXT) AS text FROM audit_leaf WHERE tenant = ? AND action = ? ORDER BY seq'
  const rows = await edge.storage.read({ sql, parameters: [TENANT, action], reads: true })
  return rows.map(({ text }) => JSON.parse(String(text)))
}

export class Browser {
  readonly #edge: TestEdge
  readonly #cookies = new Map<string, string>()
  readonly client: Client

  constructor(edge: TestEdge, network = '192.0.2.7') {
    this.#edge = edge
    this.client = { network, agent: 'test' }
  }

  get cookies(): ReadonlyMap<string, string> {
    return this.#cookies
  }

  /** Another one that somebody gave its cookies to. */
  copy(): Browser {
    const copy = new Browser(this.#edge, this.client.network)
    for (const [name, value] of this.#cookies) copy.#cookies.set(name, value)
    return copy
  }

  async call(
    target: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await this.#edge.call({ kind: 'nobody' }, target, {
      ...(body === undefined ? {} : { body }),
      headers: { ...(cookie === '' ? {} : { cookie }), origin: PUBLIC_URL, ...headers },
      remote: this.client.network,
    })
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      if (value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return answer
  }

  /** As if a password had just been right: waiting for the second factor, or whole. */
  async startSession({ account }: Person, stage: Stage = 'full'): Promise<void> {
    const { now } = this.#edge.clock
    const { steps, cookies } = startSession({
      id: crypto.randomUUID(),
      account,
      stage,
      tenant: stage === 'full' ? TENANT : null,
      limits: usualLimits,
      methods: [{ method: 'password', at: now }],
      fresh: null,
      client: this.client,
      now,
      randomBytes: native.randomBytes,
    })
    await write(this.#edge, steps)
    for (const cookie of cookies) {
      const [name = '', value = ''] = cookie.split(';')[0]?.split('=') ?? []
      this.#cookies.set(name, value)
    }
  }

  /** Sets up an app, and answers its secret and the recovery codes. */
  async addTotp(): Promise<{ secret: Uint8Array; codes: string[] }> {
    const started = await this.call('POST /v1/account/totp')
    if (started.status !== 201) throw new Error(JSON.stringify(started.json))
    const secret = fromBase32(started.json.secret)
    const confirmed = await this.call('POST /v1/account/totp/confirm', { code: await this.code(secret) })
    if (confirmed.status !== 200) throw new Error(JSON.stringify(confirmed.json))
    return { secret, codes: confirmed.json.recovery_codes ?? [] }
  }

  /** What an app shows now, or so many steps later. */
  async code(secret: Uint8Array, later = 0): Promise<string> {
    return await hotp(secret, Math.floor(this.#edge.clock.now / 30_000) + later)
  }

  async addPasskey(
    name: string,
    authenticator = new SoftAuthenticator(PUBLIC_URL),
    falsified: Falsified = {},
  ) {
    const options = await this.call('POST /v1/account/passkeys/options')
    if (options.status !== 200) throw new Error(JSON.stringify(options.json))
    const credential = authenticator.register(options.json, falsified)
    const added = await this.call('POST /v1/account/passkeys', { name, credential })
    if (added.status !== 201) throw new Error(JSON.stringify(added.json))
    return {
      authenticator,
      id: added.json.passkey.id as string,
      codes: added.json.recovery_codes as string[],
    }
  }

  /** Signs in by passkey, without an address. */
  async signIn(
    authenticator: SoftAuthenticator,
    falsified: Falsified = {},
  ): Promise<Answer> {
    const options = await this.call('POST /v1/sessions/passkey/options')
    const credential = authenticator.assert(options.json, falsified)
    return await this.call('POST /v1/sessions/passkey/verify', { credential })
  }
}

/** RFC 4648 §6. */
export function fromBase32(text: string): Uint8Array {
  const bits = [...text].map((c) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')
  )
    .join('')
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => parseInt(byte, 2))
}
