/** The edge's database is replaced by the one of last week: by a bad restore, or by somebody who wants it so. */
import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Started } from './binary.ts'
import { edgeSql } from './edge_rows.ts'
import type { Json } from './tampering_proxy.ts'
import { until } from './until.ts'
import { startWorld, type World } from './world.ts'

let folder: string
let world: World
let agent: Started

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-old-'))
  const [inside, out] = [join(folder, 'in'), join(folder, 'out')]
  for (const path of [inside, out]) mkdirSync(path)
  writeFileSync(join(inside, 'orders.csv'), 'id,name\n1,a\n2,b\n')
  world = await startWorld({
    folder,
    allow: [
      `{ direction: read, connector: files, path: "${inside}" }`,
      `{ direction: write, connector: files, path: "${out}" }`,
    ],
    local: `files: ["${inside}", "${out}"]\n`,
  })
  await world.addConnection('here', `{ type: files, path: "${inside}" }`)
  await world.addConnection('there', `{ type: files, path: "${out}", format: csv }`)
  await pipeline('base')
  agent = await world.startAgent()
  assert.equal((await world.run('base')).state, 'succeeded', agent.said())
}, { timeout: 120_000 })

after(async () => {
  await world?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const pipeline = (name: string) =>
  world.applyPipeline({
    name,
    source: 'here',
    destination: 'there',
    streams: [`{ from: orders.csv, to: ${name}.csv, mode: replace }`],
    more: 'triggers: { api: { per_day: 50 } }\n',
  })

const anchor = () => JSON.parse(readFileSync(join(world.person.home, 'anchor.json'), 'utf8')) as Json

/** The edge's database as it is now, in a file of its own. */
function copyTo(name: string): void {
  edgeSql(world.edge.database, 'vacuum into ?', [join(folder, name)])
}

async function replaceBy(name: string): Promise<void> {
  await world.edge.stop()
  for (const end of ['', '-wal', '-shm']) rmSync(world.edge.database + end, { force: true })
  copyFileSync(join(folder, name), world.edge.database)
  await world.edge.start()
}

async function restartAgent(): Promise<void> {
  agent.child.kill('SIGTERM')
  await agent.ended
  agent = await world.startAgent()
}

async function seen(what: string, there: (anchor: Json) => unknown): Promise<void> {
  await until(() => Boolean(there(anchor())), what)
}

/** An unsigned run, asked for past the command line: people refuse before the agent gets to. */
async function unsigned(name: string): Promise<Json> {
  const { body: { data } } = await world.api('GET', `/v1/pipelines?project=${world.project}`)
  const { id } = data.find((one: Json) => one.name === name)
  const { status, body } = await world.api('POST', '/v1/runs', { pipeline_id: id })
  assert.equal(status, 201, JSON.stringify(body))
  return await world.endOf(body.id)
}

async function doctorSays(code: string): Promise<void> {
  const { value, exit } = await world.machine.call(['doctor', '--json'])
  const { state, says } = value.checks.find(({ check }: Json) => check === 'anchor')
  assert.deepEqual([state, exit === 0 || exit === 5], ['warning', true], says)
  assert.ok(says.includes(code), says)
}

const refusedOf = (code: string) => (anchor().refused[code]?.count ?? 0) as number

describe('a database of last week at the edge', { timeout: 180_000 }, () => {
  test('in which the log alone is older is caught by the log that the anchor remembers', async () => {
    copyTo('week-1')
    await world.does('tokens', 'create', 'later', '--out', join(folder, 'later'))
    // An agent looks at the log when it starts.
    await restartAgent()
    const before = (await world.api('GET', '/v1/audit/checkpoint')).body.size
    await seen('the newest log', ({ checkpoint }) => Number(checkpoint?.split('\n')[1]) >= before)
    const exported = join(folder, 'audit.jsonl')
    const verify = (...more: string[]) => world.person.call(['audit', 'verify', exported, ...more, '--json'])
    const place = join(world.person.home, 'anchor.json')
    await until(
      async () =>
        (await world.does('audit', 'export', '--out', exported)).bytes > 0 &&
        (await verify('--anchor', place, '--receipts')).value?.witnesses.length === 2,
      'a receipt that names the log',
    )
    copyTo('newest-1')

    await replaceBy('week-1')
    // The one that runs would find out when its poll ends, in 25 seconds.
    await restartAgent()
    await agent.says(/ALARM {2}log_forked/)
    await seen('the refusal', () => refusedOf('log_forked') > 0)
    await doctorSays('log_forked')
    await world.does('audit', 'export', '--out', exported)
    const verified = await verify('--anchor', place)
    assert.deepEqual([verified.exit, verified.code], [5, 'log_forked'], verified.stderr)
    await replaceBy('newest-1')
    assert.equal((await world.run('base')).state, 'succeeded')
  })

  test('with an older index starts no run, for agents and for people', async () => {
    await pipeline('later')
    assert.equal((await world.run('later')).state, 'succeeded')
    copyTo('newest-2')

    await replaceBy('newest-1')
    const run = await unsigned('base')
    assert.deepEqual([run.state, run.code], ['refused', 'index_rolled_back'])
    assert.ok(refusedOf('index_rolled_back') > 0)
    assert.match(agent.said(), /index_rolled_back/)
    await doctorSays('index_rolled_back')
    const person = await world.person.call(['runs', 'start', 'base', '--json'])
    assert.deepEqual([person.exit, person.code], [4, 'index_rolled_back'], person.stderr)
    await replaceBy('newest-2')
    assert.equal((await world.run('later')).state, 'succeeded')
  })

  test('with an older trust document starts no run, and no agent begins on it', async () => {
    await world.does('trust', 'edit', '--extend', '300')
    await world.does('trust', 'sign', '--yes')
    await world.does('trust', 'publish', '--yes')
    await seen('the newest trust document', ({ trust }) => trust?.version === 2)
    copyTo('newest-3')

    await replaceBy('newest-2')
    const run = await unsigned('base')
    assert.deepEqual([run.state, run.code], ['refused', 'trust_rolled_back'])
    assert.match(agent.said(), /trust_rolled_back/)
    assert.ok(refusedOf('trust_rolled_back') > 0)
    await doctorSays('trust_rolled_back')
    const person = await world.person.call(['runs', 'start', 'base', '--json'])
    assert.deepEqual([person.exit, person.code], [4, 'trust_rolled_back'], person.stderr)

    agent.child.kill('SIGTERM')
    await agent.ended
    const refused = await world.machine.call(['agent', '--json'])
    assert.deepEqual([refused.exit, refused.code], [4, 'trust_rolled_back'], refused.stderr)
    await replaceBy('newest-3')
    agent = await world.startAgent()
    assert.equal((await world.run('base')).state, 'succeeded')
  })
})
