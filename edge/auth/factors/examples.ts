/** What the reference shows of factors. */
export const passkeyId = '019a9f3e-7c00-7000-8000-0000000000f1'

export const passkeyExample = {
  id: passkeyId,
  name: 'laptop',
  created: '2026-11-22T08:00:00.000Z',
  synced: true,
}

export const codesExample = Array.from({ length: 10 }, (_, i) => `7K2M-9QXR-4TVB-N8HC-W3JD-6P0${i}`)

const challenge = 'bXlfY2hhbGxlbmdlX29mX3RoaXJ0eV90d29fYnl0ZXM'

export const creationExample = {
  rp: { id: 'sallyport.example.com', name: 'sallyport.example.com' },
  user: { id: 'MDE5YTlmM2U', name: 'ada@example.com', displayName: 'Ada Lovelace' },
  challenge,
  pubKeyCredParams: [{ type: 'public-key', alg: -8 }, { type: 'public-key', alg: -7 }],
  timeout: 300_000,
  excludeCredentials: [],
  authenticatorSelection: {
    residentKey: 'preferred',
    requireResidentKey: false,
    userVerification: 'required',
  },
  attestation: 'none',
  extensions: { credProps: true },
}

export const requestExample = {
  challenge,
  rpId: 'sallyport.example.com',
  timeout: 300_000,
  allowCredentials: [],
  userVerification: 'required',
}

const credential = 'AYhBl1gkR2aRBk0lHnVqGw'

export const registrationExample = {
  id: credential,
  rawId: credential,
  type: 'public-key',
  response: { clientDataJSON: 'eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0', attestationObject: 'o2NmbXRkbm9uZQ' },
}

export const assertionExample = {
  id: credential,
  rawId: credential,
  type: 'public-key',
  response: {
    clientDataJSON: 'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0',
    authenticatorData: 'SZYN5YgOjGh0NBcPZHZgW4',
    signature: 'MEUCIQD_signature',
  },
}
