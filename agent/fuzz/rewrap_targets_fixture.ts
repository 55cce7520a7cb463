/** Records that the edge asks to be passed on: whatever it writes around them, what comes out is what was sealed. */
import { fromUtf8, toBase64 } from '../../shared/bytes.ts'
import { valueOf } from '../../shared/fuzz/sealed_targets_fixture.ts'
import type { Target } from '../../shared/fuzz/target_fixture.ts'
import { documents, ids, json, keys, p, signed, trust } from '../../shared/fuzz/world_fixture.ts'
import { judge } from '../../shared/judge.ts'
import { RewrapRecord } from '../../shared/schemas/rewrap.ts'
import { type Context, schemas } from '../../shared/seal/context.ts'
import { describeEnvelope, open, seal } from '../../shared/seal/envelope.ts'
import { commit, uncommit } from '../../shared/seal/record.ts'
import type { Footing } from '../trust/footing.ts'
import { passOn, type Standing } from '../worker/rewrap_record.ts'

const body = json({
  config: { url: 'postgres://etl:s3cret@db.example/shop' },
  pools: documents.connection.pools,
})
const { plaintext, commitment } = commit(p, body)
const context: Context = {
  tenant: ids.tenant,
  project: ids.project,
  type: 'connection',
  id: ids.source,
  version: 3,
  schema: schemas.connection,
}
const { dsse, hash } = signed('connection', { ...documents.connection, commitment })
/** Lists the version at its hash. */
const entry = { kind: 'connection', name: 'shop', version: 3, hash } as const
const index = { ...documents.index, entries: { [ids.source]: entry } }

/** Sealed to a key too many, and in the suite of before: both have to be passed on. */
const before = [[keys.classic, keys.reader], [keys.hybrid]].map((pairs) => ({
  type: 'connection',
  id: ids.source,
  version: 3,
  project: ids.project,
  document: dsse,
  sealed: toBase64(
    seal(p, { context, plaintext, recipients: pairs.map(({ recipient }) => recipient) }),
  ),
}))

const standing: Standing = {
  footing: {
    ring: { tenant: ids.tenant, pool: 'default' },
    chain: { document: trust, versions: [] },
    floor: null,
  } as unknown as Footing,
  keys: [keys.classic.opening, keys.hybrid.opening],
  indexes: new Map([[ids.project, index]]),
}

export const rewrapTargets: readonly Target[] = [{
  name: 'rewrap-record',
  structure: 'json',
  seeds: before.map(json),
  take(input) {
    const record = judge(RewrapRecord, valueOf(input))
    if (!record.success) return null
    const envelope = passOn(record.data, standing)
    const opened = open(p, { context, envelope, keys: [keys.classic.opening] })
    return [fromUtf8(uncommit(p, { plaintext: opened, commitment })), describeEnvelope(envelope)]
  },
  authentic: true,
}]
