/**
 * `/openapi.json`, `/docs` and `/docs/permissions`: the reference, from this origin alone. The policy lets the page load and reach nothing
 * else, so a token that somebody tries an operation with goes nowhere but here.
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { utf8 } from '../../shared/bytes.ts'
import type { Json } from './describe.ts'
import { Outgoing } from './outgoing.ts'
import { permissionPage, permissionStyle } from './permission_page.ts'
import type { Route } from './route.ts'

/** A page that needs no principal and changes nothing. */
export interface Page {
  readonly path: string
  readonly answer: () => Response | Promise<Response>
}

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sallyport: API reference</title>
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
</head>
<body>
<noscript><a href="/docs/permissions">Which role may what: permissions of every operation</a></noscript>
<div id="reference"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`

// The validator badge would ask a third party.
const START = `const dark = matchMedia('(prefers-color-scheme: dark)')
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
follow()
dark.addEventListener('change', follow)
SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  validatorUrl: null,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayOperationId: true,
})
`

const assets = [
  {
    name: 'swagger-ui-bundle.js',
    type: 'text/javascript; charset=utf-8',
    file: () => import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js'),
  },
  {
    name: 'swagger-ui.css',
    type: 'text/css; charset=utf-8',
    file: () => import.meta.resolve('swagger-ui-dist/swagger-ui.css'),
  },
  {
    name: 'favicon-32x32.png',
    type: 'image/png',
    file: () => import.meta.resolve('swagger-ui-dist/favicon-32x32.png'),
  },
]

export function referencePages(document: () => Json, routes: readonly Route[]): readonly Page[] {
  const text = once(() => utf8(JSON.stringify(document())))
  const permissions = once(() => utf8(permissionPage(routes)))
  return [
    { path: '/openapi.json', answer: () => page(text(), 'application/json') },
    { path: '/docs', answer: () => page(HTML, 'text/html; charset=utf-8') },
    { path: '/docs/permissions', answer: () => page(permissions(), 'text/html; charset=utf-8') },
    { path: '/docs/permissions.css', answer: () => page(permissionStyle, 'text/css; charset=utf-8') },
    { path: '/docs/start.js', answer: () => page(START, 'text/javascript; charset=utf-8') },
    ...assets.map(({ name, type, file }) => {
      const bytes = once(() => readFile(fileURLToPath(file())))
      return { path: `/docs/${name}`, answer: async () => page(await bytes(), type) }
    }),
  ]
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/** Of what is long one copy is kept, however many do not read it. */
const outgoing = new Outgoing()

function page(body: string | Uint8Array, type: string): Response {
  return new Response(typeof body === 'string' ? body : outgoing.pieces(body), {
    headers: {
      'content-type': type,
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    },
  })
}
