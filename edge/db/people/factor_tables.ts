/** The tables of second factors: codes of apps, recovery codes, passkeys and what they are asked to sign. */

interface TotpTable {
  id: string
  account: string
  secret_sealed: string
  /** The last time step of which a code was accepted; -1: none. */
  step: number
  created: number
  /** Null until a code has shown that the app has the secret. */
  confirmed: number | null
}

interface RecoveryCodeTable {
  account: string
  hash: string
  created: number
  used: number | null
}

interface PasskeyTable {
  id: string
  account: string
  /** The credential id, base64url. */
  credential: string
  name: string
  /** COSE_Key. */
  public_key: Uint8Array
  counter: number
  /** JSON array of ways to reach it. */
  transports: string
  /** 1 where it may be copied to other devices, which never changes. */
  eligible: number
  /** 1 where it is. */
  synced: number
  created: number
  last_used: number | null
}

interface PasskeyChallengeTable {
  /** SHA-256 of the challenge in hex. */
  hash: string
  purpose: 'register' | 'sign_in' | 'second_factor' | 'fresh'
  /** Whom it was given to: the id of a session, or the hash of a cookie. */
  bound: string
  expires: number
}

export interface FactorTables {
  totp: TotpTable
  recovery_code: RecoveryCodeTable
  passkey: PasskeyTable
  passkey_challenge: PasskeyChallengeTable
}
