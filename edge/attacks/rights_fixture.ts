/** Attacks on what somebody may: kept, taken, given and found at others. */
import { enrolled } from '../agents/duties_fixture.ts'
import { colleague, withAccount } from '../colleague_fixture.ts'
import { bearer, type Caller } from '../edge_fixture.ts'
import { defaultRules } from '../../shared/schemas/tenant_rules.ts'
import { putRules } from '../auth/rules/store.ts'
import { run } from '../auth/devices/people_fixture.ts'
import { person as stranger } from '../tenants/account_fixture.ts'
import { ids, member, withConnection, type World, world } from '../world_fixture.ts'
import { answered, type Attack, codeOf, ended } from './attack_fixture.ts'

const denied = { entry: 'access.denied_in_a_row' } as const

const memberId = async (edge: World, caller: Caller) =>
  (await edge.call(caller, 'GET /v1/whoami')).json.member as string

/** As often as it takes to stand out; the last answer. */
async function insist(edge: World, caller: Caller, target: string, body?: unknown) {
  const call = body === undefined ? {} : { body }
  let answer = await edge.call(caller, target, call)
  for (let i = 1; i < 10 && answer.status === 403; i++) answer = await edge.call(caller, target, call)
  return answer
}

const demoted: Attack = {
  name: 'rights kept after demotion',
  tried: 'an administrator who has become a viewer goes on with the token of before',
  code: 'forbidden',
  leaves: denied,
  without: [{
    check: 'what a member may is computed anew when something was given or taken since',
    file: 'edge/access/grantor.ts',
    find: 'if (kept?.rights === rights && kept.operator === operator) return kept.grants',
    put: 'if (kept !== undefined) return kept.grants',
  }],
  async attempt() {
    await using edge = await world()
    const admin = await member(edge, edge.admin, 'admin')
    const id = await memberId(edge, admin)
    await edge.call(edge.admin, `PATCH /v1/members/${id}`, { body: { role: 'viewer' } })
    const answer = await insist(edge, admin, 'POST /v1/workspaces', { name: 'mine' })
    return await answered(edge, answer, 'a workspace')
  },
}

const removed: Attack = {
  name: 'token kept after removal',
  tried: 'somebody who was removed goes on with the token that they had made',
  code: 'unauthenticated',
  leaves: { refused: 'whoami' },
  without: [{
    check: 'a removed member has no token',
    file: 'edge/tenants/own_store.ts',
    find: '    revokeTokensOf(tenant, id, now),\n',
    put: '',
  }, {
    check: 'a token counts while its member is active',
    file: 'edge/auth/store.ts',
    find: "m.state = 'active' AND (m.account IS NULL",
    put: '(m.account IS NULL',
  }],
  async attempt() {
    await using edge = await world()
    const id = await memberId(edge, edge.editor)
    await edge.call(edge.admin, `DELETE /v1/members/${id}`)
    const answer = await edge.call(edge.editor, 'GET /v1/whoami')
    return await answered(edge, answer, 'a place in the tenant')
  },
}

const invitation: Attack = {
  name: 'invitation reuse',
  tried: 'an invitation out of a chat is accepted once more, for a token as that member',
  code: 'unauthenticated',
  leaves: { refused: 'acceptInvitation' },
  without: [{
    check: 'an invitation that was accepted is not found',
    file: 'edge/tenants/invitation_store.ts',
    find:
      ".where('hash', '=', hash).where('accepted', 'is', null).where('expires', '>', now).executeTakeFirst()",
    put: ".where('hash', '=', hash).where('expires', '>', now).executeTakeFirst()",
  }, {
    check: 'it is for a member who is not there yet',
    file: 'edge/tenants/invitation_store.ts',
    find: "const there = row.kind === 'join' ? row.state === 'invited' :",
    put: "const there = row.kind === 'join' ? true :",
  }, {
    check: 'it is used up, by compare-and-set',
    file: 'edge/tenants/invitation_store.ts',
    find:
      ".where('hash', '=', hash).where('accepted', 'is', null).where('expires', '>', now)\n  return step(",
    put: ".where('hash', '=', hash).where('expires', '>', now)\n  return step(",
  }, {
    check: 'a member becomes one once',
    file: 'edge/tenants/invitation_store.ts',
    find: ".where('id', '=', id).where('state', '=', 'invited')",
    put: ".where('id', '=', id)",
  }],
  async attempt() {
    await using edge = await world()
    const { json } = await edge.call(edge.admin, 'POST /v1/members', {
      body: { name: 'Grace', role: 'editor' },
    })
    const accept = () => edge.call(bearer(json.invitation), 'POST /v1/invitations/accept')
    await accept()
    const answer = await accept()
    return await answered(edge, answer, 'a token of the member')
  },
}

const another: Attack = {
  name: 'invitation for another address',
  tried: 'an invitation that was mailed to somebody is accepted by the account of who got hold of it',
  code: 'forbidden',
  leaves: { refused: 'joinTenant' },
  without: [{
    check: 'an invitation with an address is for who has proven to have it',
    file: 'edge/tenants/invitations.ts',
    find: 'if (!await mayAccept(db, account, row)) {',
    put: 'if (false) {',
  }],
  async attempt() {
    await using edge = await world()
    const email = 'grace@example.com'
    await edge.call(edge.admin, 'POST /v1/members', { body: { name: 'Grace', role: 'editor', email } })
    await edge.edge.housekeep()
    const [secret] = /sp_inv_[0-9A-Za-z]+/.exec(edge.mails.at(-1)?.text ?? '') ?? []
    const mallory = await stranger(edge, 'mallory@example.com')
    const body = { invitation: secret }
    const answer = await edge.call(mallory.caller, 'POST /v1/invitations/join', { body })
    return await answered(edge, answer, 'the place of somebody else')
  },
}

const given: Attack = {
  name: 'role beyond one’s own',
  tried: 'an administrator makes an owner of a friend',
  code: 'forbidden',
  leaves: denied,
  without: [{
    check: 'nobody gives what they do not hold',
    file: 'edge/access/rights.ts',
    find: 'if (!given.every((permission) => grants.allows(permission, at))) return false',
    put: '',
  }],
  async attempt() {
    await using edge = await world()
    const admin = await member(edge, edge.admin, 'admin')
    const body = { member: await memberId(edge, edge.viewer), role: 'owner', level: 'tenant' }
    const answer = await insist(edge, admin, 'POST /v1/bindings', body)
    return await answered(edge, answer, 'an owner')
  },
}

const assigned: Attack = {
  name: 'mass assignment of an invitation',
  tried: 'an invitation is made that says besides that its member is the operator of the installation',
  code: 'invalid_request',
  leaves: { refused: 'inviteMember' },
  without: [{
    check: 'a body holds what its schema names',
    file: 'shared/schemas/member.ts',
    find: 'export const NewMember = z.strictObject({',
    put: 'export const NewMember = z.looseObject({',
  }, {
    check: 'a row is made of the fields that are named',
    file: 'edge/tenants/members.ts',
    find: '...insertMember(row, null),',
    put: '...insertMember({ ...row, ...((body as { operator?: 1 }).operator && { operator: 1 }) }, null),',
  }],
  async attempt() {
    await using edge = await world()
    const body = { name: 'Mallory', role: 'viewer', operator: 1 }
    const answer = await edge.call(edge.admin, 'POST /v1/members', { body })
    const sql = 'SELECT count(*) AS n FROM member WHERE operator = 1'
    const [row] = await edge.storage.read({ sql, parameters: [], reads: true })
    return await ended(edge, { code: codeOf(answer), gained: row?.n === 1 ? null : 'another operator' })
  },
}

const foreign: Attack = {
  name: "another tenant's id",
  tried: 'a member of one tenant names the connection of another by its id',
  code: 'not_found',
  leaves: { refused: 'getConnection' },
  without: [{
    check: 'a query names the tenant of who asks',
    file: 'edge/connections/store.ts',
    find: ".on('v.tenant', '=', tenant),\n  )\n",
    put: ".onRef('v.tenant', '=', 'c.tenant'),\n  )\n",
  }, {
    check: 'and so does its condition',
    file: 'edge/connections/store.ts',
    find:
      ".where('c.tenant', '=', tenant).where('c.id', '=', id).where('c.deleted', 'is', null).executeTakeFirst()",
    put: ".where('c.id', '=', id).where('c.deleted', 'is', null).executeTakeFirst()",
  }, {
    check: 'a statement that no tenant binds is not run',
    file: 'edge/db/database.ts',
    find: 'if (this.#tenant !== null) checkTenant(query, this.#tenant)',
    put: '',
  }],
  async attempt() {
    await using edge = await connected()
    const answer = await edge.call(edge.stranger, `GET /v1/connections/${ids.source}`)
    return await answered(edge, answer, 'the connection')
  },
}

/** The examples' tenant with a trust document and a connection. */
async function connected(): Promise<World> {
  const edge = await world()
  await withConnection(edge)
  return edge
}

/** A tenant that wants two people; the owner has asked for the deletion of a connection. */
async function twoPeople(edge: World) {
  const rules = { ...defaultRules, approvals: { keys: true, deletion: true } }
  await run(edge, [putRules(ids.tenant, rules, edge.clock.now)].flat())
  const remove = (approval?: string) =>
    edge.call(edge.admin, `DELETE /v1/connections/${ids.source}`, {
      headers: approval === undefined ? {} : { approval },
    })
  return { remove, approval: (await remove()).json.approval as string }
}

/** The yes to that deletion by whoever this is, who is no other person. */
async function approvesIt(by: (edge: World) => Promise<Caller> | Caller) {
  await using edge = await connected()
  const caller = await by(edge)
  const { remove, approval } = await twoPeople(edge)
  const answer = await insist(edge, caller, `POST /v1/approvals/${approval}/approve`)
  const gone = (await remove(approval)).status === 200
  return await ended(edge, { code: codeOf(answer), gained: gone ? 'the deletion, by one person' : null })
}

const alone: Attack = {
  name: 'two-person rule skipped',
  tried: 'who asks for a deletion approves it themselves',
  code: 'separation_of_duties',
  leaves: denied,
  without: [{
    check: 'nobody approves their own request',
    file: 'edge/access/approval_routes.ts',
    find: 'if (yes) await checkApprover(db, { principal, row, now })',
    put: '',
  }],
  attempt: () => approvesIt((edge) => edge.admin),
}

const oneself: Attack = {
  name: 'two-person rule with a second place',
  tried:
    'who asks for a deletion has let themselves in once more, and approves it with that member’s API token',
  code: 'separation_of_duties',
  leaves: denied,
  without: [{
    check: 'nobody approves by an API token',
    file: 'edge/access/approver.ts',
    find: '  if (!inPerson) {',
    put: '  if (false) {',
  }, {
    check: 'nor without an account',
    file: 'edge/access/approver.ts',
    find: "if (one.kind !== 'person' || one.account === null) {",
    put: "if (one.kind !== 'person') {",
  }, {
    check: 'nor as a place that who asked may have made',
    file: 'edge/access/approver.ts',
    find: '  if (!areTwo(one, asker, now)) {',
    put: '  if (false) {',
  }],
  attempt: () => approvesIt((edge) => member(edge, edge.admin, 'admin')),
}

const twice: Attack = {
  name: 'two-person rule with a second account',
  tried: 'who asks for a deletion has let another account of theirs in, and approves it in a browser',
  code: 'separation_of_duties',
  leaves: denied,
  without: [{
    check: 'who was let in by who asked waits for a day',
    file: 'edge/access/persons.ts',
    find: '  return now - (unknown ? one.created : hereSince(one)) < SETTLED_MS',
    put: '  return false',
  }],
  attempt: () => approvesIt(async (edge) => withAccount(edge, await member(edge, edge.admin, 'admin'))),
}

const swapped: Attack = {
  name: 'approval used for another request',
  tried: 'what was approved is exchanged: the yes to a deletion stands in for new log keys',
  code: 'approval_required',
  leaves: { entry: 'approval.requested' },
  without: [{
    check: 'an approval is for the request that was shown',
    file: 'edge/access/approvals.ts',
    find: 'row !== null && row.request === request && row.asked_by === member',
    put: 'row !== null && row.asked_by === member',
  }],
  async attempt() {
    await using edge = await connected()
    const { approval } = await twoPeople(edge)
    const { caller: officer } = await colleague(edge, 'security_officer')
    await edge.call(officer, `POST /v1/approvals/${approval}/approve`)
    const answer = await edge.call(edge.admin, 'POST /v1/log-keys', { headers: { approval } })
    return await answered(edge, answer, 'a log key')
  },
}

const ownAgent: Attack = {
  name: 'own agent approved',
  tried: 'who made the enrolment token approves the machine that used it, though another person could',
  code: 'separation_of_duties',
  leaves: { entry: 'agent.approval_refused' },
  without: [{
    check: 'another person approves an agent than who let it ask',
    file: 'edge/agents/duties.ts',
    find: "  throw new Fault('separation_of_duties')",
    put: '',
  }],
  async attempt() {
    await using edge = await world()
    await colleague(edge, 'agent_operator')
    const { id, fingerprint } = await enrolled(edge, edge.admin)
    const answer = await edge.call(edge.admin, `POST /v1/agents/${id}/approve`, { body: { fingerprint } })
    return await answered(edge, answer, 'an approved agent')
  },
}

const ownAgentAgain: Attack = {
  name: 'own agent approved from a second place',
  tried: 'who made the enrolment token has let themselves in once more, and approves as that member',
  code: 'separation_of_duties',
  leaves: { entry: 'agent.approval_refused' },
  without: [{
    check: 'a member that may be the same person is not another one',
    file: 'edge/agents/duties.ts',
    find: 'one !== null && areTwo(one, made, options.clock()) ?',
    put: 'one !== null && one.id !== made.id ?',
  }],
  async attempt() {
    await using edge = await world()
    await colleague(edge, 'agent_operator')
    const again = await member(edge, edge.admin, 'agent_operator')
    const { id, fingerprint } = await enrolled(edge, edge.admin)
    const answer = await edge.call(again, `POST /v1/agents/${id}/approve`, { body: { fingerprint } })
    return await answered(edge, answer, 'an approved agent')
  },
}

export const rights: readonly Attack[] = [
  demoted,
  removed,
  invitation,
  another,
  given,
  assigned,
  foreign,
  alone,
  oneself,
  twice,
  swapped,
  ownAgent,
  ownAgentAgain,
]
