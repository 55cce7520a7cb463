/** The tables of tenants themselves: what they are called, how they end, and who is invited. */
import type { Generated } from 'kysely'
import type { QuotaName } from '../../../shared/schemas/operated_tenant.ts'

interface TenantTable {
  id: string
  name: string
  log_key: Uint8Array
  log_key_sealed: string
  created: number
  /** The log key that a trust document may name next. */
  next_log_key: Uint8Array | null
  next_log_key_sealed: string | null
  next_log_key_created: number | null
  /** When its deletion was asked for. */
  closing: number | null
  /** When it will be carried out. */
  erase_at: number | null
  /** When that began: there is no way back. */
  erasing: number | null
  /** When everything but this row was gone. */
  erased: number | null
  /** Since when the operator keeps its members and agents out. */
  suspended: number | null
  /** Changes with every write to what members' rights follow from; the database itself sees to it. */
  rights: Generated<string>
}

/** What is left of a tenant: its id, and the end of its log. */
interface ErasedTenantTable {
  id: string
  erased: number
  log_key: Uint8Array
  size: number
  checkpoint: string
}

interface WorkspaceTable {
  id: string
  tenant: string
  name: string
  created: number
  environment: 'development' | 'staging' | 'production' | 'other'
}

/** One a member, the newest. */
interface InvitationTable {
  tenant: string
  member: string
  hash: string
  /** To become that member, or to make one who is there an account's. */
  kind: 'join' | 'link'
  inviter: string | null
  /** Whose mailbox the secret went to: then nobody else has seen it. */
  email: string | null
  email_key: string | null
  created: number
  expires: number
  accepted: number | null
}

interface QuotaTable {
  tenant: string
  what: QuotaName
  most: number
  /** Of `used`; empty before anything was. */
  day: string
  used: number
}

export interface TenantTables {
  quota: QuotaTable
  tenant: TenantTable
  erased_tenant: ErasedTenantTable
  workspace: WorkspaceTable
  invitation: InvitationTable
}
