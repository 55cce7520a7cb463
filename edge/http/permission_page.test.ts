import assert from 'node:assert/strict'
import { test } from 'node:test'
import { builtInRoles, permissions, rolePermissions } from '../../shared/permissions.ts'
import { testEdge } from '../edge_fixture.ts'

/** Rows of a page, each a list of what its cells say. */
function rowsOf(html: string): string[][] {
  return [...html.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, text = '']) => text.replaceAll(/<[^>]+>/g, ''))
  )
}

test('the table of permissions has every operation, and says of each role what the role holds', async () => {
  await using edge = await testEdge()
  const answer = await edge.call({ kind: 'nobody' }, 'GET /docs/permissions')
  assert.equal(answer.status, 200)
  assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'/)
  assert.ok(!/<script|style=/.test(answer.json))
  const rows = rowsOf(answer.json)
  for (const permission of permissions) {
    const [, , ...cells] = rows.find(([name]) => name === permission) ?? []
    const says = builtInRoles.filter((_, i) => cells[i] === 'yes')
    const holds = builtInRoles.filter((role) =>
      rolePermissions[role].includes(permission) || permission === 'tenant.read' ||
      permission === 'trust.read'
    )
    assert.deepEqual(says, holds, permission)
  }
  const shown = rows.map(([name]) => name)
  for (const { method, path } of edge.edge.routes) {
    assert.ok(shown.includes(`${method.toUpperCase()} ${path}`), path)
  }
})
