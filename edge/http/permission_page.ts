/** `/docs/permissions`: which operation asks for which permission, and which role holds it; made of the routes themselves. */
import {
  type BuiltInRole,
  builtInRoles,
  countsAtPlace,
  everybodyHolds,
  isPermission,
  operatorHolds,
  permissions,
  rolePermissions,
} from '../../shared/permissions.ts'
import { isAgentPermission } from './principal.ts'
import type { Route } from './route.ts'

export const permissionStyle = `:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { margin: 2rem auto; max-width: 100rem; padding: 0 1rem }
.table { overflow-x: auto }
table { border-collapse: collapse }
caption { text-align: left; font-weight: 600; padding: .5rem 0 }
th, td { border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding: .25rem .6rem; text-align: left; vertical-align: top }
td.held { text-align: center }
thead th { position: sticky; top: 0; background: Canvas }
code { font: 13px ui-monospace, monospace }
`

export function permissionPage(routes: readonly Route[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sallyport: permissions</title>
<link rel="stylesheet" href="/docs/permissions.css">
</head>
<body>
<h1>Permissions</h1>
<p>A role counts where it is bound: at the tenant, at a workspace with its projects, or at a project. At a workspace or
project only the permissions marked “any place” count. Every active member holds ${
    everybodyHolds.map((one) => `<code>${one}</code>`).join(', ')
  } besides – of tokens it is their own that they list, rotate and revoke, and with <code>tokens.write</code> at any place
make –, and ${
    operatorHolds.map((one) => `<code>${one}</code>`).join(' and ')
  } belong to the operator of the installation. A custom role is any choice of the permissions below.</p>
<p>A role is what the edge asks for. Of what is signed – connections, pipelines, indexes, runs, trust – agents take only
what a signer with a scope in the trust document has signed; no role gives that.</p>
${rolesTable()}
${routesTable(routes)}
<p><a href="/docs">The reference of every operation</a></p>
</body>
</html>
`
}

function heads(first: readonly string[]): string {
  const all = [...first, ...builtInRoles.map((role) => role.replaceAll('_', ' '))]
  return `<thead><tr>${all.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead>`
}

function held(role: BuiltInRole, permission: string): string {
  const yes = (everybodyHolds as readonly string[]).includes(permission) ||
    (rolePermissions[role] as readonly string[]).includes(permission)
  return `<td class="held">${yes ? 'yes' : '–'}</td>`
}

function rolesTable(): string {
  const rows = permissions.map((permission) =>
    `<tr><th scope="row"><code>${permission}</code></th><td>${
      countsAtPlace(permission) ? 'any place' : 'the tenant'
    }</td>${builtInRoles.map((role) => held(role, permission)).join('')}</tr>`
  )
  return table('What each built-in role holds', heads(['permission', 'held at']), rows)
}

function routesTable(routes: readonly Route[]): string {
  const rows = routes.map((route) =>
    `<tr><th scope="row"><code>${route.method.toUpperCase()} ${route.path}</code></th><td><code>${route.id}</code></td>` +
    `<td>${asks(route)}</td><td>${besides(route)}</td>${
      builtInRoles.map((role) => cell(route, role)).join('')
    }</tr>`
  )
  return table('What each operation asks for', heads(['operation', 'id', 'permission', 'besides']), rows)
}

function asks({ permission, credential }: Route): string {
  if (permission === null) return credential === null ? 'nothing' : `a secret: ${credential.kind}`
  if (isAgentPermission(permission)) return `an agent, ${permission.slice('agent:'.length)}`
  if (permission === 'account:any') return 'a person’s session'
  return permission === 'member:any' ? 'any active member' : `<code>${permission}</code>`
}

function besides({ fresh, twoPerson }: Route): string {
  return [
    ...(fresh === true ? ['fresh sign-in'] : []),
    ...(twoPerson === undefined ? [] : [`second person, where the tenant wants it (${twoPerson})`]),
  ].join(', ')
}

function cell({ permission }: Route, role: BuiltInRole): string {
  if (permission === 'member:any') return '<td class="held">yes</td>'
  return permission !== null && isPermission(permission) ? held(role, permission) : '<td class="held"></td>'
}

/** Whoever cannot point may scroll a table by the keyboard: it can be focused and has a name. */
function table(caption: string, head: string, rows: readonly string[]): string {
  return `<div class="table" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption>${head}
<tbody>
${rows.join('\n')}
</tbody></table></div>`
}
