/// <reference lib="dom" />
/** The browser's passkeys in JSON, as WebAuthn level 3 has it (sections 5.1.8 to 5.1.10). */

export const passkeysHere = typeof PublicKeyCredential === 'function' &&
  typeof PublicKeyCredential.parseRequestOptionsFromJSON === 'function'

/** A new passkey as JSON. Rejects when the person or their browser says no. */
export async function makePasskey(options: unknown): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as PublicKeyCredentialCreationOptionsJSON,
  )
  return jsonOf(await navigator.credentials.create({ publicKey }))
}

/** An assertion as JSON; `conditional` offers it in the browser's autofill and waits. */
export async function usePasskey(
  options: unknown,
  wait: { readonly conditional?: boolean; readonly signal?: AbortSignal } = {},
): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    options as PublicKeyCredentialRequestOptionsJSON,
  )
  const asked: CredentialRequestOptions = { publicKey }
  if (wait.signal !== undefined) asked.signal = wait.signal
  if (wait.conditional === true) asked.mediation = 'conditional'
  return jsonOf(await navigator.credentials.get(asked))
}

function jsonOf(credential: Credential | null): unknown {
  if (!(credential instanceof PublicKeyCredential)) throw new Error('no passkey was given')
  return credential.toJSON()
}

/** What to tell the person when `navigator.credentials` rejects. */
export function refusalOf(error: unknown): string {
  const name = error instanceof Error ? error.name : ''
  if (name === 'InvalidStateError') return 'This device already has a passkey for your account.'
  if (name === 'NotAllowedError') return 'No passkey was used: it was cancelled, or it took too long.'
  if (name === 'SecurityError') {
    return 'This address cannot use passkeys: it is not the one of the installation.'
  }
  return 'Your browser could not use a passkey.'
}
