/** What audit logs have of an address. */
import { toHex, utf8 } from '../../../shared/bytes.ts'
import type { Primitives } from '../../../shared/seal/primitives.ts'
import { derivedKey, type MasterKeys } from '../../db/master_keys.ts'
import type { HideNetwork } from '../../http/network_fact.ts'

/** Of an HMAC-SHA-256: enough to tell the networks of one log apart. */
const SHOWN_BYTES = 8

/**
 * HMAC under a key of the tenant's own, which follows from a master key: who reads a log sees that two addresses are the
 * same and can try none, and logs of two tenants have nothing in common. It is the oldest master key that is there, so
 * that a new one changes nothing; once the old one is taken away the same address looks like another.
 */
export function networkHider(p: Pick<Primitives, 'hmacSha256'>, master: MasterKeys): HideNetwork {
  const version = Math.min(...master.keys.keys())
  const key = derivedKey(p, master, { version, purpose: 'networks in audit logs' }) as Uint8Array
  return (tenant, address) => {
    const own = p.hmacSha256(key, utf8(tenant))
    return toHex(p.hmacSha256(own, utf8(address)).subarray(0, SHOWN_BYTES))
  }
}
