import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nobody, testEdge } from './edge_fixture.ts'

const paths = ['/healthz', '/v1/whoami', '/nothing', '/docs', '/console/sign-in']

test('an edge that is reached by https tells every browser to come by nothing else', async () => {
  await using edge = await testEdge({ publicUrl: 'https://edge.test' })
  for (const path of paths) {
    const { headers } = await edge.call(nobody, `GET ${path}`)
    assert.equal(headers.get('strict-transport-security'), 'max-age=63072000; includeSubDomains', path)
  }
})

test('an edge on loopback, reached by http, does not', async () => {
  await using edge = await testEdge()
  for (const path of paths) {
    const { headers } = await edge.call(nobody, `GET ${path}`)
    assert.equal(headers.get('strict-transport-security'), null, path)
  }
})

test('no answer lets a page of another origin read it, or is framed or taken for what it is not', async () => {
  await using edge = await testEdge()
  const headers = { origin: 'https://attacker.example', 'access-control-request-method': 'GET' }
  for (const target of [...paths.map((path) => `GET ${path}`), 'OPTIONS /v1/whoami']) {
    const answer = await edge.call(nobody, target, { headers })
    const allowed = [...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))
    assert.deepEqual(allowed, [], target)
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff', target)
    assert.match(answer.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/, target)
  }
})
