/** What an edge may hand to an agent and what not: every case runs, then one thing in the job is another one. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { altered, newSeed, payloadOf, resigned, seedOf } from './forge.ts'
import type { Refusing } from './refusing.ts'
import { pipelineText, startRefusing } from './refusing.ts'
import type { Json } from './tampering_proxy.ts'

const server = process.env['SALLYPORT_TEST_POSTGRES_URL']
let all: Refusing

before(async () => {
  if (server) all = await startRefusing(server, 'documents')
})
after(() => all?.[Symbol.asyncDispose]())
afterEach(() => all?.proxy.alter(null))

/** Changes every job that passes on its way to the agent. */
function alterJobs(change: (job: Json) => void): void {
  all.proxy.alter((answer) => {
    if (answer.path !== '/v1/agent/poll' || answer.body.job === null) return false
    change(answer.body.job)
    return true
  })
}

/** The job as the edge would give it, seen on its way. */
async function seenJob(pipeline: string): Promise<Json> {
  let seen: Json = null
  alterJobs((job) => (seen = structuredClone(job)))
  await all.succeeds(pipeline)
  all.proxy.alter(null)
  assert.ok(seen)
  return seen
}

const signer = () => seedOf(join(all.world.person.home, 'keys', 'signer.json'))
const home = (name: string) => join(all.world.person.home, name)

async function withFile(
  path: string,
  change: (value: Json) => void,
  work: () => Promise<void>,
): Promise<void> {
  const was = readFileSync(path, 'utf8')
  const value = JSON.parse(was)
  change(value)
  writeFileSync(path, JSON.stringify(value), { mode: 0o600 })
  try {
    await work()
  } finally {
    writeFileSync(path, was, { mode: 0o600 })
  }
}

describe(
  'an edge that hands out what nobody signed',
  { skip: server ? false : 'no PostgreSQL given' },
  () => {
    test('an unsigned pipeline', async () => {
      await all.succeeds('base')
      alterJobs((job) => (job.pipeline.document.signatures = []))
      await all.refuses('base', 'document_invalid')
      assert.equal(all.proxy.altered, 1)
    })

    test('an altered pipeline', async () => {
      await all.succeeds('base')
      alterJobs((
        job,
      ) => (job.pipeline.document = altered(job.pipeline.document, (one) => (one.limits.retries = 9))))
      await all.refuses('base', 'signature_invalid')
      assert.equal(all.proxy.altered, 1)
    })

    test('a pipeline signed by somebody else', async () => {
      await all.succeeds('base')
      alterJobs((
        job,
      ) => (job.pipeline.document = resigned(job.pipeline.document, () => undefined, [newSeed()])))
      await all.refuses('base', 'signature_invalid')
    })

    test("a pipeline with the right key's id and somebody else's signature", async () => {
      await all.succeeds('base')
      alterJobs((job) => {
        const { keyid } = job.pipeline.document.signatures[0]
        job.pipeline.document = resigned(job.pipeline.document, () => undefined, [newSeed()])
        job.pipeline.document.signatures[0].keyid = keyid
      })
      await all.refuses('base', 'signature_invalid')
    })

    test('a connection signed by somebody else', async () => {
      await all.succeeds('base')
      alterJobs((job) => {
        for (const one of job.connections) one.document = resigned(one.document, () => undefined, [newSeed()])
      })
      await all.refuses('base', 'signature_invalid')
    })

    test('a document of another kind under a signature that counts', async () => {
      await all.succeeds('base')
      alterJobs((job) => (job.pipeline.document = job.connections[0].document))
      await all.refuses('base', 'document_invalid')
    })

    test('an unknown field, signed by the signer', async () => {
      await all.succeeds('base')
      alterJobs((
        job,
      ) => (job.pipeline.document = resigned(job.pipeline.document, (one) => (one.also = 1), [signer()])))
      await all.refuses('base', 'document_invalid')
    })

    test('a pipeline that is not at the hash of the index, signed by the signer', async () => {
      await all.succeeds('base')
      alterJobs((job) => {
        job.pipeline.document = resigned(job.pipeline.document, (one) => (one.limits.retries = 9), [signer()])
      })
      await all.refuses('base', 'not_at_index')
    })

    test('the version of a pipeline before the one in the index', async () => {
      await all.world.applyPipeline(pipelineText('versions'))
      const first = await seenJob('versions')
      await all.world.applyPipeline({ ...pipelineText('versions'), more: 'limits: { retries: 1 }\n' })
      await all.succeeds('versions')
      alterJobs((job) => (job.pipeline = first.pipeline))
      await all.refuses('versions', 'not_at_index')
    })

    test('the version of a connection before the one in the index', async () => {
      await all.world.addConnection('rotated', `{ type: postgres, url: "${all.target}" }`)
      await all.world.applyPipeline(pipelineText('rotation', { destination: 'rotated' }))
      const first = await seenJob('rotation')
      await all.world.addConnection('rotated', `{ type: postgres, url: "${all.target}", schema: public }`)
      await all.succeeds('rotation')
      const named = (one: Json) => payloadOf(one.document).name === 'rotated'
      alterJobs((job) => (job.connections = [
        ...job.connections.filter((one: Json) => !named(one)),
        first.connections.find(named),
      ]))
      await all.refuses('rotation', 'not_at_index')
    })

    test("another connection in a connection's place", async () => {
      await all.world.addConnection('elsewhere', `{ type: postgres, url: "${all.target}" }`)
      await all.world.applyPipeline(pipelineText('other-way', { destination: 'elsewhere' }))
      const other = await seenJob('other-way')
      alterJobs((job) => (job.connections = other.connections))
      await all.refuses('base', 'wrong_connection')
    })

    test('a sealed body that belongs to another record', async () => {
      await all.world.applyPipeline(pipelineText('donor'))
      const donor = await seenJob('donor')
      await all.succeeds('base')
      alterJobs((job) => (job.pipeline.sealed = donor.pipeline.sealed))
      await all.refuses('base', 'envelope_refused')
    })

    test('one altered byte of a sealed body', async () => {
      await all.succeeds('base')
      alterJobs((job) => {
        const bytes = Buffer.from(job.pipeline.sealed, 'base64')
        bytes[bytes.length - 1]! ^= 1
        job.pipeline.sealed = bytes.toString('base64')
      })
      await all.refuses('base', 'envelope_refused')
    })

    test("a request for one pipeline under another one's run", async () => {
      const seen = await seenJob('base')
      alterJobs((job) => (job.run.trigger.request = seen.run.trigger.request))
      await all.refuses('base', 'request_mismatch')
    })

    test('a request that was used before', async () => {
      const seen = await seenJob('base')
      await all.succeeds('base')
      alterJobs((job) => Object.assign(job.run, { id: seen.run.id, trigger: seen.run.trigger }))
      const was = await all.snapshot()
      const { id } = await all.world.startRun('base')
      await all.agent.says(/code=trigger_used/)
      assert.deepEqual(await all.snapshot(), was)
      all.proxy.alter(null)
      await all.world.api('POST', `/v1/runs/${id}/cancel`)
    })

    test('a kid that the ring lacks', async () => {
      await all.succeeds('base')
      const another = (ring: Json) => (ring.sealing[0].private = Buffer.from(newSeed()).toString('base64'))
      await withFile(home('ring.json'), another, async () => void await all.refuses('base', 'kid_missing'))
      await all.succeeds('base')
    })

    test('a signer whom the floor denies', async () => {
      await all.succeeds('base')
      const { keyid } = (await seenJob('base')).pipeline.document.signatures[0]
      const deny = (floor: Json) => floor.deny.push(keyid)
      await withFile(home('floor.json'), deny, async () => {
        const was = await all.snapshot()
        const ended = await all.world.person.call(['runs', 'start', 'base', '--json'])
        assert.equal(ended.code, 'denied')
        assert.deepEqual(await all.snapshot(), was)
      })
      await all.succeeds('base')
    })
  },
)
