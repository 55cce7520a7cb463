import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { nobody, testEdge } from '../edge_fixture.ts'
import { ownPath, withNext } from './next.ts'

describe('where a page leads on to', () => {
  for (const path of ['/console', '/console/members', '/console/access?member=1&permission=runs.read']) {
    test(`${path} is one of ours`, () => assert.equal(ownPath(path), path))
  }

  for (
    const path of [
      undefined,
      '',
      'console',
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      '\\/evil.example',
      '/console\\..\\..//evil.example',
      '/console/..//evil.example',
      '/console/../v1/account',
      '/console/%2e%2e/%2e%2e//evil.example',
      '/console.evil.example',
      '/console@evil.example',
      '/consolex',
      '/\t/evil.example',
      '/console\n//evil.example',
      ' //evil.example',
      'javascript:alert(1)',
      'data:text/html,x',
      '/v1/account',
      `/console/${'x'.repeat(2000)}`,
    ]
  ) {
    test(`${JSON.stringify(path)?.slice(0, 60)} is not`, () => assert.equal(ownPath(path), '/console'))
  }

  test('it stays whole in the query of signing in', () => {
    assert.equal(
      withNext('/console/sign-in', '/console/access?a=b&c=d'),
      '/console/sign-in?next=%2Fconsole%2Faccess%3Fa%3Db%26c%3Dd',
    )
    assert.equal(withNext('/console/sign-in', '//evil.example'), '/console/sign-in')
  })

  test('no page of signing in carries another’s address on', async () => {
    await using edge = await testEdge()
    for (const page of ['sign-in', 'second-factor', 'register']) {
      for (
        const next of ['//evil.example', 'https://evil.example', '/\\evil.example', 'javascript:alert(1)']
      ) {
        const { json } = await edge.call(nobody, `GET /console/${page}?next=${encodeURIComponent(next)}`)
        assert.doesNotMatch(json, /evil\.example|javascript:/)
      }
    }
  })
})
