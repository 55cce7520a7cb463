import { type Json, openApiDocument } from './http/document.ts'
import type { Route } from './http/route.ts'

const description =
  `The control plane of Sallyport. It coordinates agents that run inside your network, and holds \
only what it cannot read: connections, policies and pipeline bodies arrive sealed, and agents do only what your own \
signers have signed.

Lists are paginated: \`?limit=&cursor=\` → \`{data, next_cursor}\`. Commands take an \`Idempotency-Key\`. Errors are \
RFC 9457 problem details with a stable \`code\`. Times are ISO 8601 in UTC, keys and envelopes base64.`

/** The document that is served, kept in the tree and given to generators. */
export function reference(routes: readonly Route[]): Json {
  return openApiDocument(routes, { version: '0.1.0', description })
}
