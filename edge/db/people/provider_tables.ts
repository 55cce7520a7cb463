/** The tables of sign-in by other parties, and of what tenants ask of a sign-in. */

interface TenantRulesTable {
  tenant: string
  /** `TenantRules` as JSON. */
  rules: string
  updated: number
}

/** The mail domains in those rules, to be found by. */
interface SsoDomainTable {
  tenant: string
  domain: string
  provider: string
}

interface ProviderTable {
  id: string
  tenant: string
  name: string
  /** Pinned: another one is another provider. */
  issuer: string
  client_id: string
  client_secret_sealed: string
  /** JSON: [{claim, value, role, level, place?}]. */
  claim_rules: string
  created: number
  updated: number
}

interface IdentityTable {
  id: string
  issuer: string
  subject: string
  account: string
  /** By which it was connected: an id of the table `provider`, or a name of the configuration. */
  provider: string
  /** What the provider calls them: for people to tell their identities apart. */
  name: string
  created: number
  used: number
}

interface SignInAttemptTable {
  /** SHA-256 of `state` in hex. */
  state: string
  /** SHA-256 of what stands in the browser's cookie, in hex. */
  browser: string
  provider: string
  issuer: string
  /** The version of the master key that verifier and nonce follow from. */
  master: number
  /** Of whoever connects an identity to the account that they are signed in to; null: a sign-in. */
  account: string | null
  session: string | null
  /** An own path, where the browser goes in the end. */
  next: string
  created: number
  expires: number
}

/** A member that a claim made, and bindings that a claim gave: they go when the claim does. */
interface ClaimedMemberTable {
  tenant: string
  member: string
  provider: string
  created: number
}

interface ClaimedBindingTable {
  binding: string
  tenant: string
  member: string
  provider: string
}

export interface ProviderTables {
  tenant_rules: TenantRulesTable
  sso_domain: SsoDomainTable
  provider: ProviderTable
  identity: IdentityTable
  sign_in_attempt: SignInAttemptTable
  claimed_member: ClaimedMemberTable
  claimed_binding: ClaimedBindingTable
}
