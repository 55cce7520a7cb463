import type { Json } from './http/describe.ts'
import type { Route } from './http/route.ts'
import type { Api } from './http/serve.ts'

const description =
  `The control plane of Sallyport. It coordinates agents that run inside your network, and holds \
only what it cannot read: connections, policies and pipeline bodies arrive sealed, and agents do only what your own \
signers have signed.

Lists are paginated: \`?limit=&cursor=\` → \`{data, next_cursor}\`. Commands take an \`Idempotency-Key\`. Errors are \
RFC 9457 problem details with a stable \`code\`. Times are ISO 8601 in UTC, keys and envelopes base64.

Which role may what is a table of its own: [permissions of every operation](/docs/permissions).`

// Not written in place: the library's type is that of OpenAPI 3.0, which has no identifier.
const license = { name: 'Apache-2.0', identifier: 'Apache-2.0' }

/** The document that is served, kept in the tree and given to generators: the library's, of what `api` serves. */
export function reference(api: Api, routes: readonly Route[]): Json {
  const { webhooks: _, ...document } = api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Sallyport', version: '0.1.0', description, license },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
  }, { sortComponents: 'alphabetically' })
  for (const route of routes) if (route.oauth === true) takesForms(document as Json, route)
  return document
}

/** The library would parse each body as each of the types that it is told of; a form comes to it as JSON. */
function takesForms(document: Json, { path, method }: Route): void {
  const operation = ((document['paths'] as Json)[path] as Json)[method] as Json
  const content = (operation['requestBody'] as Json)['content'] as Json
  const { schema } = content['application/json'] as Json
  content['application/x-www-form-urlencoded'] = { schema }
}
