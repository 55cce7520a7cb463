/** The tables of the room keys, and of the envelopes that other rooms keep. */
import type { RewrapType } from '../../shared/schemas/rewrap.ts'
import type { Generated } from 'kysely'

interface SealedGroupTable {
  id: Generated<number>
  tenant: string
  /** `Audience` as JSON. */
  audience: string
  /** `1:<kid>,<kid>`. */
  sealed_to: string
  /** Kept by triggers. */
  records: number
}

interface SealedRecordTable {
  tenant: string
  type: RewrapType
  id: string
  version: number
  project: string | null
  grp: number
  hash: string
  bytes: number
  batch: string | null
  refused: string | null
  tries: number
}

interface RewrapTable {
  tenant: string
  id: string
  state: 'running' | 'paused' | 'done'
  done: number
  refused: number
  created: number
  finished: number | null
}

interface RewrapBatchTable {
  tenant: string
  id: string
  rewrap: string
  agent: string
  fence: number
  until: number
  state: 'open' | 'done' | 'lost'
  done: number
  refused: number
  later: number
}

interface SealingKeyTable {
  tenant: string
  kid: string
  since: number
  version: number
}

interface PossessionTable {
  tenant: string
  kid: string
  agent: string
  proven: number
}

interface ReceiptTable {
  tenant: string
  agent: string
  pool: string
  document: string
  trust_version: number
  trust_hash: string
  issued: number
  received: number
}

export interface KeyTables {
  sealed_group: SealedGroupTable
  sealed_record: SealedRecordTable
  rewrap: RewrapTable
  rewrap_batch: RewrapBatchTable
  sealing_key: SealingKeyTable
  possession: PossessionTable
  receipt: ReceiptTable
}
