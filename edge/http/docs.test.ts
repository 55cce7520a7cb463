import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { nobody, testEdge } from '../edge_fixture.ts'
import { type FaultCode, isFaultCode } from '../../shared/faults.ts'
import { statusOf } from './problem.ts'

// deno-lint-ignore no-explicit-any -- a document is walked
type Json = any

async function documentOf(): Promise<Json> {
  await using edge = await testEdge()
  return (await edge.call(nobody, 'GET /openapi.json')).json
}

function operationsOf(document: Json): Json[] {
  return Object.values(document.paths).flatMap((path) => Object.values(path as Json))
}

describe('/docs', () => {
  test('loads everything from its own origin, under a policy that reaches nothing else', async () => {
    await using edge = await testEdge()
    const page = await edge.call(nobody, 'GET /docs')
    const policy = page.headers.get('content-security-policy') ?? ''
    assert.ok(policy.startsWith("default-src 'none'") && !/unsafe|https?:|\*/.test(policy), policy)
    const links = [...(page.json as string).matchAll(/(?:src|href)="([^"]+)"/g)].map((match) =>
      match[1] as string
    )
    assert.ok(links.length >= 3)
    for (const link of links) {
      assert.match(link, /^\/docs\//)
      const asset = await edge.call(nobody, `GET ${link}`)
      assert.equal(asset.status, 200, link)
      assert.equal(asset.headers.get('x-content-type-options'), 'nosniff')
    }
    assert.ok(!/<script>|onload=|style=/.test(page.json))
  })

  test('is dark where the system is, from the first moment and when that changes', async () => {
    await using edge = await testEdge()
    const { json } = await edge.call(nobody, 'GET /docs/start.js')
    const seen: [string, boolean][] = []
    const told: (() => void)[] = []
    const dark = { matches: true, addEventListener: (_: string, tell: () => void) => void told.push(tell) }
    const classList = { toggle: (name: string, on: boolean) => void seen.push([name, on]) }
    const given = ['matchMedia', 'document', 'SwaggerUIBundle']
    new Function(...given, json)(() => dark, { documentElement: { classList } }, () => {})
    dark.matches = false
    for (const tell of told) tell()
    assert.deepEqual(seen, [['dark-mode', true], ['dark-mode', false]])
    assert.match(
      (await edge.call(nobody, 'GET /docs')).json,
      /<meta name="color-scheme" content="light dark">/,
    )
    const styles = await edge.call(nobody, 'GET /docs/swagger-ui.css')
    assert.match(styles.json, /html\.dark-mode \.swagger-ui\{/, 'what the class is for')
  })
})

describe('/', () => {
  test('leads a browser to the console, and tells everybody else where things are', async () => {
    await using edge = await testEdge()
    const browser = await edge.call(nobody, 'GET /', {
      headers: { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' },
    })
    assert.deepEqual([browser.status, browser.headers.get('location')], [303, '/console'])
    for (const accept of ['*/*', 'application/json']) {
      const { status, json } = await edge.call(nobody, 'GET /', { headers: { accept } })
      assert.equal(status, 200)
      const { name: _, ...links } = json
      for (const link of Object.values(links) as string[]) {
        assert.ok((await edge.call(nobody, `GET ${link}`)).status < 400, link)
      }
    }
  })
})

describe('/openapi.json', () => {
  test('describes every operation: id, tag, summary, example, permission and codes', async () => {
    const document = await documentOf()
    assert.equal(document.openapi, '3.1.0')
    const operations = operationsOf(document)
    assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length)
    const tags = document.tags.map(({ name }: Json) => name)
    for (const operation of operations) {
      const where = operation.operationId
      assert.match(where, /^[a-z][A-Za-z]+$/)
      assert.ok(operation.tags.length === 1 && tags.includes(operation.tags[0]), where)
      assert.match(operation.summary, /\w/, where)
      assert.match(operation['x-permission'], /^(none|[a-z]+[.:][a-z]+)$/, where)
      assert.ok(operation['x-codes'].every(isFaultCode), where)
      const [success] = Object.entries(operation.responses).filter(([status]) =>
        status.startsWith('2')
      ) as Json
      for (const content of Object.values(success[1].content) as Json[]) {
        assert.ok('example' in content, where)
      }
      if (operation.requestBody) {
        assert.ok('example' in operation.requestBody.content['application/json'], where)
      }
    }
  })

  test('names under each status the codes that have it', async () => {
    const document = await documentOf()
    for (const operation of operationsOf(document)) {
      const described = Object.entries(operation.responses).filter(([status]) => !status.startsWith('2'))
        .flatMap(([status, response]: Json) => {
          const name = response.$ref.replace('#/components/responses/', '')
          assert.ok(document.components.responses[name], name)
          return name.split('.').map((code: FaultCode) => {
            assert.equal(String(statusOf(code)), status)
            return code
          })
        })
      assert.deepEqual(described.toSorted(), operation['x-codes'].toSorted(), operation.operationId)
    }
  })

  test('has no reference that leads nowhere', async () => {
    const document = await documentOf()
    const visit = (value: Json): void => {
      if (typeof value !== 'object' || value === null) return
      if (typeof value.$ref === 'string') {
        const path = value.$ref.replace('#/', '').split('/')
        assert.ok(path.reduce((at: Json, key: string) => at?.[key], document), value.$ref)
      }
      Object.values(value).forEach(visit)
    }
    visit(document)
  })

  test('says who may: a token, a session, a signature, a secret good once, or nobody in particular and why', async () => {
    for (const operation of operationsOf(await documentOf())) {
      const [scheme] = operation.security.flatMap((one: Json) => Object.keys(one))
      const permission = operation['x-permission'] as string
      if (permission === 'none') assert.ok(operation['x-open-because'], operation.operationId)
      else {
        const person = permission === 'account:any' ? 'session' : 'token'
        assert.equal(scheme, permission.startsWith('agent:') ? 'signature' : person, operation.operationId)
      }
    }
  })
})

describe('/metrics', () => {
  test('counts requests by operation and status, and knows no tenant', async () => {
    await using edge = await testEdge()
    await edge.call(nobody, 'GET /healthz')
    await edge.call(nobody, 'GET /v1/whoami')
    const { json, headers } = await edge.call(nobody, 'GET /metrics')
    assert.match(headers.get('content-type') ?? '', /^text\/plain/)
    assert.match(json, /^sallyport_http_requests_total\{operation="whoami",status="401"\} 1$/m)
    assert.match(json, /^sallyport_http_request_seconds_bucket\{operation="health",le="\+Inf"\} 1$/m)
    for (const line of (json as string).trim().split('\n')) {
      assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [0-9.e+-]+)$/)
    }
  })
})

test('an edge that is about to stop is healthy but not ready', async () => {
  await using edge = await testEdge()
  assert.equal((await edge.call(nobody, 'GET /readyz')).status, 200)
  edge.close.abort()
  assert.equal((await edge.call(nobody, 'GET /healthz')).status, 200)
  assert.equal((await edge.call(nobody, 'GET /readyz')).json.code, 'unavailable')
})
