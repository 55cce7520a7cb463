import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import { RunLogBody } from '../../shared/schemas/receipt.ts'
import { MAX_LOG_BYTES } from '../../shared/schemas/run_log.ts'
import { schemas } from '../../shared/seal/context.ts'
import { describeEnvelope } from '../../shared/seal/envelope.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { publicKeyOf } from '../../shared/seal/suites.ts'
import { verifyPooled } from '../../shared/trust/authority.ts'
import { native } from '../primitives.ts'
import { openRecord } from '../runs/open.ts'
import { draft, ids, seedOf, start, World } from '../runs/world_fixture.ts'
import { openRunLog } from './log.ts'
import { type LogPlace, mayRelay, sealLog } from './relay.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-relay-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const readerKey = seedOf(77)
const readerPublic = publicKeyOf(native, 1, readerKey)
const reader = {
  kid: keyId(native, readerPublic),
  suite: 1 as const,
  public: toBase64(readerPublic),
  owner: 'Rita',
}

/** The agent's side of a world whose reader may read these projects. */
async function placeFor(projects: string[] | null): Promise<{ place: LogPlace; world: World }> {
  const from = draft()
  if (projects !== null) from.trust.readers = [{ ...reader, projects: projects as ['*'] }]
  const world = new World(from)
  await world.settle()
  const footing = await world.footings().read(AbortSignal.timeout(10_000))
  const held = { run: world.job.run.id, fence: 3 }
  const place = { footing, project: ids.project, pipeline: ids.pipeline, agent: ids.agent, held }
  return { place, world }
}

function opened({ sealed, commitment }: { sealed: string; commitment: string }, place: LogPlace) {
  const { run, fence } = place.held
  return openRecord(sealed, {
    context: {
      tenant: ids.tenant,
      project: ids.project,
      type: 'log',
      id: run,
      version: fence,
      schema: schemas.log,
    },
    keys: [{ suite: 1, privateKey: readerKey }],
    commitment,
    schema: RunLogBody,
  }).lines
}

describe('a log for readers', () => {
  test('opens for a reader, and is signed by the pool with its run, pipeline, agent and fence', async () => {
    const { place, world } = await placeFor(['*'])
    await using _ = world
    const made = sealLog('{"a":1}\n{"b":2}\n', place)
    const trust = place.footing.chain.document
    const { document } = verifyPooled(native, {
      trust,
      deny: [],
      type: 'log',
      pool: 'default',
      dsse: made.document,
    })
    const { run, pipeline, agent, fence } = document
    assert.deepEqual([run, pipeline, agent, fence], [place.held.run, ids.pipeline, ids.agent, 3])
    const sealed = { ...made, commitment: document.commitment }
    assert.deepEqual(opened(sealed, place), ['{"a":1}', '{"b":2}'])
    const other = { ...place, held: { ...place.held, fence: 2 } }
    assert.throws(() => opened(sealed, other), { code: 'envelope_refused' })
    const another = sealLog('{"a":2}\n', place)
    assert.throws(() => opened({ ...sealed, sealed: another.sealed }, place), { code: 'commitment_mismatch' })
  })

  test('goes where policy says so and somebody may read that project, and nowhere else', async () => {
    const yes = { relay: { logs: true } }
    for (
      const [projects, policy, may] of [
        [['*'], yes, true],
        [[ids.project], yes, true],
        [[ids.source], yes, false],
        [null, yes, false],
        [['*'], { relay: { logs: false } }, false],
        [['*'], {}, false],
      ] as const
    ) {
      const { place, world } = await placeFor(projects === null ? null : [...projects])
      await using _ = world
      assert.equal(mayRelay(policy, place), may)
    }
  })

  test('keeps the newest lines within the size, and says how many came before them', async () => {
    const { place, world } = await placeFor(['*'])
    await using _ = world
    const lines = Array.from({ length: 20_000 }, (_, at) => JSON.stringify({ at, text: 'x'.repeat(80) }))
    const made = sealLog(lines.join('\n'), place)
    assert.ok(fromBase64(made.sealed).length <= MAX_LOG_BYTES)
    const { commitment } = JSON.parse(atob(made.document.payload))
    const [first = '', ...rest] = opened({ ...made, commitment }, place)
    assert.equal(rest.at(-1), lines.at(-1))
    assert.equal(JSON.parse(first).lines, lines.length - rest.length)
    assert.ok(rest.length > 1000)
  })

  test('is for the readers of now: one that is taken out opens none that is sealed afterwards', async () => {
    const { place, world } = await placeFor(['*'])
    await using _ = world
    const kids = (of: LogPlace) => describeEnvelope(fromBase64(sealLog('{}', of).sealed)).kids
    assert.ok(kids(place).includes(reader.kid))
    const without = { ...place.footing.chain.document, readers: [] }
    const footing = { ...place.footing, chain: { ...place.footing.chain, document: without } }
    assert.ok(!kids({ ...place, footing }).includes(reader.kid))
  })
})

describe('what an attempt has written', () => {
  test('is its own lines, redacted, and the last ones of them', () => {
    const run = crypto.randomUUID()
    const options = { folder, level: 'info', now: () => start } as const
    {
      using first = openRunLog(run, options)
      first.write('info', 'the attempt before')
    }
    using log = openRunLog(run, options)
    log.hide(['hunter2!'])
    log.write('info', 'one', { password: 'hunter2!' })
    log.write('info', 'two')
    const messages = (text: string) => text.trim().split('\n').map((line) => JSON.parse(line).message)
    assert.deepEqual(messages(log.written(1 << 20)), ['one', 'two'])
    assert.doesNotMatch(log.written(1 << 20), /hunter2/)
    assert.deepEqual(messages(log.written(100)), ['two'])
    log.write('info', 'three')
    assert.deepEqual(messages(log.written(1 << 20)), ['one', 'two', 'three'])
  })
})
