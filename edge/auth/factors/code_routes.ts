/** A person's own factors that are typed: an authenticator app, and recovery codes. */
import { Fault } from '../../../shared/faults.ts'
import {
  FactorAdded,
  Factors,
  NewRecoveryCodes,
  TotpConfirmation,
  TotpEnrolment,
} from '../../../shared/schemas/factor.ts'
import { answer } from '../../http/answer.ts'
import { openChange } from '../../http/change.ts'
import { command, query, type Route } from '../../http/route.ts'
import { account } from '../accounts/store.ts'
import { changed, firstCodes, mayEnrol, mayRemove, newCodes, owner, tenantsThatDemand } from './enrolment.ts'
import { codesExample, passkeyExample } from './examples.ts'
import { keyUri, secretText } from './hotp.ts'
import { tell } from './notices.ts'
import type { FactorOptions } from './routes.ts'
import { sealTotp, stepOf } from './shown.ts'
import { confirmTotp, deleteTotp, hasSecondFactor, held, insertTotp, toFactors, totpOf } from './store.ts'
import { NO_STEP, SECRET_BYTES } from './totp.ts'

const tag = 'Second factors'

export function codeRoutes(options: FactorOptions): readonly Route[] {
  return [
    getFactors,
    startTotp(options),
    confirmTotpRoute(options),
    removeTotp(options),
    makeRecoveryCodes(options),
  ]
}

const getFactors = query({
  id: 'getFactors',
  path: '/v1/account/factors',
  tag,
  permission: 'account:any',
  summary: 'Your authenticator app, recovery codes and passkeys',
  reply: Factors,
  example: {
    reply: {
      totp: { on: true, since: '2026-11-22T08:00:00.000Z' },
      recovery_codes: { left: 10, created: '2026-11-22T08:00:00.000Z' },
      passkeys: [passkeyExample],
      demanded_by: [],
    },
  },
  async handle({ db, principal }) {
    const [has, demanded_by] = await Promise.all([
      held(db, principal.account),
      tenantsThatDemand(db, principal.account),
    ])
    return { ...toFactors(has), demanded_by }
  },
})

const startTotp = (options: FactorOptions) =>
  command({
    id: 'startTotp',
    method: 'post',
    path: '/v1/account/totp',
    status: 201,
    tag,
    permission: 'account:any',
    audit: 'totp.started',
    summary: 'Begin to set up an authenticator app',
    description:
      'It counts once a code of it has come to `…/totp/confirm`; until then an earlier one does. ' +
      'Your first factor needs a sign-in of the last five minutes, a further one a fresh confirmation.',
    reply: TotpEnrolment,
    faults: ['fresh_sign_in_required', 'conflict'],
    example: {
      reply: {
        secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
        uri: 'otpauth://totp/sallyport.example.com:ada%40example.com' +
          '?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=sallyport.example.com',
      },
    },
    async handle(context) {
      const { db, principal, now, newId, randomBytes } = context
      const who = await owner(context)
      mayEnrol(principal, who, now)
      const person = await account(db, principal.account)
      if (person === null) throw new Fault('unauthenticated')
      const id = newId()
      const secret = randomBytes(SECRET_BYTES)
      const secret_sealed = sealTotp(options, id, secret)
      const row = { id, account: person.id, secret_sealed, step: NO_STEP, created: now, confirmed: null }
      const shown = {
        secret: secretText(secret),
        uri: keyUri(new URL(options.publicUrl).hostname, person.email, secret),
      }
      return openChange({
        ...who.log,
        writes: insertTotp(row),
        target: id,
        facts: { account: person.id },
        reply: ({ repeated }) => repeated ? {} : shown,
      })
    },
  })

const confirmTotpRoute = (options: FactorOptions) =>
  command({
    id: 'confirmTotp',
    method: 'post',
    path: '/v1/account/totp/confirm',
    tag,
    permission: 'account:any',
    audit: 'totp.confirmed',
    summary: 'Show that the app has the secret: from now on it is asked for',
    description:
      'Takes the place of an earlier app. Every other session of yours ends. With your first factor ' +
      'come ten recovery codes.',
    body: TotpConfirmation,
    reply: FactorAdded,
    faults: ['fresh_sign_in_required', 'sign_in_failed'],
    example: { body: { code: '287082' }, reply: { recovery_codes: codesExample } },
    async handle(context) {
      const { db, principal, body, now } = context
      const who = await owner(context)
      mayEnrol(principal, who, now)
      const pending = await totpOf(db, principal.account, 'pending')
      if (pending === null) throw new Fault('sign_in_failed')
      const accepted = await stepOf(options, pending, { code: body.code, now })
      if (accepted === null) throw new Fault('sign_in_failed')
      const codes = firstCodes(who, context)
      const session = changed(who, context, 'totp')
      const told = await tell(options, context, { account: principal.account, what: 'totp_added' })
      return openChange({
        ...who.log,
        writes: [
          ...confirmTotp(pending, { now, accepted }),
          ...codes.steps,
          ...session.steps,
          ...told.steps,
        ],
        target: pending.id,
        facts: { account: principal.account },
        committed: told.committed,
        reply: ({ repeated }) =>
          repeated ? {} : answer(codes.codes === null ? {} : { recovery_codes: [...codes.codes] }, session),
      })
    },
  })

const removeTotp = (options: FactorOptions) =>
  command({
    id: 'removeTotp',
    method: 'delete',
    path: '/v1/account/totp',
    tag,
    permission: 'account:any',
    fresh: true,
    audit: 'totp.removed',
    summary: 'Take the authenticator app away',
    description:
      'Not the last factor where a tenant of yours asks for one. Every other session of yours ends.',
    reply: FactorAdded,
    faults: ['not_found', 'second_factor_demanded'],
    example: { reply: {} },
    async handle(context) {
      const { db, principal } = context
      const who = await owner(context)
      const row = await totpOf(db, principal.account, 'confirmed')
      if (row === null) throw new Fault('not_found')
      await mayRemove(db, who)
      const session = changed(who, context, null)
      const told = await tell(options, context, { account: principal.account, what: 'totp_removed' })
      return openChange({
        ...who.log,
        writes: [
          ...deleteTotp(principal.account),
          ...session.steps,
          ...told.steps,
        ],
        target: row.id,
        facts: { account: principal.account },
        committed: told.committed,
        reply: ({ repeated }) => repeated ? {} : answer({}, session),
      })
    },
  })

const makeRecoveryCodes = (options: FactorOptions) =>
  command({
    id: 'makeRecoveryCodes',
    method: 'post',
    path: '/v1/account/recovery-codes',
    status: 201,
    tag,
    permission: 'account:any',
    audit: 'recovery_codes.made',
    summary: 'Ten new recovery codes; those of before stop working',
    description: 'They stand in for an app or a passkey, so there has to be one.',
    reply: NewRecoveryCodes,
    faults: ['fresh_sign_in_required', 'conflict'],
    example: { reply: { recovery_codes: codesExample } },
    async handle(context) {
      const { db, principal, now } = context
      const who = await owner(context)
      mayEnrol(principal, who, now)
      if (!await hasSecondFactor(db, principal.account)) throw new Fault('conflict')
      const codes = newCodes(principal.account, context)
      const session = changed(who, context, null)
      const told = await tell(options, context, { account: principal.account, what: 'recovery_codes_made' })
      return openChange({
        ...who.log,
        writes: [
          ...codes.steps,
          ...session.steps,
          ...told.steps,
        ],
        target: principal.account,
        facts: { account: principal.account },
        committed: told.committed,
        reply: ({ repeated }) => repeated ? {} : answer({ recovery_codes: [...codes.codes] }, session),
      })
    },
  })
