import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { everybodyHolds, permissions, placePermissions, rolePermissions } from '../../shared/permissions.ts'
import { grantsOf } from './grants.ts'

const none = { operator: false, scopes: null }

describe('what bindings grant', () => {
  test('without any is what every member holds', () => {
    const grants = grantsOf({ ...none, bindings: '[]' })
    assert.deepEqual([...grants.tenant], ['tenant.read', 'trust.read', 'tokens.read'])
    assert.deepEqual(grants.reach('runs.read'), { all: false, workspaces: [], projects: [] })
  })

  test('at the tenant is all of a role, everywhere, and for an operator one thing more', () => {
    const bindings = '[["owner","tenant",null,null]]'
    const grants = grantsOf({ ...none, bindings, operator: true })
    assert.deepEqual([...grants.tenant].toSorted(), [...permissions].toSorted())
    assert.deepEqual(grants.reach('runs.write'), { all: true })
    assert.ok(grants.allows('runs.write', { level: 'project', id: 'anywhere' }))
    assert.ok(!grantsOf({ ...none, bindings }).tenant.has('tenants.create'))
  })

  test('at a workspace is what can be held at a place, there and in its projects', () => {
    const bindings = '[["owner","workspace","w",null]]'
    const grants = grantsOf({ ...none, bindings, inside: [['w', ['p', 'q']], ['v', ['r']]] })
    assert.deepEqual([...grants.tenant], everybodyHolds)
    assert.deepEqual(grants.reach('projects.write'), { all: false, workspaces: ['w'], projects: ['p', 'q'] })
    for (const permission of permissions) {
      const place = [...placePermissions, 'tokens.write'].includes(permission)
      const everybody = everybodyHolds.includes(permission)
      assert.equal(grants.allows(permission, { level: 'workspace', id: 'w' }), place || everybody, permission)
      assert.equal(grants.allows(permission, { level: 'project', id: 'q' }), place || everybody, permission)
      assert.equal(grants.allows(permission, { level: 'project', id: 'r' }), everybody, permission)
      assert.equal(grants.allows(permission, { level: 'workspace', id: 'p' }), everybody, permission)
      assert.equal(grants.allows(permission, { level: 'tenant' }), everybody, permission)
    }
  })

  test('at a project is not held at its workspace, and roles add up', () => {
    const bindings =
      '[["viewer","project","p",null],["r","project","p","[\\"runs.write\\",\\"keys.write\\"]"]]'
    const grants = grantsOf({ ...none, bindings })
    assert.ok(grants.allows('runs.write', { level: 'project', id: 'p' }))
    assert.ok(grants.allows('connections.read', { level: 'project', id: 'p' }))
    assert.ok(!grants.anywhere.has('keys.write'))
    assert.deepEqual(grants.reach('runs.write'), { all: false, workspaces: [], projects: ['p'] })
  })

  test('scopes only take away, at every place', () => {
    const bindings = '[["viewer","tenant",null,null],["editor","project","p",null]]'
    const grants = grantsOf({ operator: true, bindings, scopes: '["runs.write","runs.read"]' })
    assert.deepEqual([...grants.tenant], ['runs.read'])
    assert.deepEqual([...grants.anywhere].toSorted(), ['runs.read', 'runs.write'])
    assert.ok(!grants.allows('connections.write', { level: 'project', id: 'p' }))
  })

  test('a custom role that is gone holds nothing', () => {
    const grants = grantsOf({ ...none, bindings: '[["gone","tenant",null,null]]' })
    assert.equal(grants.anywhere.size, everybodyHolds.length)
  })

  test('of many roles at a workspace are computed from its projects once', () => {
    const projects = Array.from({ length: 5000 }, (_, i) => `p${i}`)
    const role = '["r","workspace","w","[\\"runs.read\\",\\"runs.write\\"]"]'
    const grants = grantsOf({
      ...none,
      bindings: `[${Array(50).fill(role).join()}]`,
      inside: [['w', projects]],
    })
    const reach = grants.reach('runs.read')
    assert.ok(!reach.all && reach.projects.length === 5000)
    assert.equal(grants.reach('runs.write'), reach, 'what is held at the same places is one list')
    assert.notEqual(grants.reach('index.read'), reach)
  })

  test('roles hold nothing that is not in the list', () => {
    for (const held of Object.values(rolePermissions)) {
      assert.ok(
        held.every((permission) => permissions.includes(permission) && permission !== 'tenants.create'),
      )
      assert.equal(new Set(held).size, held.length)
    }
  })
})
