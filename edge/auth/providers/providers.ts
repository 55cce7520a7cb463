/** Every provider that can be signed in with: those of the configuration, and those that tenants have made. */
import type { Primitives } from '../../../shared/seal/primitives.ts'
import type { ClaimRule } from '../../../shared/schemas/provider.ts'
import type { Reader } from '../../db/database.ts'
import { type MasterKeys, openColumn } from '../../db/master_keys.ts'
import type { GitHubEndpoints } from './github.ts'
import { providerById, type ProviderRow, secretPlace } from './store.ts'

/** One of the installation's. */
export interface ConfiguredProvider {
  /** In its URLs: lower case, digits and dashes. */
  readonly id: string
  readonly name: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** Null: OpenID Connect, by discovery. */
  readonly github: GitHubEndpoints | null
}

export interface Provider {
  readonly id: string
  readonly name: string
  readonly issuer: string
  readonly clientId: string
  /** Opened when it is needed, and kept nowhere. */
  readonly clientSecret: () => string
  readonly github: GitHubEndpoints | null
  /** Whose it is; null: the installation's. */
  readonly tenant: string | null
  readonly claimRules: readonly ClaimRule[]
}

export class Providers {
  readonly #configured: ReadonlyMap<string, ConfiguredProvider>
  readonly #primitives: Primitives
  readonly #master: MasterKeys

  constructor(options: {
    readonly configured: readonly ConfiguredProvider[]
    readonly primitives: Primitives
    readonly master: MasterKeys
  }) {
    this.#configured = new Map(options.configured.map((one) => [one.id, one]))
    this.#primitives = options.primitives
    this.#master = options.master
  }

  ofInstallation(): readonly ConfiguredProvider[] {
    return [...this.#configured.values()]
  }

  async find(db: Reader, id: string): Promise<Provider | null> {
    const configured = this.#configured.get(id)
    if (configured !== undefined) {
      const { clientSecret } = configured
      return { ...configured, clientSecret: () => clientSecret, tenant: null, claimRules: [] }
    }
    const row = await providerById(db, id)
    return row === null ? null : this.#ofRow(row)
  }

  #ofRow(row: ProviderRow): Provider {
    return {
      id: row.id,
      name: row.name,
      issuer: row.issuer,
      clientId: row.client_id,
      clientSecret: () => {
        const sealed = { place: secretPlace(row.id), sealed: row.client_secret_sealed }
        return new TextDecoder().decode(openColumn(this.#primitives, this.#master, sealed))
      },
      github: null,
      tenant: row.tenant,
      claimRules: JSON.parse(row.claim_rules) as ClaimRule[],
    }
  }
}
