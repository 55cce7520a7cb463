/**
 * The one place that knows `@simplewebauthn/server`. Web Authentication Level 3 §7: what a browser brings back is
 * worth something for one challenge, on this installation's pages, by a person whom the authenticator has verified.
 *
 * Three things the library leaves to its caller, and they are done here: it fetches revocation lists that a
 * certificate names, so no attestation with certificates reaches it; it lets pages of other origins frame the
 * ceremony; and it looks at counters before signatures, so that a stranger could make a counter seem to have fallen.
 */
import type { z } from 'zod'
import { generateAuthenticationOptions, generateRegistrationOptions } from '@simplewebauthn/server'
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server'
import { cose, decodeAttestationObject, decodeClientDataJSON } from '@simplewebauthn/server/helpers'
import { decodeCredentialPublicKey, isoBase64URL } from '@simplewebauthn/server/helpers'
import {
  type PasskeyAssertion,
  PasskeyCreationOptions,
  type PasskeyRegistration,
  PasskeyRequestOptions,
  Transports,
} from '../../../shared/schemas/passkey.ts'

/** Where passkeys of this installation are good. */
export interface RelyingParty {
  /** The host of the public URL: a passkey of another host does not sign for it. */
  readonly id: string
  readonly origin: string
}

export interface NewPasskey {
  /** Base64url. */
  readonly credential: string
  /** COSE_Key. RFC 9052 §7. */
  readonly publicKey: Uint8Array
  readonly counter: number
  readonly transports: readonly Transport[]
  /** Whether it may be copied to other devices (the flag BE), which never changes. */
  readonly eligible: boolean
  /** Whether it is (the flag BS). */
  readonly synced: boolean
}

export interface KnownPasskey {
  readonly credential: string
  readonly transports: readonly Transport[]
}

type Transport = z.infer<typeof Transports>[number]

export const CHALLENGE_BYTES = 32
/** How long a person has to answer, and the challenge counts. */
export const CHALLENGE_MS = 5 * 60_000

const MIN_RSA_BITS = 2048

/** Ed25519, ES256, and RS256 for the TPMs of Windows. RFC 8152, RFC 8812. */
const ALGORITHMS = [-8, -7, -257]

export function relyingParty(publicUrl: string): RelyingParty {
  const { hostname, origin } = new URL(publicUrl)
  return { id: hostname, origin }
}

export async function creationOptions(
  rp: RelyingParty,
  asked: {
    readonly challenge: Uint8Array
    readonly handle: Uint8Array
    readonly email: string
    readonly name: string
    readonly known: readonly KnownPasskey[]
  },
): Promise<PasskeyCreationOptions> {
  const options = await generateRegistrationOptions({
    rpID: rp.id,
    rpName: rp.id,
    userID: copied(asked.handle),
    userName: asked.email,
    userDisplayName: asked.name,
    challenge: copied(asked.challenge),
    timeout: CHALLENGE_MS,
    attestationType: 'none',
    supportedAlgorithmIDs: ALGORITHMS,
    excludeCredentials: described(asked.known),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
  })
  return PasskeyCreationOptions.parse(options)
}

/** `known` empty: whichever passkey the person has. */
export async function requestOptions(
  rp: RelyingParty,
  { challenge, known }: { readonly challenge: Uint8Array; readonly known: readonly KnownPasskey[] },
): Promise<PasskeyRequestOptions> {
  const options = await generateAuthenticationOptions({
    rpID: rp.id,
    challenge: copied(challenge),
    timeout: CHALLENGE_MS,
    userVerification: 'required',
    allowCredentials: described(known),
  })
  return PasskeyRequestOptions.parse(options)
}

/** The challenge that a response says it answers, base64url; null when it cannot be read. Nothing is verified. */
export function challengeOf(response: PasskeyRegistration | PasskeyAssertion): string | null {
  const challenge = clientData(response)?.challenge
  return typeof challenge === 'string' ? challenge : null
}

/** The new passkey, or null where anything of the response is not as it has to be. §7.1. */
export async function verifiedRegistration(
  rp: RelyingParty,
  { response, challenge }: { readonly response: PasskeyRegistration; readonly challenge: string },
): Promise<NewPasskey | null> {
  return await orNull(async () => {
    if (!sameOrigin(response) || !withoutCertificates(response)) return null
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: {
        ...response,
        response: { ...response.response, transports: [] },
        clientExtensionResults: {},
      },
      expectedChallenge: challenge,
      expectedOrigin: rp.origin,
      expectedRPID: rp.id,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    })
    if (!verified || registrationInfo.credential.id !== response.id) return null
    const { publicKey, counter } = registrationInfo.credential
    if (!strong(publicKey)) return null
    return {
      credential: response.id,
      publicKey,
      counter,
      transports: known(response.response.transports ?? []),
      eligible: registrationInfo.credentialDeviceType === 'multiDevice',
      synced: registrationInfo.credentialBackedUp,
    }
  })
}

/**
 * What the authenticator says of itself, after the signature was verified, or null. Whether that fits what it said before
 * is for the caller to see: here a counter would be looked at before the signature. §7.2.
 */
export async function verifiedAssertion(
  rp: RelyingParty,
  { response, challenge, publicKey }: {
    readonly response: PasskeyAssertion
    readonly challenge: string
    readonly publicKey: Uint8Array
  },
): Promise<Pick<NewPasskey, 'counter' | 'eligible' | 'synced'> | null> {
  return await orNull(async () => {
    if (!sameOrigin(response)) return null
    const { clientDataJSON, authenticatorData, signature } = response.response
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        ...response,
        response: { clientDataJSON, authenticatorData, signature },
        clientExtensionResults: {},
      },
      expectedChallenge: challenge,
      expectedOrigin: rp.origin,
      expectedRPID: rp.id,
      credential: { id: response.id, publicKey: copied(publicKey), counter: 0 },
      requireUserVerification: true,
    })
    if (!verified) return null
    return {
      counter: authenticationInfo.newCounter,
      eligible: authenticationInfo.credentialDeviceType === 'multiDevice',
      synced: authenticationInfo.credentialBackedUp,
    }
  })
}

/** The library throws for each thing that is not as it has to be, and the caller is told nothing of which. */
async function orNull<T>(work: () => Promise<T | null>): Promise<T | null> {
  try {
    return await work()
  } catch {
    return null
  }
}

function clientData(response: PasskeyRegistration | PasskeyAssertion) {
  try {
    return decodeClientDataJSON(response.response.clientDataJSON)
  } catch {
    return null
  }
}

/** Not in a frame on a page of others. §7.1 step 10, §7.2 step 13. */
function sameOrigin(response: PasskeyRegistration | PasskeyAssertion): boolean {
  const data = clientData(response)
  return data !== null && data.crossOrigin !== true && data.topOrigin === undefined
}

/** None was asked for; an authenticator may still sign for itself (`packed` without `x5c`). */
function withoutCertificates({ response }: PasskeyRegistration): boolean {
  const attestation = decodeAttestationObject(isoBase64URL.toBuffer(response.attestationObject))
  const format = attestation.get('fmt')
  return format === 'none' || (format === 'packed' && attestation.get('attStmt').get('x5c') === undefined)
}

function strong(publicKey: Uint8Array): boolean {
  const key = decodeCredentialPublicKey(copied(publicKey))
  return !cose.isCOSEPublicKeyRSA(key) || (key.get(cose.COSEKEYS.n)?.length ?? 0) * 8 >= MIN_RSA_BITS
}

function known(transports: readonly string[]): Transport[] {
  return transports.flatMap((transport) => Transports.safeParse([transport]).data ?? [])
}

function described(passkeys: readonly KnownPasskey[]) {
  return passkeys.map(({ credential, transports }) => ({ id: credential, transports: [...transports] }))
}

/** The library wants bytes that no other thread shares. */
function copied(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}
