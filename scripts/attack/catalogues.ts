/** Orders to look at a connection, altered, kept or given twice; catalogues that are somebody else's, or nobody's. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromBase64, toBase64, utf8 } from '../../shared/bytes.ts'
import { inspectionId } from '../../shared/ids.ts'
import { type Context, schemas } from '../../shared/seal/context.ts'
import { type Recipient, seal } from '../../shared/seal/envelope.ts'
import { commit } from '../../shared/seal/record.ts'
import { edgeSql } from '../e2e/edge_rows.ts'
import { newSeed, payloadOf, primitives, resigned } from '../e2e/forge.ts'
import type { Json } from '../e2e/tampering_proxy.ts'
import { until } from '../e2e/until.ts'
import type { Attack, Outcome } from './attack.ts'
import { atIndex, signatures } from './checks.ts'
import { signerSeed } from './estate.ts'
import { alterJobs, poolKeys, trustOf } from './forge.ts'
import type { Scene } from './scene.ts'
import { keptRefusals, refusalIn } from './watch.ts'
import type { Mutation } from './without.ts'

const look = ({ world }: Scene, ...words: string[]) => world.person.call(['connection', ...words, '--json'])

/** A look that nobody disturbs; what the person is shown. */
async function looked(scene: Scene, name: string): Promise<Json> {
  await scene.agent()
  const ended = await look(scene, 'discover', name)
  if (ended.exit !== 0) throw new Error(ended.stderr)
  return ended.value
}

/** What agents say of the ends of orders from now on, as the edge hears it. */
function endsOf({ proxy }: Scene): readonly Json[] {
  const ends: Json[] = []
  proxy.answer(async (request) => {
    if (/\/v1\/agent\/inspections\/[^/]+\/complete$/.test(new URL(request.url).pathname)) {
      ends.push(await request.json())
    }
    return null
  })
  return ends
}

/** Under the key id of who had signed it. */
function underSameId(document: Json, change: (payload: Json) => void): Json {
  const made = resigned(document, change, [newSeed()])
  const signatures = made.signatures.map((one, at) => ({ ...one, keyid: document.signatures[at].keyid }))
  return { ...made, signatures }
}

interface Sealing {
  readonly type: 'inspection' | 'catalogue'
  readonly payload: Json
  readonly id: string
  readonly body: unknown
  readonly recipients: readonly Recipient[]
}

function sealedFor({ type, payload, id, body, recipients }: Sealing) {
  const { plaintext, commitment } = commit(primitives, utf8(JSON.stringify(body)))
  const { tenant, project, connection: { version } } = payload
  const context: Context = { tenant, project, type, id, version, schema: schemas[type] }
  return { commitment, sealed: toBase64(seal(primitives, { context, plaintext, recipients })) }
}

const idOf = ({ tenant, connection, issued, nonce }: Json): string =>
  inspectionId(primitives, { tenant, connection: connection.id, issued, nonce })

/** A connection's record as the edge has it. */
async function recordOf({ world }: Scene, name: string): Promise<Json> {
  const { id } = (await world.does('connection', 'list')).find((one: Json) => one.name === name)
  return (await world.api('GET', `/v1/connections/${id}`)).body
}

/** What the agent has refused since, and where people see that. */
function refused(scene: Scene, before: number, more: readonly string[] = []): Omit<Outcome, 'gained'> {
  const kept = keptRefusals(scene).slice(before)
  const code = kept.at(-1)?.code ?? null
  return { code, seen: [...(code === null ? [] : ["the anchor's refusals"]), ...more] }
}

const altered: Attack = {
  name: 'order altered: another connection',
  tried: 'an order for a folder is made one for a database, under the key id of who signed it',
  codes: ['signature_invalid'],
  without: [signatures],
  async attempt(scene) {
    const other = await recordOf(scene, 'there')
    const ends = endsOf(scene)
    const before = keptRefusals(scene).length
    alterJobs(scene, (job) => {
      if (job.kind !== 'inspect') return
      const connection = { id: other.id, version: other.version, hash: other.hash }
      const payload = { ...payloadOf(job.order.document), connection }
      const id = idOf(payload)
      const made = sealedFor({
        type: 'inspection',
        payload,
        id,
        body: { names: [] },
        recipients: poolKeys(scene),
      })
      job.inspection = id
      job.order = {
        document: underSameId(
          job.order.document,
          (one) => Object.assign(one, { connection, commitment: made.commitment }),
        ),
        sealed: made.sealed,
      }
      job.connection = { document: other.document, sealed: other.sealed }
    })
    await scene.agent()
    const asking = look(scene, 'discover', 'here')
    const [end] = await until(() => ends.length > 0 ? ends : null, 'the end of an order', 30)
    scene.proxy.alter(null)
    // Whoever waits for the genuine order may wait on.
    edgeSql(scene.world.edge.database, "update inspection set state = 'refused', code = 'signature_invalid'")
    const ended = await asking
    const found = end.status === 'succeeded' && payloadOf(end.found.document).connection.id === other.id
    const outcome = refused(scene, before, ended.exit === 4 ? ['connection discover, exit 4'] : [])
    return { ...outcome, gained: found ? 'a look into a database that nobody has ordered' : null }
  },
}

const orderedVersion: Mutation = {
  check: 'the version that was looked at is the one that the order names',
  file: 'agent/catalogue/inspection_check.ts',
  find: 'if (connection.signed.hash !== wanted.hash || version !== wanted.version) {',
  put: 'if (false) {',
}

const otherVersion: Attack = {
  name: 'order carried out on another version',
  tried: 'the order is genuine, and the connection that comes with it the version before',
  codes: ['not_at_index'],
  without: [atIndex, orderedVersion],
  async attempt(scene) {
    const { world, folder } = scene
    const old = await recordOf(scene, 'here')
    rmSync(join(folder, 'out', 'people.csv'), { force: true })
    await world.addConnection('here', `{ type: files, path: "${join(folder, 'out')}" }`)
    const before = keptRefusals(scene).length
    alterJobs(scene, (job) => {
      if (job.kind === 'inspect') job.connection = { document: old.document, sealed: old.sealed }
    })
    await scene.agent()
    const ended = await look(scene, 'discover', 'here')
    const names = (ended.value?.streams ?? []).map(({ name }: Json) => name)
    const gained = names.includes('people.csv') ? 'files of the folder that was given up, listed' : null
    return { ...refused(scene, before, ended.exit === 4 ? ['connection discover, exit 4'] : []), gained }
  },
}

/** Until an order has ended that the edge hands out once more, by whatever it has written into its database. */
async function handedOutAgain(scene: Scene, id: string, ends: readonly Json[]): Promise<Outcome> {
  const before = keptRefusals(scene).length
  const already = ends.length
  edgeSql(
    scene.world.edge.database,
    "update inspection set state = 'queued', lease_until = null, expires = ? where id = ?",
    [Date.now() + 3_600_000, id],
  )
  await scene.agent()
  const end = await until(() => ends.length > already ? ends.at(-1) : null, 'the end of the order', 30)
  const gained = end.status === 'succeeded' ? 'a look that nobody has ordered any more' : null
  return { ...refused(scene, before), gained }
}

const replayed: Attack = {
  name: 'order replayed',
  tried: 'an order that has been carried out is handed to the same agent once more, within its ten minutes',
  codes: ['trigger_used'],
  without: [{
    check: 'an agent carries an order out once',
    file: 'agent/worker/inspect_job.ts',
    find: "if (had.has(id)) throw new Fault('trigger_used',",
    put: "if (false) throw new Fault('trigger_used',",
  }],
  async attempt(scene) {
    const ends = endsOf(scene)
    const { inspection } = await looked(scene, 'here')
    return await handedOutAgain(scene, inspection, ends)
  },
}

const expired: Attack = {
  name: 'order kept for later',
  tried: 'an order that no agent was shown in its time is handed out after it, with its time put off',
  codes: ['request_expired'],
  without: [{
    check: 'an order counts until it expires',
    file: 'agent/catalogue/inspection_check.ts',
    find: "if (now >= Date.parse(expires)) throw new Fault('request_expired')",
    put: '',
  }],
  async attempt(scene) {
    const { inspection } = await looked(scene, 'here')
    await scene.stopAgent()
    const order = orderOf(scene, inspection)
    const now = Date.now()
    const times = { issued: new Date(now).toISOString(), expires: new Date(now + 1500).toISOString() }
    const payload = { ...payloadOf(order), ...times }
    const id = idOf(payload)
    const { commitment, sealed } = sealedFor({
      type: 'inspection',
      payload,
      id,
      body: { names: [] },
      recipients: poolKeys(scene),
    })
    const document = resigned(order, (one) => Object.assign(one, times, { commitment }), [signerSeed(scene)])
    const made = await scene.world.api('POST', '/v1/inspections', { document, sealed })
    if (made.status !== 201) throw new Error(JSON.stringify(made.body))
    const ends = endsOf(scene)
    await until(() => Date.now() > now + 1500 ? true : null, 'the end of its time', 10)
    return await handedOutAgain(scene, id, ends)
  },
}

function orderOf({ world }: Scene, id: string): Json {
  const [row] = edgeSql(world.edge.database, 'select document from inspection where id = ?', [id])
  return JSON.parse(String(row?.['document']))
}

/** The edge shows `shown` in place of what it keeps of any connection. */
function showing({ proxy }: Scene, shown: Json): void {
  proxy.alter(({ path, body }) => {
    if (!/^\/v1\/connections\/[^/]+\/catalogue/.test(path)) return false
    Object.assign(body, shown)
    return true
  })
}

async function keptOf({ world }: Scene, name: string): Promise<Json> {
  const { id } = (await world.does('connection', 'list')).find((one: Json) => one.name === name)
  return (await world.api('GET', `/v1/connections/${id}/catalogue`)).body
}

const ofAnother: Attack = {
  name: 'catalogue of another connection',
  tried: 'a reader who asks for the folder is shown the database, sealed and signed as it was found',
  codes: ['catalogue_refused'],
  without: [{
    check: 'what a reader is shown is of the connection that was asked for',
    file: 'agent/commands/connection_catalogue.ts',
    find: "if (document.connection.id !== connection) throw refused('connection')",
    put: '',
  }],
  async attempt(scene) {
    await scene.sql.unsafe('create table public.people_of_the_other (id int)')
    await looked(scene, 'here')
    await looked(scene, 'there')
    showing(scene, await keptOf(scene, 'there'))
    const ended = await look(scene, 'catalogue', 'here')
    const gained = ended.stdout.includes('people_of_the_other') ? 'shown as what the folder holds' : null
    return { ...refusalIn(ended), gained }
  },
}

const earlier: Attack = {
  name: 'catalogue of an earlier order',
  tried: 'the answer to an order of before is shown as the answer to one of now',
  codes: ['catalogue_refused'],
  without: [{
    check: 'what a reader waits for names the order that was signed',
    file: 'agent/commands/connection_catalogue.ts',
    find: "if (document.inspection !== idOf(order)) throw refused('order')",
    put: '',
  }],
  async attempt(scene) {
    await looked(scene, 'here')
    const old = await keptOf(scene, 'here')
    writeFileSync(join(scene.files, 'new.csv'), 'id\n1\n')
    showing(scene, old)
    const ended = await look(scene, 'discover', 'here')
    rmSync(join(scene.files, 'new.csv'))
    const stale = ended.exit === 0 && !ended.stdout.includes('new.csv')
    return { ...refusalIn(ended), gained: stale ? 'what was there before, shown as found now' : null }
  },
}

const invented = 'nothing_to_see_here.csv'

const forged: Attack = {
  name: 'catalogue sealed by somebody else',
  tried: "streams of the edge's own making, sealed to the reader, under the key id of the pool",
  codes: ['signature_invalid'],
  without: [signatures],
  async attempt(scene) {
    await looked(scene, 'here')
    const genuine = await keptOf(scene, 'here')
    const recipients = trustOf(scene).readers.map((one: Json) => ({
      suite: one.suite,
      publicKey: fromBase64(one.public),
    }))
    const payload = payloadOf(genuine.document)
    const stream = { name: invented, columns: [], key: [], estimated_rows: null, estimated_bytes: null }
    const body = { action: 'discover', at: payload.issued, streams: [stream], left_off: 0, withheld: 0 }
    const { commitment, sealed } = sealedFor({
      type: 'catalogue',
      payload,
      id: payload.inspection,
      body,
      recipients,
    })
    const document = underSameId(genuine.document, (one) => (one.commitment = commitment))
    showing(scene, { document, sealed })
    const ended = await look(scene, 'catalogue', 'here')
    const gained = ended.stdout.includes(invented) ? 'an invented file, shown to the reader' : null
    return { ...refusalIn(ended), gained }
  },
}

export const catalogues: readonly Attack[] = [
  altered,
  otherVersion,
  replayed,
  expired,
  ofAnother,
  earlier,
  forged,
]
