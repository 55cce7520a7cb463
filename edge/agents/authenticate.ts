/** Who signed a request: RFC 9421 with the agent's id as key id, looked up on every request. */
import { Fault } from '../../shared/faults.ts'
import { PROTOCOL_HEADER, PROTOCOL_VERSION } from '../../shared/protocol.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { parseSignature, verifyRequest } from '../../shared/sign/http_signature.ts'
import type { Reader } from '../db/database.ts'
import type { AgentPrincipal, Authenticator } from '../http/principal.ts'
import { native } from '../primitives.ts'
import type { Presence } from './presence.ts'
import { agentByKeyId } from './store.ts'

/**
 * `publicUrl` is what agents call the edge: the signed authority is its, whatever host this request was routed by.
 *
 * Null for a request without a signature or by nobody known; throws Fault `request_signature_invalid` or
 * `clock_skew`, `tenant_suspended`, `protocol_unsupported`. A request that is sent again within its minute passes again: nothing of an agent's does harm twice –
 * reads read, a poll hands out another run or none, and writes to runs carry the lease's fence.
 */
export function agentAuthenticator(
  options: {
    readonly db: Reader
    readonly clock: () => number
    readonly publicUrl: string
    readonly presence: Presence
  },
): Authenticator<AgentPrincipal> {
  const { db, clock, publicUrl, presence } = options
  const { origin } = new URL(publicUrl)
  return async (request) => {
    const header = (name: string) => request.headers.get(name)
    if (header('signature-input') === null) return null
    const signature = parseSignature(header)
    const known = Id.safeParse(signature.keyid).success ? await agentByKeyId(db, signature.keyid) : null
    if (known === null) return null
    const { pathname, search } = new URL(request.url)
    const url = new URL(pathname + search, origin)
    if (url.origin !== origin) throw new Fault('request_signature_invalid')
    const message = { method: request.method, url, header }
    const body = await request.body()
    const now = clock()
    verifyRequest(native, { message, body, signature, publicKey: known.public_key, now })
    if (known.suspended !== null) throw new Fault('tenant_suspended')
    const protocol = protocolOf(header(PROTOCOL_HEADER))
    presence.touch(known.id, now)
    const { tenant, id, pool, state } = known
    return { kind: 'agent', tenant, id, pool, state, protocol, draining: known.draining !== null }
  }
}

/** An agent that names none is of the time before they were named. Throws `protocol_unsupported`. */
function protocolOf(named: string | null): number {
  const version = named === null ? 1 : Number(named)
  if (version === PROTOCOL_VERSION || version === PROTOCOL_VERSION - 1) return version
  throw new Fault(
    'protocol_unsupported',
    `This edge speaks versions ${PROTOCOL_VERSION - 1} and ${PROTOCOL_VERSION} of the protocol.`,
  )
}
