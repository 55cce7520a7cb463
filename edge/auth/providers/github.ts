/**
 * GitHub speaks OAuth 2 without an id_token: who it is says its API, to the access token. From GitHub's reference for
 * OAuth apps and for `GET /user` and `GET /user/emails`. The account's id is the subject, since names are reused.
 */
import { z } from 'zod'
import { Fault } from '../../../shared/faults.ts'
import type { Outgoing } from './outgoing.ts'

/** What identities of GitHub's are kept under, as RFC 9207 and GitHub's own tokens name it. */
export const GITHUB_ISSUER = 'https://github.com'

export interface GitHubEndpoints {
  readonly authorization: string
  readonly token: string
  readonly api: string
}

export const gitHubEndpoints: GitHubEndpoints = {
  authorization: 'https://github.com/login/oauth/authorize',
  token: 'https://github.com/login/oauth/access_token',
  api: 'https://api.github.com',
}

export const gitHubScopes = ['read:user', 'user:email'] as const

const User = z.object({
  id: z.int().min(1),
  login: z.string().min(1).max(100),
  name: z.string().nullish(),
})
const Emails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() })).max(1000)

/** In the words of OpenID Connect. The address is the primary one where GitHub has verified that, else left out. */
export async function gitHubClaims(
  api: string,
  accessToken: string,
  outgoing: Outgoing,
): Promise<{ readonly sub: string; readonly all: Readonly<Record<string, unknown>> }> {
  const headers = {
    'accept': 'application/vnd.github+json',
    'authorization': `Bearer ${accessToken}`,
    'x-github-api-version': '2022-11-28',
  }
  const ask = async <T>(path: string, schema: z.ZodType<T>): Promise<T> => {
    const { status, json } = await outgoing(`${api}${path}`, { method: 'GET', headers })
    const read = schema.safeParse(json)
    if (status !== 200 || !read.success) {
      const cause = new Error(`${path} answered ${status}${status === 200 ? ' with something else' : ''}`)
      throw new Fault('provider_failed', undefined, { cause })
    }
    return read.data
  }
  const [user, emails] = [await ask('/user', User), await ask('/user/emails', Emails)]
  const primary = emails.find((one) => one.primary && one.verified)
  const mail = primary === undefined ? {} : { email: primary.email, email_verified: true }
  return {
    sub: String(user.id),
    all: { sub: String(user.id), login: user.login, name: user.name ?? user.login, ...mail },
  }
}
