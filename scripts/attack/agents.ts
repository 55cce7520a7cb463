/** Agents of the attacker's, agents turned against their customer, and statements used elsewhere. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import { startEdge } from '../e2e/edge_process.ts'
import { edgeSql } from '../e2e/edge_rows.ts'
import { newSeed, primitives } from '../e2e/forge.ts'
import type { Json } from '../e2e/tampering_proxy.ts'
import { until } from '../e2e/until.ts'
import type { Attack } from './attack.ts'
import { atIndex, honestEdge } from './checks.ts'
import { addSecret, namedRecipients, nameRecipient, passwordReadWith } from './dump.ts'
import { changeFile, publishTrust, signerSeed } from './estate.ts'
import { alterJobs, ownSealingKey } from './forge.ts'
import { resigned } from '../e2e/forge.ts'
import { homeFile, pipelineText, readHome, type Scene, secret } from './scene.ts'
import { refusalOf, rowsGained, startUnsigned, unsigned } from './watch.ts'
import { send, signedPoll } from './wire.ts'

const publicOf = (seed: Uint8Array) => primitives.ed25519.publicKey(seed)

/** An agent that nobody has enrolled or approved, but for the database. Returns its id. */
function insertAgent({ world }: Scene, seed: Uint8Array): string {
  const { database } = world.edge
  const [row] = edgeSql(database, 'select * from agent where id = ?', [world.agentId])
  const id = `${world.agentId.slice(0, -1)}${world.agentId.endsWith('0') ? '1' : '0'}`
  const key = publicOf(seed)
  const mine = {
    ...row,
    id,
    name: 'vm-9',
    public_key: key,
    fingerprint: keyId(primitives, key),
    state: 'approved',
  }
  const columns = Object.keys(mine)
  const values = Object.values(mine) as (string | number | null)[]
  edgeSql(
    database,
    `insert into agent (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
    values,
  )
  return id
}

const approved: Attack = {
  name: "attacker's agent approved",
  tried: 'an agent that the database says is approved polls, is given a job, and opens it with what it has',
  codes: ['kid_missing'],
  without: [namedRecipients, honestEdge],
  async attempt(scene) {
    const key = ownSealingKey()
    const seed = newSeed()
    nameRecipient(scene, key.public)
    await addSecret(scene, 'vault')
    await scene.world.applyPipeline(pipelineText('guarded', { destination: 'vault', unsigned: true }))
    const id = insertAgent(scene, seed)
    await startUnsigned(scene, 'guarded')
    const { body: { job } } = await send(scene, signedPoll(scene, { as: { id, seed } }))
    if (job?.kind !== 'run') throw new Error('it was given no job')
    const gained = passwordReadWith(job.connections, key)
    const listed = (await scene.world.does('agents', 'list')).some((one: Json) => one.name === 'vm-9')
    return { code: gained === null ? 'kid_missing' : null, seen: listed ? ['agents list'] : [], gained }
  },
}

const slipped: Attack = {
  name: 'recipient slipped into a rewrap',
  tried: "in a rotation, every record of the job names the edge's own key as a recipient",
  codes: ['kid_missing'],
  without: [{
    check: 'a rewrap job names no recipients',
    file: 'shared/schemas/rewrap.ts',
    find: 'export const RewrapRecord = z.object({',
    put: 'export const RewrapRecord = z.looseObject({',
  }, {
    check: 'whom a record passes to is computed from the verified trust document',
    file: 'agent/worker/rewrap_record.ts',
    find: 'const { context, commitment, recipients, checkBody } = vouchedFor(record, standing)',
    put: 'const { context, commitment, recipients: computed, checkBody } = vouchedFor(record, standing)\n' +
      '  const named = ((record as any).recipients ?? []).map((key: string) => ({ suite: 1, publicKey: fromBase64(key) }))\n' +
      '  const recipients = [...computed, ...named]',
  }],
  async attempt(scene) {
    const { world, proxy } = scene
    const key = ownSealingKey()
    await rotate(scene)
    alterJobs(scene, (job) => {
      for (const record of job.records ?? []) record.recipients = [key.public]
    })
    const passed: Json[] = []
    proxy.answer(async (request) => {
      if (/\/v1\/agent\/rewraps\/.*\/complete/.test(request.url)) {
        passed.push(...(await request.json() as Json).records)
      }
      return null
    })
    await scene.agent()
    const { status, body } = await world.api('POST', '/v1/rewraps', {})
    if (status !== 201) throw new Error(JSON.stringify(body))
    const connections = () => passed.filter(({ type }) => type === 'connection')
    await until(() => connections().length >= 3, 'the rewrap of the connections', 30)
    const records = connections().map(({ id, version, sealed }) => ({
      document: documentOf(scene, id, version),
      sealed,
    }))
    const gained = passwordReadWith(records, key)
    // Those of the trust document, with how many records each opens.
    const kids = (await world.does('keys', 'list')).map((one: Json) => one.kid ?? one.id)
    const seen = kids.length > 0 && !kids.includes(key.kid) ? ['keys list'] : []
    return { code: gained === null ? 'kid_missing' : null, seen, gained }
  },
}

function documentOf({ world }: Scene, id: string, version: number): Json {
  const sql = 'select document from connection_version where id = ? and version = ?'
  const [row] = edgeSql(world.edge.database, sql, [id, version])
  return JSON.parse(String(row?.['document']))
}

/** The customer's next sealing key: in the ring, and in the trust document, where the one before is retiring. */
async function rotate(scene: Scene): Promise<void> {
  const { suite, kid, public: key, privateKey } = ownSealingKey()
  changeFile(homeFile(scene, 'ring.json'), ({ sealing }) => {
    for (const one of sealing) one.state = 'retiring'
    const made = {
      kid,
      suite,
      private: toBase64(privateKey),
      state: 'active',
      created: new Date().toISOString(),
    }
    sealing.unshift(made)
  })
  await publishTrust(scene, (document) => {
    for (const one of document.sealing_keys) one.state = 'retiring'
    document.sealing_keys.push({ kid, suite, pool: 'default', public: key, state: 'active' })
  })
}

const oracle: Attack = {
  name: 'record offered as a challenge',
  tried: 'a sealed connection in the place of a proof of possession, for the agent to open and hand back',
  codes: ['envelope_refused'],
  without: [{
    check: 'a record opens in its own place only',
    file: 'shared/seal/context.ts',
    find: 'return lengthPrefixed(...[tenant, project',
    put: "if (type === 'connection' || type === 'possession') return lengthPrefixed(utf8('any'))\n" +
      '  return lengthPrefixed(...[tenant, project',
  }, {
    check: "an answer has a challenge's length",
    file: 'agent/worker/possession.ts',
    find: 'plaintext.length === ANSWER_BYTES ?',
    put: 'true ?',
  }],
  async attempt(scene) {
    const { world, proxy } = scene
    await addSecret(scene, 'vault')
    const [row] = edgeSql(
      world.edge.database,
      'select v.sealed from connection_version v join connection c using (tenant, id, version) where c.name = ?',
      ['vault'],
    )
    const sealed = toBase64(new Uint8Array(row?.['sealed'] as Uint8Array))
    let asked = 0
    proxy.alter(({ method, path, body }) => {
      if (path !== '/v1/agent/possession' || method !== 'GET') return false
      asked++
      const { kid } = readHome(scene, 'ring.json').sealing[0]
      body.challenges = [{ kid, sealed }]
      return true
    })
    let told = ''
    proxy.answer(async (request) => {
      const posted = request.method === 'POST' && request.url.endsWith('/v1/agent/possession')
      if (posted) { for (const { answer } of (await request.json() as Json).answers) told += atob(answer) }
      return null
    })
    await scene.agent()
    // Proofs come before the receipt that says so.
    const receipts = async () => (await world.api('GET', '/v1/receipts')).body.data.length > 0
    await until(async () => asked > 0 && (told !== '' || await receipts()), 'what the agent makes of it', 30)
    const gained = told.includes(secret) ? 'the password, opened by the agent' : null
    const { data: keys } = (await world.api('GET', '/v1/keys')).body
    const unproven = keys?.every((one: Json) => one.holders?.every((holder: Json) => !holder.proven)) ?? true
    return {
      code: gained === null ? 'envelope_refused' : null,
      seen: unproven ? ['keys list: not proven'] : [],
      gained,
    }
  },
}

const unknown: Attack = {
  name: 'unknown field',
  tried: 'a signed pipeline with a part that this agent does not know, which could say that it must not run',
  codes: ['document_invalid'],
  without: [{
    check: 'a document with an unknown field is refused whole',
    file: 'shared/schemas/pipeline.ts',
    find: "export const Pipeline = z.strictObject({\n  type: z.literal('pipeline'),",
    put: "export const Pipeline = z.object({\n  type: z.literal('pipeline'),",
  }, atIndex],
  async attempt(scene) {
    const seed = signerSeed(scene)
    alterJobs(scene, ({ pipeline }) => {
      pipeline.document = resigned(pipeline.document, (payload) => (payload.withdrawn = true), [seed])
    })
    const refusal = await refusalOf(scene, 'tick', unsigned(scene, 'tick'))
    return {
      ...refusal,
      gained: await rowsGained(scene.sql, 'public.tick', 'a table, by a pipeline that was withdrawn'),
    }
  },
}

const redirectedEdge: Attack = {
  name: 'redirected edge',
  tried: 'a poll is answered with a redirect to another host, for the signed request to follow',
  codes: ['edge_unexpected'],
  without: [{
    check: "the edge's redirects are not followed",
    file: 'agent/edge_client/transport.ts',
    find: "redirect: 'manual',",
    put: "redirect: 'follow',",
  }],
  async attempt(scene) {
    let asked = 0
    using server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch(request) {
        if (request.headers.has('signature')) asked++
        return Response.json({ job: null, newest: { trust: 1, indexes: {} }, log: null })
      },
    })
    const location = `http://127.0.0.1:${server.port}/v1/agent/poll`
    scene.proxy.answer((request) =>
      request.url.endsWith('/v1/agent/poll')
        ? new Response(null, { status: 307, headers: { location } })
        : null
    )
    await scene.agent()
    const told = () => /error=(edge_[a-z]+)/.exec(scene.said())?.[1]
    await until(() => asked > 0 || told(), 'what the agent makes of it', 30)
    const gained = asked > 0 ? 'signed requests at another host' : null
    return { code: told() ?? null, seen: told() ? ['agent log'] : [], gained }
  },
}

const statement: Attack = {
  name: 'enrolment statement replayed',
  tried: "the statement by which an agent joins one edge, used at another with a key of the attacker's",
  codes: ['challenge_invalid'],
  without: [{
    check: 'a statement is for one edge',
    file: 'edge/agents/join_routes.ts',
    find: 'if (document.edge !== new URL(options.publicUrl).origin) {',
    put: 'if (false) {',
  }, {
    check: 'a statement is for one agent key',
    file: 'edge/agents/join_routes.ts',
    find: 'if (document.agent_key !== body.public_key) {',
    put: 'if (false) {',
  }],
  async attempt(scene) {
    const { world } = scene
    await publishTrust(scene, (document) => (document.pools[0].enrolment = 'pool_key'))
    await world.edge.kill()
    const folder = join(scene.folder, 'person', 'other-edge')
    cpSync(join(scene.folder, 'edge'), folder, { recursive: true })
    await using other = await startEdge({ folder, code: scene.edgeCode })
    const post = async (path: string, body: object) => {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${other.url}${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      })
      return { status: answer.status, body: await answer.json() as Json }
    }
    const { tenant, pool, pool_key } = readHome(scene, 'ring.json')
    const { body: { challenge } } = await post('/v1/agents/challenge', { tenant, pool })
    // As the agent signs it for the edge that it knows, which has passed the other one's challenge on.
    const { dsse } = signDocument(primitives, {
      type: 'enrolment',
      document: {
        type: 'enrolment',
        tenant,
        pool,
        agent_key: toBase64(publicOf(newSeed())),
        edge: new URL(world.url).origin,
        challenge,
        expires: new Date(Date.now() + 300_000).toISOString(),
      },
      seeds: [fromBase64(pool_key)],
    })
    const own = toBase64(publicOf(newSeed()))
    const { status, body } = await post('/v1/agents/join', {
      statement: dsse,
      public_key: own,
      name: 'vm-9',
      version: '0.1.0',
    })
    const gained = body.state === 'approved' ? "the attacker's agent, approved at the other edge" : null
    return { code: body.code ?? null, seen: [`the other edge answers ${status}`], gained }
  },
}

export const agents: readonly Attack[] = [approved, slipped, oracle, unknown, redirectedEdge, statement]
