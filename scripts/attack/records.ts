/** Sealed records in another one's place, or with another header. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { concat, fromBase64, fromHex, toBase64, toHex } from '../../shared/bytes.ts'
import { encodeHeader, parseEnvelope } from '../../shared/seal/envelope_bytes.ts'
import { edgeSql } from '../e2e/edge_rows.ts'
import type { Json } from '../e2e/tampering_proxy.ts'
import { binaryAt } from '../e2e/binary.ts'
import { seedOf } from '../e2e/forge.ts'
import { mustSucceed } from '../e2e/world.ts'
import type { Attack } from './attack.ts'
import { atIndex, commitments, signatures } from './checks.ts'
import { alterJobs, bodyTo, forged, ownSealingKey, seenJob, trustOf } from './forge.ts'
import { homeFile, pipelineText } from './scene.ts'
import { refusalOf, rowsGained, rowsIn, unsigned } from './watch.ts'

const swapped: Attack = {
  name: 'record swapped',
  tried: "in the database, a pipeline's sealed part in another pipeline's row",
  codes: ['envelope_refused'],
  without: [{
    check: 'a record opens in its own place only',
    file: 'shared/seal/context.ts',
    find: 'return lengthPrefixed(...[tenant, project',
    put:
      "if (type === 'pipeline') return lengthPrefixed(utf8(type))\n  return lengthPrefixed(...[tenant, project",
  }, commitments],
  async attempt(scene) {
    const donor = await scene.world.applyPipeline(pipelineText('donor', { unsigned: true }))
    const mine = await scene.world.applyPipeline(pipelineText('mine', { unsigned: true }))
    edgeSql(
      scene.world.edge.database,
      `update pipeline_version set sealed = (select sealed from pipeline_version where id = ?) where id = ?`,
      [donor.id, mine.id],
    )
    const refusal = await refusalOf(scene, 'mine', unsigned(scene, 'mine'))
    return { ...refusal, gained: await rowsGained(scene.sql, 'public.donor', "another pipeline's table") }
  },
}

const headerMac = {
  check: "a record's header is the one that its sealer wrote",
  file: 'shared/seal/envelope.ts',
  find: "if (!equal(p.hmacSha256(headerKey, parts.header), parts.mac)) throw new Fault('envelope_refused')",
  put: '',
}

/** The envelope with other wraps, under the MAC of its own. */
function withWraps(envelope: string, change: (wraps: Json[]) => Json[]): string {
  const { suite, wraps, mac, body } = parseEnvelope(fromBase64(envelope))
  return toBase64(concat(encodeHeader(suite, change([...wraps])), mac, body))
}

const grafted: Attack = {
  name: 'record grafted',
  tried:
    "a wrap for the edge's own key in a genuine header, so that a record seems to be sealed to it as well",
  codes: ['envelope_refused'],
  without: [headerMac],
  async attempt(scene) {
    const kid = fromHex(ownSealingKey().kid)
    let accepted = ''
    alterJobs(scene, ({ pipeline }) => {
      pipeline.sealed = withWraps(pipeline.sealed, (wraps) => [...wraps, { ...wraps[0], kid }])
      accepted = pipeline.sealed
    })
    const refusal = await refusalOf(scene, 'tick', unsigned(scene, 'tick'))
    const rows = await rowsIn(scene.sql, 'public.tick')
    const named = parseEnvelope(fromBase64(accepted)).wraps.some((wrap) => toHex(wrap.kid) === toHex(kid))
    return { ...refusal, gained: rows && named ? 'a run of a record whose header nobody sealed' : null }
  },
}

const truncated: Attack = {
  name: 'record truncated',
  tried: "a header without the readers' wraps: what runs is what no reader can open",
  codes: ['envelope_refused'],
  without: [headerMac],
  async attempt(scene) {
    const readers: string[] = trustOf(scene).readers.map((one: Json) => one.kid)
    let cut = 0
    alterJobs(scene, ({ pipeline }) => {
      pipeline.sealed = withWraps(pipeline.sealed, (wraps) => {
        const left = wraps.filter((wrap) => !readers.includes(toHex(wrap.kid)))
        cut = wraps.length - left.length
        return left
      })
    })
    const refusal = await refusalOf(scene, 'tick', unsigned(scene, 'tick'))
    const rows = await rowsIn(scene.sql, 'public.tick')
    return {
      ...refusal,
      gained: rows && cut > 0 ? `a run of a record that ${cut} of its readers cannot open` : null,
    }
  },
}

const otherTenant: Attack = {
  name: "another tenant's record",
  tried:
    'a pipeline of a tenant that the operator has on the same edge, sealed to keys that everybody may know',
  codes: ['signature_invalid'],
  without: [signatures, {
    check: "a document is of the reader's own tenant and project",
    file: 'shared/trust/authority.ts',
    find: 'if (signed.document.tenant !== trust.tenant || signed.document.project !== project) {',
    put: 'if (false) {',
  }, atIndex],
  async attempt(scene) {
    const { world, folder } = scene
    const other = binaryAt(world.person.path, join(folder, 'person', 'other'))
    const making = ['init', '--url', world.url, '--token-file', homeFile(scene, 'token')]
    const { tenant } = mustSucceed(
      await other.call([...making, '--tenant', 'Other', '--person', 'Mallory', '--json']),
      'init',
    ).value
    const seed = seedOf(join(other.home, 'keys', 'signer.json'))
    const change = (payload: Json) => (payload.tenant = tenant)
    alterJobs(scene, (job) => {
      job.pipeline = forged(scene, job.pipeline, {
        type: 'pipeline',
        body: bodyTo('public.stolen'),
        change,
        seed,
      })
    })
    const refusal = await refusalOf(scene, 'tick', unsigned(scene, 'tick'))
    return { ...refusal, gained: await rowsGained(scene.sql, 'public.stolen', "the other tenant's table") }
  },
}

const mixed: Attack = {
  name: 'mixed versions',
  tried: "today's pipeline with yesterday's connection, to a place that was given up since",
  codes: ['not_at_index'],
  without: [atIndex],
  async attempt(scene) {
    const place = (name: string) => join(scene.folder, 'out', name)
    const at = (name: string) => `{ type: files, path: "${place(name)}", format: csv }`
    await scene.world.addConnection('moving', at('old'))
    await scene.world.applyPipeline(
      pipelineText('mixed', { destination: 'moving', to: 'people.csv', unsigned: true }),
    )
    const { connections } = await seenJob(scene, 'mixed')
    await scene.world.addConnection('moving', at('new'))
    const old = join(place('old'), 'people.csv')
    const there = existsSync(old)
    await Bun.file(old).delete()
    alterJobs(scene, (job) => (job.connections = connections))
    const refusal = await refusalOf(scene, 'mixed', unsigned(scene, 'mixed'))
    return { ...refusal, gained: there && existsSync(old) ? 'the file in the place that was given up' : null }
  },
}

export const records: readonly Attack[] = [swapped, grafted, truncated, otherTenant, mixed]
