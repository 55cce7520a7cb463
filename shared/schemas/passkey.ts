/**
 * What a browser's `navigator.credentials` takes and gives, as JSON. Web Authentication Level 3 §5.1.8–5.1.10:
 * `parseCreationOptionsFromJSON`, `parseRequestOptionsFromJSON` and `toJSON`.
 */
import { z } from 'zod'
import { Id, Line, Time } from './fields.ts'

const base64url = (max: number) => z.string().min(1).max(max).regex(/^[A-Za-z0-9_-]+$/, 'not base64url')

/** At most 1,023 bytes (§4, credential id). */
const CredentialId = base64url(1364)

const Transport = z.enum(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'])

const Descriptor = z.object({
  id: CredentialId,
  type: z.literal('public-key'),
  transports: z.array(Transport).optional(),
})

const UserVerification = z.literal('required')

export const PasskeyCreationOptions = z.object({
  rp: z.object({ id: z.string(), name: z.string() }),
  user: z.object({ id: base64url(86), name: z.string(), displayName: z.string() }),
  challenge: base64url(86),
  pubKeyCredParams: z.array(z.object({ type: z.literal('public-key'), alg: z.int().min(-65535).max(-1) })),
  timeout: z.int().min(0).max(600_000),
  excludeCredentials: z.array(Descriptor),
  authenticatorSelection: z.object({
    residentKey: z.literal('preferred'),
    requireResidentKey: z.boolean(),
    userVerification: UserVerification,
  }),
  attestation: z.literal('none'),
  extensions: z.object({ credProps: z.boolean() }),
}).meta({ id: 'PasskeyCreationOptions' })
export type PasskeyCreationOptions = z.infer<typeof PasskeyCreationOptions>

export const PasskeyRequestOptions = z.object({
  challenge: base64url(86),
  rpId: z.string(),
  timeout: z.int().min(0).max(600_000),
  allowCredentials: z.array(Descriptor).meta({ description: 'Empty: any passkey of this installation.' }),
  userVerification: UserVerification,
}).meta({ id: 'PasskeyRequestOptions' })
export type PasskeyRequestOptions = z.infer<typeof PasskeyRequestOptions>

/** Members that browsers add beyond these are left out: the standard grows, and none of them counts here. */
const credential = {
  id: CredentialId,
  rawId: CredentialId,
  type: z.literal('public-key'),
}

/** `RegistrationResponseJSON`. */
export const PasskeyRegistration = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url(4096),
    attestationObject: base64url(16_384),
    transports: z.array(z.string().max(40)).max(10).optional(),
  }),
}).meta({ id: 'PasskeyRegistration', description: 'What `PublicKeyCredential.toJSON()` gives.' })
export type PasskeyRegistration = z.infer<typeof PasskeyRegistration>

/** `AuthenticationResponseJSON`. */
export const PasskeyAssertion = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url(4096),
    authenticatorData: base64url(4096),
    signature: base64url(2048),
    userHandle: z.string().max(86).regex(/^[A-Za-z0-9_-]*$/, 'not base64url').nullish().meta({
      description: 'Empty or left out: the authenticator does not say whose it is.',
    }),
  }),
}).meta({ id: 'PasskeyAssertion', description: 'What `PublicKeyCredential.toJSON()` gives.' })
export type PasskeyAssertion = z.infer<typeof PasskeyAssertion>

export const Transports = z.array(Transport)

export const Passkey = z.object({
  id: Id,
  name: Line,
  created: Time,
  last_used: Time.optional(),
  synced: z.boolean().meta({
    description: 'Copied to other devices by whoever keeps it: it may leave its device.',
  }),
}).meta({ id: 'Passkey' })
export type Passkey = z.infer<typeof Passkey>
