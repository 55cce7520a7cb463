/** For every operation of the room access a request that succeeds. */
import { defaultRules } from '../../shared/schemas/tenant_rules.ts'
import { colleague } from '../colleague_fixture.ts'
import type { Answers, Operation } from '../operations_fixture.ts'
import { ids, member, type World } from '../world_fixture.ts'

const role = (answers: Answers) => ({ params: { id: answers.createRole.id } })
const group = (answers: Answers) => ({ params: { id: answers.createGroup.id } })
const inGroup = (answers: Answers) => ({
  params: { id: answers.createGroup.id, member: answers.newcomer },
})

/** What the tenant wants two people for. */
async function wantTwo(world: World, deletion: boolean): Promise<void> {
  const rules = JSON.stringify({ ...defaultRules, approvals: { keys: false, deletion } })
  const sql = 'INSERT INTO tenant_rules (tenant, rules, updated) VALUES (?, ?, 0) ' +
    'ON CONFLICT (tenant) DO UPDATE SET rules = excluded.rules'
  const steps = [{ sql, parameters: [ids.tenant, rules], reads: false }]
  await world.storage.write({ id: '', steps, leaf: null, repeatable: false })
}

/** A request of the owner that waits for somebody else, and that somebody. */
async function waiting(world: World, answers: Answers): Promise<void> {
  await wantTwo(world, true)
  const asked = `DELETE /v1/pipelines/${answers.waiting ?? ids.pipeline}`
  answers.waiting = (await world.call(world.admin, asked)).json.approval
  await wantTwo(world, false)
  answers.officer ??= (await colleague(world, 'security_officer')).caller
}

export const accessOperations: readonly Operation[] = [
  { id: 'listRoles', request: () => ({}) },
  {
    id: 'createRole',
    request: () => ({ body: { name: 'Runner', permissions: ['runs.read', 'runs.write'] } }),
  },
  { id: 'changeRole', request: (answers) => ({ ...role(answers), body: { permissions: ['runs.read'] } }) },
  { id: 'createGroup', request: () => ({ body: { name: 'Marketing' } }) },
  { id: 'listGroups', request: () => ({}) },
  {
    id: 'addGroupMember',
    prepare: async (world, answers) => {
      const caller = await member(world, world.admin, 'viewer')
      answers.newcomer = (await world.call(caller, 'GET /v1/whoami')).json.member
    },
    request: inGroup,
  },
  { id: 'listGroupMembers', request: group },
  {
    id: 'createBinding',
    request: (answers) => ({
      body: { group: answers.createGroup.id, role: 'editor', level: 'project', place: ids.project },
    }),
  },
  { id: 'listBindings', request: (answers) => ({ query: { group: answers.createGroup.id } }) },
  {
    id: 'explainAccess',
    request: (answers) => ({
      query: { member: answers.newcomer, permission: 'runs.write', project: ids.project },
    }),
  },
  { id: 'deleteBinding', request: (answers) => ({ params: { id: answers.createBinding.id } }) },
  { id: 'removeGroupMember', request: inGroup },
  { id: 'deleteGroup', request: group },
  { id: 'deleteRole', request: role },
  { id: 'listApprovals', prepare: waiting, request: () => ({}) },
  { id: 'getApproval', request: (answers) => ({ params: { id: answers.waiting } }) },
  {
    id: 'approveRequest',
    request: (answers) => ({ params: { id: answers.waiting }, as: answers.officer }),
  },
  {
    id: 'refuseRequest',
    prepare: waiting,
    request: (answers) => ({ params: { id: answers.waiting } }),
  },
]
