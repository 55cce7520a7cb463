/** The tables of accounts, their sessions, and mail. */

interface AccountTable {
  id: string
  email: string
  /** `emailKey` of the address: no two accounts have the same. */
  email_key: string
  email_verified: number | null
  name: string
  /** A PHC string; null for somebody who signs in otherwise. */
  password: string | null
  password_changed: number | null
  state: 'active' | 'locked'
  created: number
}

interface SessionTable {
  id: string
  hash: string
  account: string
  tenant: string | null
  stage: 'second_factor' | 'full'
  /** `[{method, at, issuer?}]` as JSON. */
  methods: string
  /** When a passkey or a code was last shown. */
  fresh: number | null
  created: number
  /** To the minute. */
  seen: number
  idle_until: number
  ends: number
  network: string
  agent: string
  revoked: number | null
  reason: string | null
}

interface KnownDeviceTable {
  hash: string
  account: string
  created: number
  seen: number
}

interface MailedSecretTable {
  hash: string
  purpose: 'register' | 'reset' | 'address'
  account: string | null
  email: string
  created: number
  expires: number
}

interface ThrottleTable {
  key: string
  count: number
  last: number
  until: number
}

interface OutboxTable {
  id: string
  mail_sealed: string
  created: number
  due: number
  tries: number
}

export interface AccountTables {
  account: AccountTable
  session: SessionTable
  known_device: KnownDeviceTable
  mailed_secret: MailedSecretTable
  throttle: ThrottleTable
  outbox: OutboxTable
}
