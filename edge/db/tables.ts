/** Every table, as Kysely knows it. Times are milliseconds since 1970, flags 0 or 1. */
import type { KeyTables } from './key_tables.ts'
import type { AccessTables } from './people/access_tables.ts'
import type { AccountTables } from './people/account_tables.ts'
import type { ProviderTables } from './people/provider_tables.ts'
import type { FactorTables } from './people/factor_tables.ts'
import type { TenantTables } from './people/tenant_tables.ts'
import type { TokenTables } from './people/token_tables.ts'
import type { RoomTables } from './room_tables.ts'
import type { TriggerTables } from './trigger_tables.ts'

interface MigrationTable {
  version: number
  name: string
  digest: string
  applied: number
}

/** Holds nothing: a guard tries to insert NULL here when an expectation is not met. */
interface ExpectationTable {
  met: number
}

interface AuditLeafTable {
  tenant: string
  seq: number
  plan: string
  action: string
  time: number
  request: string | null
  bytes: Uint8Array
}

/** Personal data that a leaf names by hash only; deleting a row erases it and leaves the log verifiable. */
interface AuditNameTable {
  tenant: string
  plan: string
  field: string
  salt: Uint8Array
  value: string
  /** Whose name it is. */
  member: string | null
}

/** At most one row: made by setup. */
interface InstallationTable {
  id: number
  tenant: string
  created: number
}

interface ProjectTable {
  id: string
  tenant: string
  workspace: string
  name: string
  created: number
}

interface MemberTable {
  id: string
  tenant: string
  name: string
  kind: 'person' | 'service'
  /** Of the person, where they have one. */
  account: string | null
  state: 'invited' | 'active' | 'removed'
  operator: number
  created: number
  /** When everything personal about them went. */
  erased: number | null
}

export interface Tables
  extends
    RoomTables,
    KeyTables,
    AccessTables,
    FactorTables,
    AccountTables,
    ProviderTables,
    TenantTables,
    TokenTables,
    TriggerTables {
  migration: MigrationTable
  expectation: ExpectationTable
  audit_leaf: AuditLeafTable
  audit_name: AuditNameTable
  installation: InstallationTable
  project: ProjectTable
  member: MemberTable
}
