/** A person's second factors, and what they send to show one. */
import { z } from 'zod'
import { Count, Id, Line, Time } from './fields.ts'
import { Passkey, PasskeyAssertion, PasskeyRegistration } from './passkey.ts'

export const Factors = z.object({
  totp: z.object({ on: z.boolean(), since: Time.optional() }),
  recovery_codes: z.object({ left: Count, created: Time.optional() }),
  passkeys: z.array(Passkey),
  demanded_by: z.array(z.object({ tenant: Id, name: z.string() })).meta({
    description: 'Tenants of yours that ask for a second factor.',
  }),
}).meta({ id: 'Factors' })
export type Factors = z.infer<typeof Factors>

/** Six digits, as an authenticator app shows them. */
const TotpCode = z.string().regex(/^[0-9]{6}$/, 'not six digits')

/** Letters' case, blanks and dashes do not matter. */
const RecoveryCode = z.string().min(24).max(60)

const RecoveryCodes = z.array(z.string()).min(10).max(10).optional().meta({
  description:
    'Ten, each good once, shown once: left out when there were some already, or the Idempotency-Key was used before.',
})

export const TotpEnrolment = z.object({
  secret: z.string().optional().meta({ description: 'Base32, for whoever cannot scan. Shown once.' }),
  uri: z.string().optional().meta({ description: '`otpauth://…`, for a QR code. Shown once.' }),
}).meta({ id: 'TotpEnrolment' })

export const TotpConfirmation = z.strictObject({ code: TotpCode }).meta({ id: 'TotpConfirmation' })

export const FactorAdded = z.object({ recovery_codes: RecoveryCodes }).meta({ id: 'FactorAdded' })

export const NewRecoveryCodes = z.object({ recovery_codes: RecoveryCodes }).meta({ id: 'NewRecoveryCodes' })

export const NewPasskey = z.strictObject({ name: Line, credential: PasskeyRegistration }).meta({
  id: 'NewPasskey',
})

export const PasskeyChange = z.strictObject({ name: Line }).meta({ id: 'PasskeyChange' })

export const PasskeyAdded = z.object({ passkey: Passkey, recovery_codes: RecoveryCodes }).meta({
  id: 'PasskeyAdded',
})

/** One of three; a passkey's answer is to the options of `…/second-factor/options`. */
export const SecondFactor = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('totp'), code: TotpCode }),
  z.strictObject({ method: z.literal('recovery'), code: RecoveryCode }),
  z.strictObject({ method: z.literal('passkey'), credential: PasskeyAssertion }),
]).meta({ id: 'SecondFactor' })
export type SecondFactor = z.infer<typeof SecondFactor>

/** Where a sign-in goes on. */
export const SecondFactorShown = z.object({
  next: z.literal('done'),
  recovery_codes_left: Count.optional().meta({
    description:
      'After a recovery code: set up an app or a passkey within five minutes, or a new set of codes.',
  }),
}).meta({ id: 'SecondFactorShown' })

export const PasskeyShown = z.strictObject({ credential: PasskeyAssertion }).meta({ id: 'PasskeyShown' })

export const Fresh = z.object({ fresh_until: Time }).meta({ id: 'Fresh' })
