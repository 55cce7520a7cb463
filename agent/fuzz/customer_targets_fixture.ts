/** What stays with the customer: ring, floor, anchors, shares and copies for recovery. */
import { dirname } from 'node:path'
import { toBase64, utf8 } from '../../shared/bytes.ts'
import type { Target } from '../../shared/fuzz/target_fixture.ts'
import { ids, json, keys, p, trust } from '../../shared/fuzz/world_fixture.ts'
import type { Anchor, PipelineAnchor } from '../../shared/schemas/anchor.ts'
import type { Floor } from '../../shared/schemas/floor.ts'
import type { Ring } from '../../shared/schemas/ring.ts'
import { schemas } from '../../shared/seal/context.ts'
import { seal } from '../../shared/seal/envelope.ts'
import { keystoreAt } from '../keystore/keystore.ts'
import { openCopy, readCopy } from '../keystore/recovery_copy.ts'
import { parseShare, type Share, shareText } from '../keystore/recovery_share.ts'
import { readAnchor } from '../trust/anchor.ts'
import { readFloor } from '../trust/floor.ts'
import { readPipelineAnchor } from '../trust/pipeline_anchor.ts'
import { checkRing, loadRing, openingKeys } from '../trust/ring.ts'
import { storeAt } from '../trust/store.ts'
import { fileOf } from './scratch_fixture.ts'

const time = '2026-11-22T12:00:00.000Z'
const hash = 'a'.repeat(64)
const of = { tenant: ids.tenant, pool: 'default' }

const sealingOf = ({ entry, opening }: typeof keys.classic, state: 'active' | 'retiring') => ({
  kid: entry.kid,
  suite: entry.suite,
  private: toBase64(opening.privateKey),
  state,
  created: time,
})
const ring: Ring = {
  type: 'ring',
  ...of,
  pin: { tenant: ids.tenant, version: 1, hash },
  sealing: [sealingOf(keys.classic, 'active'), sealingOf(keys.hybrid, 'retiring')],
  pool_key: toBase64(keys.pool.seed),
  state_key: toBase64(p.randomBytes(32)),
  mask_key: toBase64(p.randomBytes(32)),
}
const floor: Floor = {
  type: 'floor',
  tenant: ids.tenant,
  trust: { version: 1, hash },
  index: { [ids.project]: { number: 4, hash } },
  deny: [keys.classic.entry.kid, ids.agent],
}
const anchor: Anchor = {
  type: 'anchor',
  ...of,
  generation: 7,
  lost: null,
  clock: time,
  trust: { version: 1, hash },
  index: { [ids.project]: { number: 4, hash } },
  pipelines: { [ids.pipeline]: { since: time, kept: true } },
  state: { [`token/${ids.source}`]: 'AAAA' },
  checkpoint: null,
  refused: { denied: { count: 1, first: { at: time, run: null }, last: { at: time, run: ids.run } } },
  refusals: [{ at: time, code: 'denied', run: ids.run }],
}
const pipelineAnchor: PipelineAnchor = {
  type: 'pipeline_anchor',
  ...of,
  pipeline: ids.pipeline,
  generation: 1_795_338_000_000,
  clock: time,
  fired: time,
  runs: [{
    id: ids.run,
    pipeline: ids.pipeline,
    trigger: 'schedule',
    day: '2026-11-22',
    attempts: 1,
    ended: { status: 'failed', code: 'internal' },
    until: time,
  }],
}

const objects: Target[] = [
  {
    name: 'ring',
    structure: 'json',
    seeds: [json(ring)],
    async take(input) {
      const read = await loadRing(keystoreAt(`file:${fileOf('ring.json', input)}`, {}))
      checkRing(read, trust)
      return openingKeys(read).map(({ suite }) => suite)
    },
  },
  {
    name: 'floor',
    structure: 'json',
    seeds: [json(floor)],
    take: (input) => readFloor(storeAt(`file:${fileOf('floor.json', input)}`, 'floor'), ids.tenant),
  },
  {
    name: 'anchor',
    structure: 'json',
    seeds: [json(anchor)],
    take: (input) => readAnchor(storeAt(`file:${fileOf('anchor.json', input)}`, 'anchor'), of),
  },
  {
    name: 'pipeline-anchor',
    structure: 'json',
    seeds: [json(pipelineAnchor)],
    take(input) {
      const object = fileOf(`of.d/pipeline-${ids.pipeline}.json`, input)
      const store = storeAt(`file:${dirname(dirname(object))}/of.json`, 'anchor')
      return readPipelineAnchor(store, { ...of, pipeline: ids.pipeline })
    },
  },
]

const share: Share = {
  tenant: ids.tenant,
  kid: keys.recovery.entry.kid,
  suite: 1,
  number: 2,
  shares: 3,
  threshold: 2,
  bytes: p.randomBytes(33),
}
const context = {
  tenant: ids.tenant,
  project: null,
  type: 'ring',
  id: 'default',
  version: 1,
  schema: schemas.ring,
} as const
const copyOf = (plaintext: Uint8Array) => ({
  type: 'sealed ring',
  ...of,
  kid: keys.recovery.entry.kid,
  suite: 1,
  written: time,
  sealed: toBase64(seal(p, { context, plaintext, recipients: [keys.recovery.recipient] })),
})
const open = (input: Uint8Array) =>
  openCopy(readCopy(fileOf('ring.sealed', input)), keys.recovery.opening.privateKey)

const recovery: Target[] = [
  {
    name: 'recovery-share',
    structure: 'text',
    seeds: [utf8(shareText(share))],
    take: (input) => parseShare(new TextDecoder().decode(input), 'the share'),
    authentic: true,
  },
  {
    name: 'recovery-copy',
    structure: 'json',
    seeds: [json(copyOf(json(ring)))],
    take: open,
    authentic: true,
  },
  {
    name: 'recovery-copy-body',
    structure: 'json',
    seeds: [json(ring)],
    take: (input) => open(json(copyOf(input))),
  },
]

export const customerTargets: readonly Target[] = [...objects, ...recovery]
