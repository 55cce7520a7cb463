/** What signs somebody in today: looked at before an account becomes somebody's in a tenant. */
import { z } from 'zod'
import { Factors } from '../../../shared/schemas/factor.ts'
import { Identity } from '../../../shared/schemas/provider.ts'
import { Session } from '../../../shared/schemas/session.ts'
import type { Ask } from '../../http/page_route.ts'
import { When } from './text.tsx'

const Identities = z.object({ data: z.array(Identity) })
const Sessions = z.object({ data: z.array(Session) })

export interface Ways {
  readonly factors: Factors
  readonly identities: readonly Identity[]
  readonly sessions: readonly Session[]
}

export async function waysIn(ask: Ask): Promise<Ways> {
  const [factors, identities, sessions] = await Promise.all([
    ask('GET /v1/account/factors', Factors),
    ask('GET /v1/account/identities', Identities),
    ask('GET /v1/sessions?limit=200', Sessions),
  ])
  return { factors, identities: identities.data, sessions: sessions.data }
}

/** Whoever had this account for a moment may have left a way back in, which the tenant would take for the person's. */
export function WaysIn({ factors: { totp, passkeys }, identities, sessions }: Ways) {
  const others = sessions.filter(({ current }) => !current)
  const ways = [
    ...passkeys.map(({ name, created }) => ({ what: `Passkey “${name}”`, since: created })),
    ...totp.on ? [{ what: 'Authenticator app', since: totp.since }] : [],
    ...identities.map(({ name, created }) => ({
      what: `Sign-in by another party as ${name}`,
      since: created,
    })),
    ...others.map(({ network, created }) => ({
      what: `Session in another browser, from ${network}`,
      since: created,
    })),
  ]
  if (ways.length === 0) return null
  return (
    <section class='note warn' aria-labelledby='ways-in'>
      <h2 id='ways-in'>Are all of these yours?</h2>
      <p>Besides your password they open your account, and from now on this tenant:</p>
      <ul>
        {ways.map(({ what, since }) => (
          <li>
            {what}, since <When at={since} />
          </li>
        ))}
      </ul>
      <p>
        Remove what you do not know before you accept: under <a href='/console/account'>your account</a> and
        {' '}
        <a href='/console/sessions'>your sessions</a>.
      </p>
    </section>
  )
}
