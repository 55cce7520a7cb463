/** Where a page leads on to: a path of this origin, or nowhere. */

const HERE = 'https://here.invalid'

/** The path if it is one of this console's, else `otherwise`. No scheme, host, backslash or control character passes. */
export function ownPath(next: string | undefined, otherwise: `/${string}` = '/console'): `/${string}` {
  if (next === undefined || next.length > 2000 || !/^\/console(?:[/?#]|$)/.test(next)) return otherwise
  // deno-lint-ignore no-control-regex -- browsers strip these before they look at the rest
  if (/[\\\u0000-\u001f\u007f]/.test(next) || !URL.canParse(next, HERE)) return otherwise
  const url = new URL(next, HERE)
  if (url.origin !== HERE || !/^\/console(?:\/|$)/.test(url.pathname)) return otherwise
  return `${url.pathname}${url.search}` as `/${string}`
}

/** A page with the way back in its query. */
export function withNext(path: `/${string}`, next: string): `/${string}` {
  const way = ownPath(next)
  return way === '/console' ? path : `${path}?next=${encodeURIComponent(way)}`
}
