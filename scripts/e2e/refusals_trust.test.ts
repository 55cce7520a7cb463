/** Pin, trust chain, index and policy: every case runs, then one of them says something else. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { edgeSql } from './edge_rows.ts'
import { payloadOf, resigned, seedOf } from './forge.ts'
import type { Refusing } from './refusing.ts'
import { pipelineText, startRefusing } from './refusing.ts'
import type { Json } from './tampering_proxy.ts'
import { until } from './until.ts'

const server = process.env['SALLYPORT_TEST_POSTGRES_URL']
let all: Refusing

const readable = (path: string) => `{ direction: read, connector: files, path: "${path}" }`

before(async () => {
  if (!server) return
  all = await startRefusing(server, 'trust', {
    allow: (folder) => [
      readable('/var/lib'),
      readable(join(folder, 'person')),
      '{ direction: write, connector: postgres, endpoint: 169.254.169.254, port: "*", account: "*", database: "*", schema: "*", prefix: "*" }',
    ],
  })
})
after(() => all?.[Symbol.asyncDispose]())
afterEach(() => all?.proxy.alter(null))

const key = (name: string) => seedOf(join(all.world.person.home, 'keys', `${name}.json`))

/** A pipeline from people.csv into a destination with these settings, or from a source with them. */
async function pipelineWith(name: string, end: 'source' | 'destination', settings: string): Promise<void> {
  await all.world.addConnection(`${name}-end`, settings)
  await all.world.applyPipeline(pipelineText(name, { [end]: `${name}-end` }))
}

describe('an edge that rewrites trust or the index', { skip: server ? false : 'no PostgreSQL given' }, () => {
  /** Changes what the agent is shown of the index. */
  function alterIndex(change: (records: Json[]) => Json[]): void {
    all.proxy.alter((answer) => {
      if (!answer.path.startsWith('/v1/agent/projects/') || answer.status !== 200) return false
      answer.body.data = change(answer.body.data)
      return true
    })
  }

  test('an index lower than the one seen', async () => {
    await all.succeeds('base')
    alterIndex(() => [])
    await all.refuses('base', 'index_rolled_back')
    assert.ok(all.proxy.altered > 0)
    all.proxy.alter(null)
    await all.succeeds('base')
  })

  test('another index under the number seen, signed by the signer', async () => {
    await all.succeeds('base')
    alterIndex((records) =>
      records.map((one) => ({
        ...one,
        document: resigned(one.document, (index) => (index.issued = '2026-01-01T00:00:00.000Z'), [
          key('signer'),
        ]),
      }))
    )
    await all.refuses('base', 'index_forked')
  })

  test('an index that lists the pipeline no longer', async () => {
    await all.world.applyPipeline(pipelineText('listed'))
    await all.succeeds('listed')
    const { body } = await all.world.api('GET', `/v1/projects/${all.world.project}/index/latest`)
    // The next index, validly signed, without the pipeline; the edge goes on handing it out.
    const { id } = (await all.world.does('pipeline', 'list')).find((one: Json) => one.name === 'listed')
    const next = resigned(body.document, (index) => {
      index.number += 1
      index.previous = body.hash
      index.issued = new Date().toISOString()
      delete index.entries[id]
    }, [key('signer')])
    // What an agent has seen it holds against the edge for ever: here it is made to forget afterwards.
    const anchor = join(all.folder, 'person', 'anchor.json')
    const was = readFileSync(anchor, 'utf8')
    alterIndex((records) => [...records, ...(records.length === 0 ? [] : [{ ...body, document: next }])])
    await all.refuses('listed', 'not_in_index')
    // It may still be writing there.
    all.agent.child.kill('SIGTERM')
    await all.agent.ended
    writeFileSync(anchor, was)
    rmSync(join(all.world.machine.home, 'agent', 'anchor_seen'), { recursive: true })
    await all.restartAgent()
  })

  test('a pin that does not match', async () => {
    await all.succeeds('base')
    const was = await all.snapshot()
    const { pin } = JSON.parse(readFileSync(join(all.world.person.home, 'profile.json'), 'utf8')) as Json
    const text = (hash: string) => `${pin.tenant}:${pin.version}:${hash}`
    all.agent.child.kill('SIGTERM')
    await all.agent.ended
    const wrong = await all.world.machine.call(['agent', '--json', '--pin', text('0'.repeat(64))])
    assert.deepEqual([wrong.exit, wrong.code], [4, 'pin_mismatch'], wrong.stderr)
    const person = await all.world.person.call(['trust', 'verify', '--json', '--pin', text('0'.repeat(64))])
    assert.deepEqual([person.exit, person.code], [4, 'pin_mismatch'], person.stderr)
    assert.deepEqual(await all.snapshot(), was)
    await all.restartAgent(['--pin', text(pin.hash)])
    await all.succeeds('base')
  })
})

describe('outside of policy', { skip: server ? false : 'no PostgreSQL given' }, () => {
  const url = (change: (one: URL) => void) => {
    const one = new URL(all.target)
    change(one)
    return `{ type: postgres, url: "${one.href}" }`
  }

  const places: Record<string, (one: URL) => void> = {
    host: (one) => (one.hostname = 'localhost'),
    port: (one) => (one.port = '5439'),
    account: (one) => (one.username = 'somebody'),
    database: (one) => (one.pathname = '/postgres'),
  }
  for (const [field, change] of Object.entries(places)) {
    test(`another ${field}`, async () => {
      await pipelineWith(`by-${field}`, 'destination', url(() => undefined))
      await all.succeeds(`by-${field}`)
      await pipelineWith(`by-${field}`, 'destination', url(change))
      await all.refuses(`by-${field}`, 'policy_denied')
    })
  }

  test('another schema', async () => {
    await all.world.applyPipeline(pipelineText('by-schema'))
    await all.succeeds('by-schema')
    const streams = ['{ from: people.csv, to: private.people, mode: replace }']
    await all.world.applyPipeline({ ...pipelineText('by-schema'), streams })
    await all.refuses('by-schema', 'policy_denied')
  })

  test('a path that the signed policy does not name', async () => {
    await pipelineWith('by-path', 'source', `{ type: files, path: "${all.files}" }`)
    await all.succeeds('by-path')
    const other = join(all.folder, 'other')
    mkdirSync(other)
    writeFileSync(join(other, 'people.csv'), 'id,name\n1,Mallory\n')
    await pipelineWith('by-path', 'source', `{ type: files, path: "${other}" }`)
    await all.refuses('by-path', 'policy_denied')
  })

  test('a path that local policy does not name', async () => {
    await pipelineWith('by-local', 'source', `{ type: files, path: "${all.files}" }`)
    await all.succeeds('by-local')
    await pipelineWith('by-local', 'source', '{ type: files, path: /var/lib }')
    await all.refuses('by-local', 'path_refused')
  })

  test('a link that leads out of the folder', async () => {
    await all.succeeds('base')
    const secret = join(all.folder, 'secret.csv')
    writeFileSync(secret, 'id,name\n1,Mallory\n')
    symlinkSync(secret, join(all.files, 'linked.csv'))
    const streams = ['{ from: linked.csv, to: public.linked, mode: replace }']
    await all.world.applyPipeline({ ...pipelineText('by-link'), streams })
    await all.refuses('by-link', 'policy_denied')
  })

  test("the agent's own ring, though both policies name its folder", async () => {
    await pipelineWith('by-ring', 'source', `{ type: files, path: "${all.files}" }`)
    await all.succeeds('by-ring')
    const person = all.world.person.home
    writeFileSync(join(person, 'people.csv'), 'id,name\n1,Ada\n')
    await pipelineWith('by-ring', 'source', `{ type: files, path: "${person}", format: csv }`)
    await all.succeeds('by-ring')
    const streams = ['{ from: ring.json, to: public.by_ring, mode: replace }']
    await all.world.applyPipeline({ ...pipelineText('by-ring', { source: 'by-ring-end' }), streams })
    await all.refuses('by-ring', 'path_refused')
  })

  test('the metadata service, though the signed policy names it', async () => {
    await pipelineWith('by-address', 'destination', url(() => undefined))
    await all.succeeds('by-address')
    await pipelineWith('by-address', 'destination', url((one) => (one.hostname = '169.254.169.254')))
    await all.refuses('by-address', 'address_refused')
  })

  test('a secret reference that local policy does not name', async () => {
    const one = new URL(all.target)
    const settings = (password: string) =>
      `{ type: postgres, host: ${one.hostname}, port: ${one.port}, user: ${one.username}, ` +
      `database: ${one.pathname.slice(1)}, password: "${password}" }`
    await pipelineWith('by-reference', 'destination', settings('${env:NAMED}'))
    await all.succeeds('by-reference')
    for (const reference of ['${env:UNNAMED}', '${file:/etc/hostname}']) {
      await pipelineWith('by-reference', 'destination', settings(reference))
      await all.refuses('by-reference', 'reference_refused')
    }
  })
})

describe('an expired trust document', { skip: server ? false : 'no PostgreSQL given' }, () => {
  test('starts no run, and the next one does', async () => {
    await all.world.applyPipeline({
      ...pipelineText('unsigned'),
      more: 'triggers: { api: { per_day: 24 } }\n',
    })
    const { id } = (await all.world.does('pipeline', 'list')).find((one: Json) => one.name === 'unsigned')
    const start = async () => (await all.world.api('POST', '/v1/runs', { pipeline_id: id })).body.id as string
    assert.equal((await all.world.endOf(await start())).state, 'succeeded')

    const { body: first } = await all.world.api('GET', '/v1/trust/1')
    const expired = resigned(first.document, (one) => {
      const issued = Date.parse(one.issued)
      Object.assign(one, { version: 2, previous: first.hash, expires: new Date(issued + 1000).toISOString() })
    }, [key('root-1')])
    const posted = await all.world.api('POST', '/v1/trust', { document: expired })
    assert.equal(posted.status, 201, JSON.stringify(posted.body))
    await all.refuses('unsigned', 'trust_expired', start)
    const person = await all.world.person.call(['runs', 'start', 'unsigned', '--json'])
    assert.deepEqual([person.exit, person.code], [4, 'trust_expired'], person.stderr)

    const { body: second } = await all.world.api('GET', '/v1/trust/2')
    const renewed = resigned(second.document, (one) => {
      const now = Date.now()
      Object.assign(one, {
        version: 3,
        previous: second.hash,
        issued: new Date(now).toISOString(),
        expires: new Date(now + 86_400_000).toISOString(),
      })
    }, [key('root-1')])
    assert.equal(payloadOf(renewed).version, 3)
    assert.equal((await all.world.api('POST', '/v1/trust', { document: renewed })).status, 201)
    assert.equal((await all.world.endOf(await start())).state, 'succeeded')
  })
})

describe('an edge that rewrites history', { skip: server ? false : 'no PostgreSQL given' }, () => {
  test('is caught by what the agent remembers, and by nothing else', async () => {
    const { world } = all
    const exported = join(all.folder, 'audit.jsonl')
    const verify = (...more: string[]) => world.person.call(['audit', 'verify', exported, '--json', ...more])
    const anchor = ['--anchor', join(world.person.home, 'anchor.json')]
    await all.succeeds('base')
    await world.does('audit', 'export', '--out', exported)
    assert.deepEqual((await verify(...anchor)).value.anchored, true)

    // A leaf that says the same, but for one letter; every checkpoint from here on is signed over it.
    await world.edge.kill()
    const [changed] = edgeSql(
      world.edge.database,
      `update audit_leaf set bytes = cast(replace(cast(bytes as text), 'connection.c', 'connection.C') as blob)
       where action like 'connection.c%' returning seq`,
    )
    assert.ok(changed)
    await world.edge.start()
    // Polls tell of the log every minute; an agent that starts looks at once.
    await all.restartAgent()
    await all.agent.says(/ALARM {2}log_forked/)
    assert.equal((await world.endOf((await world.startRun('base')).id)).state, 'succeeded')
    await until(() => {
      const { refusals } = JSON.parse(readFileSync(join(world.person.home, 'anchor.json'), 'utf8')) as Json
      return refusals.at(-1)?.code === 'log_forked'
    }, 'the refusal in the anchor')

    await world.does('audit', 'export', '--out', exported)
    const alone = await verify()
    assert.deepEqual([alone.exit, alone.value.anchored], [0, false])
    const anchored = await verify(...anchor)
    assert.deepEqual([anchored.exit, anchored.code], [5, 'log_forked'], anchored.stderr)
  })
})
