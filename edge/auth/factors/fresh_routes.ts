/** Confirming in a session that it is still its owner who sits there: for five minutes it may do what is delicate. */
import { Fault } from '../../../shared/faults.ts'
import { Fresh, PasskeyShown, TotpConfirmation } from '../../../shared/schemas/factor.ts'
import { PasskeyRequestOptions } from '../../../shared/schemas/passkey.ts'
import { answer } from '../../http/answer.ts'
import { openChange } from '../../http/change.ts'
import { FRESH_MS } from '../../http/principal.ts'
import { command, type Route } from '../../http/route.ts'
import { accountLog } from '../sessions/account_log.ts'
import { accepted, acceptedPasskey } from './asked.ts'
import { newChallenge } from './challenges.ts'
import { type Asking, confirmed, owner } from './enrolment.ts'
import { assertionExample, requestExample } from './examples.ts'
import type { FactorOptions } from './routes.ts'
import { type Shown, showPasskey, showTotp } from './shown.ts'
import { passkeysOf, toKnown } from './store.ts'
import { relyingParty, requestOptions } from './webauthn.ts'

const tag = 'Second factors'
const reply = { fresh_until: '2026-11-22T08:05:00.000Z' }

export function freshRoutes(options: FactorOptions): readonly Route[] {
  return [confirmByTotp(options), startFreshPasskey(options), confirmByPasskey(options)]
}

const confirmByTotp = (options: FactorOptions) =>
  command({
    id: 'confirmByTotp',
    method: 'post',
    path: '/v1/fresh/totp',
    tag,
    permission: 'account:any',
    audit: 'session.confirmed',
    summary: 'Confirm with a code: the session is fresh for five minutes',
    body: TotpConfirmation,
    reply: Fresh,
    faults: ['sign_in_failed', 'too_many_requests'],
    example: { body: { code: '287082' }, reply },
    async handle(context) {
      const { principal: { account }, body } = context
      const look = () => showTotp(options, context, { account, code: body.code })
      return await freshened(context, await accepted(options, context, { account, look }))
    },
  })

const startFreshPasskey = ({ publicUrl }: FactorOptions) =>
  command({
    id: 'startConfirmByPasskey',
    method: 'post',
    path: '/v1/fresh/passkey/options',
    tag,
    permission: 'account:any',
    audit: { none: 'a challenge is nothing yet; what answers it is in the log' },
    summary: 'What the browser is asked to confirm by passkey with',
    description: 'For `PublicKeyCredential.parseRequestOptionsFromJSON`. Good for five minutes.',
    reply: PasskeyRequestOptions,
    faults: ['not_found'],
    example: { reply: requestExample },
    async handle(context) {
      const { db, principal: { account, session } } = context
      const known = await passkeysOf(db, account)
      if (known.length === 0) throw new Fault('not_found')
      const { challenge, steps } = newChallenge({ purpose: 'fresh', bound: session }, context)
      const asked = await requestOptions(relyingParty(publicUrl), { challenge, known: known.map(toKnown) })
      return openChange({
        ...await accountLog(db, account),
        writes: steps,
        target: account,
        reply: () => asked,
      })
    },
  })

const confirmByPasskey = (options: FactorOptions) =>
  command({
    id: 'confirmByPasskey',
    method: 'post',
    path: '/v1/fresh/passkey',
    tag,
    permission: 'account:any',
    audit: 'session.confirmed',
    summary: 'Confirm with a passkey: the session is fresh for five minutes',
    body: PasskeyShown,
    reply: Fresh,
    faults: ['sign_in_failed', 'too_many_requests'],
    example: { body: { credential: assertionExample }, reply },
    async handle(context) {
      const { principal: { account, session }, body: { credential } } = context
      const ceremony = { purpose: 'fresh', bound: session } as const
      const rp = relyingParty(options.publicUrl)
      const look = () => showPasskey(rp, context, { account, credential, ceremony })
      return await freshened(context, await acceptedPasskey(options, context, look))
    },
  })

/** The factor is used up, and the session goes on under a new secret. */
async function freshened(asking: Asking, { steps, method, account }: Shown) {
  const who = await owner(asking)
  const session = confirmed(who.session, asking, method)
  const body = { fresh_until: new Date(asking.now + FRESH_MS).toISOString() }
  return openChange({
    ...who.log,
    writes: [...steps, ...session.steps],
    target: who.session.id,
    facts: { account, method },
    reply: ({ repeated }) => repeated ? body : answer(body, session),
  })
}
