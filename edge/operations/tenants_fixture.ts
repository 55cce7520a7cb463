/** Requests of the room tenants, beside those that others build on. */
import type { Caller } from '../edge_fixture.ts'
import type { Operation } from '../operations_fixture.ts'
import { person } from '../tenants/account_fixture.ts'
import { ids, member, type World } from '../world_fixture.ts'

async function invite(world: World, name: string) {
  return (await world.call(world.admin, 'POST /v1/members', { body: { name, role: 'viewer' } })).json
}

async function memberOf(world: World, caller: Caller): Promise<string> {
  return (await world.call(caller, 'GET /v1/whoami')).json.member
}

async function set(world: World, sql: string, ...parameters: unknown[]): Promise<void> {
  await world.storage.write({
    id: '',
    steps: [{ sql, parameters, reads: false }],
    leaf: null,
    repeatable: false,
  })
}

/** The examples' tenant runs the installation, and so could not be deleted. */
async function setUpWith(world: World, tenant: string): Promise<void> {
  await set(world, 'UPDATE installation SET tenant = ?', tenant)
}

export const tenantOperations: readonly Operation[] = [
  { id: 'changeTenant', request: () => ({ body: { name: 'Acme Ltd' } }) },
  {
    id: 'changeWorkspace',
    request: (answers) => ({
      params: { id: answers.createWorkspace.id },
      body: { name: 'adverts', environment: 'production' },
    }),
  },
  { id: 'removeProject', request: (answers) => ({ params: { id: answers.createProject.id } }) },
  { id: 'removeWorkspace', request: (answers) => ({ params: { id: answers.createWorkspace.id } }) },
  {
    id: 'inviteAgain',
    prepare: async (world, answers) => {
      answers.again = await invite(world, 'Hedy')
    },
    request: (answers) => ({ params: { id: answers.again.member.id }, body: {} }),
  },
  { id: 'listInvitations', request: () => ({ query: { limit: '1' } }) },
  {
    id: 'lookAtInvitation',
    request: (answers) => ({ body: { invitation: answers.inviteAgain.invitation } }),
  },
  {
    id: 'joinTenant',
    prepare: async (world, answers) => {
      answers.hedy = await person(world, 'hedy@example.com')
    },
    request: (answers) => ({
      as: answers.hedy.caller,
      body: { invitation: answers.inviteAgain.invitation },
    }),
  },
  {
    id: 'registerByInvitation',
    prepare: async (world, answers) => {
      await world.call(world.admin, 'POST /v1/members', {
        body: { name: 'Lise', role: 'viewer', email: 'lise@example.com' },
      })
      await world.edge.housekeep()
      answers.mailed = /#(sp_inv_[0-9A-Za-z]+)/.exec(world.mails.at(-1)?.text ?? '')?.[1]
    },
    request: (answers) => ({
      body: { invitation: answers.mailed, name: 'Lise Meitner', password: 'gravel-otter-sundial' },
    }),
  },
  { id: 'listOwnTenants', request: (answers) => ({ as: answers.hedy.caller }) },
  {
    id: 'leaveTenantOf',
    prepare: async (world, answers) => {
      answers.nobodyThere = await person(world, 'nobody@example.com')
    },
    request: (answers) => ({
      as: answers.hedy.caller,
      params: { id: ids.tenant },
      stranger: answers.nobodyThere.caller,
    }),
  },
  {
    id: 'leaveTenant',
    prepare: async (world, answers) => {
      answers.leaver = await member(world, world.admin, 'viewer')
    },
    request: (answers) => ({ as: answers.leaver }),
  },
  {
    id: 'revokeInvitation',
    prepare: async (world, answers) => {
      answers.unwanted = await invite(world, 'Trudy')
    },
    request: (answers) => ({ params: { id: answers.unwanted.member.id } }),
  },
  {
    id: 'transferOwner',
    prepare: async (world, answers) => {
      answers.secondOwner = await member(world, world.admin, 'owner')
      answers.heir = await memberOf(world, await member(world, world.admin, 'editor'))
    },
    request: (answers) => ({ as: answers.secondOwner, body: { member: answers.heir } }),
  },
  { id: 'exportTenant', request: () => ({}) },
  { id: 'listTenants', request: () => ({ query: { limit: '1' } }) },
  {
    id: 'suspendTenant',
    prepare: async (world) => {
      const body = { tenant: { id: third, name: 'Third' }, person: { name: 'Olivia' } }
      await world.call(world.admin, 'POST /v1/tenants', { body })
    },
    request: () => ({ body: { tenant: third } }),
  },
  { id: 'resumeTenant', request: () => ({ body: { tenant: third } }) },
  {
    id: 'setTenantQuotas',
    // Of the examples' tenant: an erasure has to find them.
    request: () => ({ body: { tenant: ids.tenant, quotas: { members: 1000, pipelines: 1000 } } }),
  },
  {
    id: 'getErasedTenant',
    prepare: async (world) => {
      const values = "VALUES (?, 1, zeroblob(32), 1, 'a note')"
      await set(world, `INSERT INTO erased_tenant (id, erased, log_key, size, checkpoint) ${values}`, gone)
    },
    request: () => ({ query: { tenant: gone } }),
  },
  {
    id: 'exportErasedAudit',
    prepare: (world) => set(world, 'UPDATE erased_tenant SET size = 0 WHERE id = ?', gone),
    request: () => ({ query: { tenant: gone } }),
  },
]

const third = '0193509f-6e00-7000-8000-0000000000ab'
const gone = '0193509f-6e00-7000-8000-0000000000aa'

/** The last ones: nothing runs after the first. */
export const lastOperations: readonly Operation[] = [
  {
    id: 'deleteTenant',
    prepare: (world) => setUpWith(world, world.otherTenant),
    request: () => ({ body: { name: 'Acme Ltd' } }),
  },
  { id: 'restoreTenant', request: () => ({}) },
]
