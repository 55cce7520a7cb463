/** The tables of the room access: roles, groups, bindings, approvals. */

interface BindingTable {
  id: string
  tenant: string
  /** A binding is of a member or of a group. */
  member: string | null
  member_group: string | null
  /** The name of a built-in role, or the id of a custom one. */
  role: string
  level: 'tenant' | 'workspace' | 'project'
  /** Of the workspace or project. */
  place: string | null
  created: number
}

interface MemberGroupTable {
  id: string
  tenant: string
  name: string
  created: number
}

interface GroupMemberTable {
  tenant: string
  member_group: string
  member: string
  created: number
}

interface CustomRoleTable {
  id: string
  tenant: string
  name: string
  /** JSON array of permissions. */
  permissions: string
  created: number
  updated: number
}

interface ApprovalTable {
  id: string
  tenant: string
  kind: 'keys' | 'deletion' | 'rules'
  operation: string
  /** SHA-256 of method, path and body in hex. */
  request: string
  asked_by: string
  created: number
  expires: number
  decided_by: string | null
  decided: number | null
  state: 'waiting' | 'approved' | 'refused' | 'used'
}

export interface AccessTables {
  binding: BindingTable
  member_group: MemberGroupTable
  group_member: GroupMemberTable
  custom_role: CustomRoleTable
  approval: ApprovalTable
}
