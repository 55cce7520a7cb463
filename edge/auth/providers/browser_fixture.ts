/** A browser that goes to a provider and comes back, and an edge with an owner and a lying issuer beside it. */
import {
  type Answer,
  bearer,
  type Caller,
  nobody,
  PUBLIC_URL,
  type TestEdge,
  testEdge,
} from '../../edge_fixture.ts'
import { CLIENT_ID, CLIENT_SECRET, type Liar, liar, token } from './liar_fixture.ts'
import type { ConfiguredProvider } from './providers.ts'

export const TENANT = '0193509f-6e00-7000-8000-000000000001'

/** Keeps cookies as a browser does for one site. */
export class Browser {
  readonly cookies = new Map<string, string>()
  readonly #edge: TestEdge

  constructor(edge: TestEdge) {
    this.#edge = edge
  }

  async ask(target: string, body?: unknown): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await this.#edge.call(nobody, target, {
      ...(body === undefined ? {} : { body }),
      headers: {
        ...(cookie === '' ? {} : { cookie }),
        ...(target.startsWith('GET') ? {} : { origin: PUBLIC_URL }),
      },
    })
    for (const one of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? []
      if (/max-age=0/i.test(one)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return answer
  }

  /** Begins, and answers where the provider is. */
  async start(provider: string, body: object = {}): Promise<URL> {
    const { status, json } = await this.ask(`POST /v1/sign-in/${provider}/start`, body)
    if (status !== 200) throw new Error(`start answered ${status} ${JSON.stringify(json)}`)
    return new URL(json.location)
  }

  /** Comes back with an authorization response; answers where it is sent on to. */
  async back(provider: string, response: Readonly<Record<string, string>>): Promise<string> {
    const query = new URLSearchParams(response)
    const { status, headers, json } = await this.ask(`GET /v1/sign-in/${provider}/callback?${query}`)
    if (status !== 303) throw new Error(`the callback answered ${status} ${JSON.stringify(json)}`)
    return headers.get('location') ?? ''
  }
}

export interface Scene extends AsyncDisposable {
  readonly edge: TestEdge
  readonly issuer: Liar
  readonly owner: Caller
  readonly browser: Browser
}

/** An installation with one tenant; the issuer is its provider `house`, and whatever else is said. */
export async function scene(
  further: (issuer: Liar) => readonly ConfiguredProvider[] = () => [],
): Promise<Scene> {
  const issuer = await liar()
  const house = configured('house', issuer.issuer)
  const edge = await testEdge({ providers: [house, ...further(issuer)] })
  const made = await edge.call(bearer(edge.setupToken), 'POST /v1/setup', {
    body: { tenant: { id: TENANT, name: 'Acme' }, person: { name: 'Ada' } },
  })
  return {
    edge,
    issuer,
    owner: bearer(made.json.token),
    browser: new Browser(edge),
    async [Symbol.asyncDispose]() {
      await edge[Symbol.asyncDispose]()
      await issuer[Symbol.asyncDispose]()
    },
  }
}

export function configured(id: string, issuer: string): ConfiguredProvider {
  return { id, name: id, issuer, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, github: null }
}

/** What the issuer says of somebody; laid over what would be right. */
export interface Person {
  readonly sub: string
  readonly [claim: string]: unknown
}

/** From here on the issuer answers every code with this person's token, as it should. */
export function says({ issuer, edge }: Pick<Scene, 'issuer' | 'edge'>, to: URL, person: Person): void {
  const seconds = Math.floor(edge.clock.now / 1000)
  const claims = {
    iss: issuer.issuer,
    aud: CLIENT_ID,
    iat: seconds,
    exp: seconds + 300,
    nonce: to.searchParams.get('nonce') ?? '',
    ...person,
  }
  issuer.tokens = async () => ({
    body: {
      access_token: 'an access token',
      token_type: 'Bearer',
      id_token: await token({ key: issuer.key, claims }),
    },
  })
}

/** Goes there and back as this person; answers where the browser ends up. */
export async function signIn(
  on: Scene,
  provider: string,
  person: Person,
  { browser = on.browser, next }: { readonly browser?: Browser; readonly next?: string } = {},
): Promise<string> {
  const to = await browser.start(provider, next === undefined ? {} : { next })
  says(on, to, person)
  return await browser.back(provider, { code: 'a code', state: to.searchParams.get('state') ?? '' })
}

export const ada: Person = {
  sub: 'ada',
  email: 'ada@example.com',
  email_verified: true,
  name: 'Ada Lovelace',
}

// deno-lint-ignore no-explicit-any -- tests say what they expect of it
export type Leaf = any

/** The entries of a tenant's log, oldest first. */
export async function log({ edge }: Pick<Scene, 'edge'>, tenant = TENANT): Promise<Leaf[]> {
  await edge.edge.flush()
  const rows = await edge.storage.read({
    sql: 'SELECT bytes FROM audit_leaf WHERE tenant = ? ORDER BY seq',
    parameters: [tenant],
    reads: true,
  })
  return rows.map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes as Uint8Array)))
}

/** Why the last refused sign-in was refused, as the log has it. */
export async function lastReason(on: Pick<Scene, 'edge'>, tenant = TENANT): Promise<string | undefined> {
  return (await log(on, tenant)).findLast(({ action }) => action === 'sign_in.failed')?.facts.reason
}

export async function count({ edge }: Pick<Scene, 'edge'>, table: string): Promise<number> {
  const [row] = await edge.storage.read({
    sql: `SELECT count(*) AS n FROM ${table}`,
    parameters: [],
    reads: true,
  })
  return row?.n as number
}
