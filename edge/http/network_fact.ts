/**
 * An address in the facts of an audit entry: in each tenant's log stands what only that tenant's other entries can be
 * compared with. There are four billion addresses of IPv4, so a hash without a key would be read by trying them all.
 */

/** From a tenant and an address to what its log has of it: the same for the same, and nothing for anybody else. */
export type HideNetwork = (tenant: string, address: string) => string

/** Hidden when the entry is made, since one that is in several logs is another one in each. */
export class NetworkFact {
  readonly #address: string

  constructor(address: string) {
    this.#address = address
  }

  hidden(hide: HideNetwork, tenant: string): string {
    return hide(tenant, this.#address)
  }

  /** Whoever writes it down without hiding it writes nothing. */
  toJSON(): null {
    return null
  }
}
