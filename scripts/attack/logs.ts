/** The audit log rewritten, cut, forked, or signed by another key; logs of runs and receipts forged to people. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromBase64, toBase64, utf8 } from '../../shared/bytes.ts'
import { checkpointLine } from '../../shared/log/export.ts'
import { logOrigin, parseCheckpoint, signCheckpoint } from '../../shared/log/checkpoint.ts'
import { parseNote } from '../../shared/log/note.ts'
import { schemas } from '../../shared/seal/context.ts'
import { seal } from '../../shared/seal/envelope.ts'
import { commit } from '../../shared/seal/record.ts'
import { edgeSql } from '../e2e/edge_rows.ts'
import { newSeed, payloadOf, primitives, resigned } from '../e2e/forge.ts'
import type { Json } from '../e2e/tampering_proxy.ts'
import { until } from '../e2e/until.ts'
import type { Attack, Outcome } from './attack.ts'
import { signatures } from './checks.ts'
import { addSecret } from './dump.ts'
import { trustOf } from './forge.ts'
import { homeFile, pipelineText, readHome, type Scene } from './scene.ts'
import { keptRefusals, refusalIn, startUnsigned } from './watch.ts'

/** The export that the edge gives now. */
async function exported(scene: Scene, name: string): Promise<string> {
  const file = join(scene.folder, 'person', `${name}.jsonl`)
  await scene.world.does('audit', 'export', '--out', file)
  return file
}

/** What a person is told of an export: shown as genuine is what the attacker is after. */
async function verified(scene: Scene, file: string, anchored: boolean): Promise<Outcome> {
  const anchor = anchored ? ['--anchor', homeFile(scene, 'anchor.json')] : []
  const ended = await scene.world.person.call(['audit', 'verify', file, ...anchor, '--json'])
  const genuine = ended.exit === 0 && (!anchored || ended.value.anchored === true)
  return { ...refusalIn(ended), gained: genuine ? 'audit verify shows it as genuine' : null }
}

/** Until agents remember a checkpoint. */
async function witnessed(scene: Scene): Promise<void> {
  await scene.agent()
  await until(() => readHome(scene, 'anchor.json').checkpoint, 'a checkpoint in the anchor', 100)
}

const rewriteLeaf = `update audit_leaf
  set bytes = cast(replace(cast(bytes as text), 'connection.c', 'connection.C') as blob)
  where action like 'connection.c%' returning seq`

async function rewriteHistory({ world }: Scene): Promise<void> {
  await world.edge.kill()
  if (edgeSql(world.edge.database, rewriteLeaf).length === 0) throw new Error('nothing to rewrite')
  await world.edge.start()
}

const forked: Attack = {
  name: 'log forked',
  tried: 'an entry is rewritten in the database, and every checkpoint signed over it from then on',
  codes: ['log_forked'],
  without: [{
    check: 'a checkpoint continues the one before',
    file: 'agent/trust/log_watch.ts',
    find: 'if (verifyConsistency(native, { from: before, to: after, proof })) return',
    put: 'return',
  }],
  async attempt(scene) {
    await witnessed(scene)
    const before = readHome(scene, 'anchor.json').checkpoint
    await scene.stopAgent()
    await rewriteHistory(scene)
    await scene.agent()
    const alarmed = () => keptRefusals(scene).some(({ code }) => code === 'log_forked')
    await until(
      () => alarmed() || readHome(scene, 'anchor.json').checkpoint !== before,
      'a look at the log',
      100,
    )
    const seen = alarmed() ? ["the anchor's refusals"] : []
    if (/ALARM {2}log_forked/.test(scene.said())) seen.push('ALARM of the agent')
    const outcome = await verified(scene, await exported(scene, 'forked'), true)
    if (outcome.code !== null) seen.push('audit verify, exit 5')
    return { ...outcome, code: alarmed() ? 'log_forked' : outcome.code, seen }
  },
}

const rewritten: Attack = {
  name: 'log rewritten',
  tried: 'an export of the rewritten log, signed by the log key, to somebody who has the anchor',
  codes: ['log_forked'],
  without: [{
    check: 'what the anchor remembers is met on the way',
    file: 'shared/log/export.ts',
    find: 'if (forked.length > 0) {',
    put: 'if (false) {',
  }],
  async attempt(scene) {
    await witnessed(scene)
    await scene.stopAgent()
    await rewriteHistory(scene)
    return await verified(scene, await exported(scene, 'rewritten'), true)
  },
}

const truncated: Attack = {
  name: 'log truncated',
  tried: 'an export of another day, which ends before what agents have seen',
  codes: ['log_forked'],
  without: rewritten.without,
  async attempt(scene) {
    const file = await exported(scene, 'old')
    await addSecret(scene, 'of-today')
    await witnessed(scene)
    await scene.stopAgent()
    return await verified(scene, file, true)
  },
}

/** Leaves and checkpoint of an export. */
function partsOf(file: string) {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return { leaves: lines.slice(0, -1), note: JSON.parse(lines.at(-1) ?? '').checkpoint as string }
}

const altered: Attack = {
  name: 'log altered in its export',
  tried: 'an export with another entry under the genuine checkpoint',
  codes: ['export_altered'],
  without: [{
    check: "an export's entries are those that its checkpoint signs",
    file: 'shared/log/export.ts',
    find: '!equal(checkpoint.root, tree.root())) throw',
    put: 'false) throw',
  }],
  async attempt(scene) {
    const file = await exported(scene, 'altered')
    const { leaves, note } = partsOf(file)
    const changed = leaves.map((line) => line.replace('connection.created', 'connection.deleted'))
    writeFileSync(file, `${changed.join('\n')}\n${checkpointLine(note)}`)
    return await verified(scene, file, false)
  },
}

const wrongKey: Attack = {
  name: 'wrong log key',
  tried: 'an export whose checkpoint is signed by another key of the edge',
  codes: ['checkpoint_invalid'],
  without: [{
    check: 'a checkpoint is signed by the log key of the trust document',
    file: 'shared/log/checkpoint.ts',
    find: 'if (!parsed || !verifyNote(p, parsed, log)) throw',
    put: 'if (!parsed) throw',
  }],
  async attempt(scene) {
    const file = await exported(scene, 'wrong-key')
    const { leaves, note } = partsOf(file)
    const parsed = parseNote(note)
    const head = parsed && parseCheckpoint(parsed)
    if (!head) throw new Error('no checkpoint')
    const forged = signCheckpoint(primitives, {
      origin: logOrigin(scene.world.tenant),
      head,
      seed: newSeed(),
    })
    writeFileSync(file, `${leaves.join('\n')}\n${checkpointLine(forged)}`)
    return await verified(scene, file, false)
  },
}

const invented = 'nothing out of the ordinary'

const runLog: Attack = {
  name: 'log of a run forged',
  tried: "a log of the edge's own, sealed to the reader, under the key id of the pool",
  codes: ['signature_invalid'],
  without: [signatures],
  async attempt(scene) {
    const { world, proxy } = scene
    await scene.agent()
    const run = await startUnsigned(scene, 'tick')
    await world.endOf(run)
    await until(
      async () => (await world.api('GET', `/v1/runs/${run}/logs`)).body.data.length > 0,
      'its log',
      30,
    )
    const recipients = trustOf(scene).readers.map((one: Json) => ({
      suite: one.suite,
      publicKey: fromBase64(one.public),
    }))
    proxy.alter(({ path, body }) => {
      if (path.split('?')[0] !== `/v1/runs/${run}/logs`) return false
      for (const one of body.data) {
        const { plaintext, commitment } = commit(primitives, utf8(JSON.stringify({ lines: [invented] })))
        const { tenant, project, fence: version } = payloadOf(one.document)
        const context = { tenant, project, type: 'log', id: run, version, schema: schemas.log } as const
        one.sealed = toBase64(seal(primitives, { context, plaintext, recipients }))
        one.document = underSameId(one.document, (payload) => (payload.commitment = commitment))
      }
      return true
    })
    const ended = await world.person.call(['runs', 'logs', run, '--relayed', '--json'])
    const gained = ended.stdout.includes(invented) ? 'the forged log, shown to the reader' : null
    return { ...refusalIn(ended), gained }
  },
}

/** Changed, signed by the attacker, under the key id of who had signed it. */
function underSameId(document: Json, change: (payload: Json) => void): Json {
  const made = resigned(document, change, [newSeed()])
  const signatures = made.signatures.map((one, at) => ({ ...one, keyid: document.signatures[at].keyid }))
  return { ...made, signatures }
}

function newestIndex({ world }: Scene): { number: number; hash: string } {
  const [row] = edgeSql(
    world.edge.database,
    'select number, hash from project_index where project = ? order by number desc limit 1',
    [world.project],
  )
  return { number: Number(row?.['number']), hash: String(row?.['hash']) }
}

const receipt: Attack = {
  name: 'receipt forged',
  tried: 'a receipt that says an index is live, of an agent that is never shown it',
  codes: ['signature_invalid'],
  without: [signatures],
  async attempt(scene) {
    const { world, proxy } = scene
    await scene.agent()
    const genuine = await until(
      async () => (await world.api('GET', '/v1/receipts')).body.data[0],
      'a receipt',
      30,
    )
    await scene.stopAgent()
    proxy.alter(({ path, body }) => {
      if (path.startsWith('/v1/agents')) {
        for (const one of body.data) one.last_seen = new Date().toISOString()
        return true
      }
      if (!path.startsWith('/v1/receipts')) return false
      const forged = underSameId(genuine.receipt, (payload) => {
        payload.index = { [world.project]: newestIndex(scene) }
      })
      body.data = [{ ...genuine, receipt: forged }]
      return true
    })
    const file = join(scene.folder, 'person', 'announced.yaml')
    const { name, source, destination, streams } = pipelineText('announced')
    const text = `name: ${name}\nsource: ${source}\ndestination: ${destination}\nstreams:\n  - ${
      streams[0]
    }\n`
    writeFileSync(file, `sallyport: 1\n${text}`)
    const { stdout, stderr } = await world.person.call(['pipeline', 'apply', file, '--yes', '--wait', '5'])
    const gained = stdout.includes('It is live') ? 'publish says that the index is live' : null
    const seen = stdout.includes('Not yet confirmed') ? ['publish: not yet confirmed'] : []
    if (gained === null && seen.length === 0) throw new Error(stdout + stderr)
    return { code: gained === null ? 'signature_invalid' : null, seen, gained }
  },
}

export const logs: readonly Attack[] = [forked, rewritten, truncated, altered, wrongKey, runLog, receipt]
