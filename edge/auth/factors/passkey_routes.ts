/** A person's own passkeys: several, each with a name. */
import { z } from 'zod'
import { Fault } from '../../../shared/faults.ts'
import { NewPasskey, PasskeyAdded, PasskeyChange } from '../../../shared/schemas/factor.ts'
import { Id } from '../../../shared/schemas/fields.ts'
import { Passkey, PasskeyCreationOptions } from '../../../shared/schemas/passkey.ts'
import { answer } from '../../http/answer.ts'
import { openChange } from '../../http/change.ts'
import { command, type Route } from '../../http/route.ts'
import { account } from '../accounts/store.ts'
import { accountLog } from '../sessions/account_log.ts'
import { answered, newChallenge } from './challenges.ts'
import { changed, firstCodes, mayEnrol, mayRemove, owner } from './enrolment.ts'
import { codesExample, creationExample, passkeyExample, passkeyId, registrationExample } from './examples.ts'
import { tell } from './notices.ts'
import type { FactorOptions } from './routes.ts'
import { handleOf } from './shown.ts'
import {
  deletePasskey,
  insertPasskey,
  MAX_PASSKEYS,
  passkey,
  type PasskeyRow,
  renamePasskey,
  toKnown,
  toPasskey,
} from './store.ts'
import { creationOptions, relyingParty, verifiedRegistration } from './webauthn.ts'

const tag = 'Second factors'
const params = z.strictObject({ id: Id })

export function passkeyRoutes(options: FactorOptions): readonly Route[] {
  return [startPasskey(options), addPasskey(options), renamePasskeyRoute, removePasskey(options)]
}

const startPasskey = ({ publicUrl }: FactorOptions) =>
  command({
    id: 'startPasskey',
    method: 'post',
    path: '/v1/account/passkeys/options',
    tag,
    permission: 'account:any',
    audit: { none: 'a challenge is nothing yet; the passkey that answers it is in the log' },
    summary: 'What the browser is asked to make a passkey with',
    description:
      'For `PublicKeyCredential.parseCreationOptionsFromJSON`. Good for five minutes. Your first factor ' +
      'needs a sign-in of the last five minutes, a further one a fresh confirmation.',
    reply: PasskeyCreationOptions,
    faults: ['fresh_sign_in_required', 'conflict'],
    example: { reply: creationExample },
    async handle(context) {
      const { db, principal, now } = context
      const who = await owner(context)
      mayEnrol(principal, who, now)
      if (who.held.passkeys.length >= MAX_PASSKEYS) throw new Fault('conflict')
      const person = await account(db, principal.account)
      if (person === null) throw new Fault('unauthenticated')
      const { challenge, steps } = newChallenge({ purpose: 'register', bound: principal.session }, context)
      const asked = await creationOptions(relyingParty(publicUrl), {
        challenge,
        handle: handleOf(person.id),
        email: person.email,
        name: person.name,
        known: who.held.passkeys.map(toKnown),
      })
      return openChange({ ...who.log, writes: steps, target: person.id, reply: () => asked })
    },
  })

const addPasskey = (options: FactorOptions) =>
  command({
    id: 'addPasskey',
    method: 'post',
    path: '/v1/account/passkeys',
    status: 201,
    tag,
    permission: 'account:any',
    audit: 'passkey.added',
    summary: 'Add the passkey that the browser has made',
    description: 'Every other session of yours ends. With your first factor come ten recovery codes.',
    body: NewPasskey,
    reply: PasskeyAdded,
    faults: ['fresh_sign_in_required', 'sign_in_failed', 'already_exists', 'conflict'],
    example: {
      body: { name: 'laptop', credential: registrationExample },
      reply: { passkey: passkeyExample, recovery_codes: codesExample },
    },
    async handle(context) {
      const { db, principal, body, now, newId } = context
      const who = await owner(context)
      mayEnrol(principal, who, now)
      if (who.held.passkeys.length >= MAX_PASSKEYS) throw new Fault('conflict')
      const ceremony = { purpose: 'register', bound: principal.session } as const
      const asked = await answered(db, { ...ceremony, response: body.credential, now })
      const made = asked === null ? null : await verifiedRegistration(relyingParty(options.publicUrl), {
        response: body.credential,
        challenge: asked.challenge,
      })
      if (asked === null || made === null) throw new Fault('sign_in_failed')
      const row: PasskeyRow = {
        id: newId(),
        account: principal.account,
        credential: made.credential,
        name: body.name,
        public_key: made.publicKey,
        counter: made.counter,
        transports: JSON.stringify(made.transports),
        eligible: made.eligible ? 1 : 0,
        synced: made.synced ? 1 : 0,
        created: now,
        last_used: null,
      }
      const codes = firstCodes(who, context)
      const session = changed(who, context, 'passkey')
      const told = await tell(options, context, { account: principal.account, what: 'passkey_added' })
      return openChange({
        ...who.log,
        writes: [
          asked.step,
          insertPasskey(row),
          ...codes.steps,
          ...session.steps,
          ...told.steps,
        ],
        target: row.id,
        facts: { account: principal.account, synced: made.synced },
        committed: told.committed,
        reply: ({ repeated }) => {
          const added = { passkey: toPasskey(row) }
          if (repeated) return added
          return answer(
            codes.codes === null ? added : { ...added, recovery_codes: [...codes.codes] },
            session,
          )
        },
      })
    },
  })

const renamePasskeyRoute = command({
  id: 'renamePasskey',
  method: 'patch',
  path: '/v1/account/passkeys/{id}',
  tag,
  permission: 'account:any',
  audit: 'passkey.renamed',
  summary: 'Give a passkey another name',
  params,
  body: PasskeyChange,
  reply: Passkey,
  faults: ['not_found'],
  example: {
    params: { id: passkeyId },
    body: { name: 'phone' },
    reply: { ...passkeyExample, name: 'phone' },
  },
  async handle({ db, principal, params, body }) {
    const row = await passkey(db, principal.account, params.id)
    if (row === null) throw new Fault('not_found')
    return openChange({
      ...await accountLog(db, principal.account),
      writes: [renamePasskey(principal.account, row.id, body.name)],
      target: row.id,
      facts: { account: principal.account },
      reply: () => toPasskey({ ...row, name: body.name }),
    })
  },
})

const removePasskey = (options: FactorOptions) =>
  command({
    id: 'removePasskey',
    method: 'delete',
    path: '/v1/account/passkeys/{id}',
    tag,
    permission: 'account:any',
    fresh: true,
    audit: 'passkey.removed',
    summary: 'Take a passkey away',
    description:
      'Not the last factor where a tenant of yours asks for one. Every other session of yours ends.',
    params,
    reply: Passkey,
    faults: ['not_found', 'second_factor_demanded'],
    example: { params: { id: passkeyId }, reply: passkeyExample },
    async handle(context) {
      const { db, principal, params } = context
      const row = await passkey(db, principal.account, params.id)
      if (row === null) throw new Fault('not_found')
      const who = await owner(context)
      await mayRemove(db, who)
      const session = changed(who, context, null)
      const told = await tell(options, context, { account: principal.account, what: 'passkey_removed' })
      return openChange({
        ...who.log,
        writes: [
          deletePasskey(principal.account, row.id),
          ...session.steps,
          ...told.steps,
        ],
        target: row.id,
        facts: { account: principal.account },
        committed: told.committed,
        reply: ({ repeated }) => repeated ? toPasskey(row) : answer(toPasskey(row), session),
      })
    },
  })
