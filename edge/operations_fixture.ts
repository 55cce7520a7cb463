/** For every operation a request that succeeds, in an order in which each finds what it needs. */
import {
  ids,
  joiningKey,
  sealed,
  sealedToBoth,
  sealedToReader,
  sealingKid,
  signedCatalogue,
  signedConnection,
  signedEnrolment,
  signedInspection,
  signedLog,
  signedPipeline,
  signedReceipt,
  signedRedrive,
  signedRequest,
  signedTrust,
} from './trust/examples.ts'
import { accountOperations } from './operations/accounts_fixture.ts'
import { accessOperations } from './operations/access_fixture.ts'
import { lastOperations, tenantOperations } from './operations/tenants_fixture.ts'
import { factorOperations } from './operations/factors_fixture.ts'
import { deviceOperations, tokenOperations } from './operations/devices_fixture.ts'
import { webhookOperations } from './operations/webhooks_fixture.ts'
import { providerOperations } from './operations/providers_fixture.ts'
import { bearer, type Call, type Caller, PUBLIC_URL } from './edge_fixture.ts'
import {
  agentKey,
  further,
  nextPrivateKey,
  nextTrust,
  poolSeed,
  sealingPrivateKey,
  type World,
} from './world_fixture.ts'
import { fromBase64, toBase64 } from '../shared/bytes.ts'
import { schemas } from '../shared/seal/context.ts'
import { open } from '../shared/seal/envelope.ts'
import { keyId } from '../shared/seal/key_id.ts'
import { readUnverified, signDocument } from '../shared/sign/documents.ts'
import { native } from './primitives.ts'

/** What earlier operations answered, by operationId. */
// deno-lint-ignore no-explicit-any -- tests know what each answered
export type Answers = Record<string, any>

export interface Request extends Call {
  readonly params?: Readonly<Record<string, string>>
  /** Who may; the tenant's admin unless said. */
  readonly as?: Caller
  /** Who may elsewhere, and has no such thing; the other tenant's owner or agent unless said. */
  readonly stranger?: Caller
}

export interface Operation {
  readonly id: string
  readonly request: (answers: Answers, world: World) => Request
  /** Runs first, where it needs more than the operations before it have made. */
  readonly prepare?: (world: World, answers: Answers) => Promise<unknown>
}

/** What an agent answers to challenges for the examples' keys. */
function provenBy(agent: string, challenges: readonly { kid: string; sealed: string }[]) {
  const context = {
    project: null,
    type: 'possession',
    id: agent,
    version: 1,
    schema: schemas.possession,
  } as const
  const keys = [sealingPrivateKey, nextPrivateKey].map((privateKey) => ({ suite: 1, privateKey }) as const)
  return challenges.map(({ kid, sealed }) => {
    const given = { context: { ...context, tenant: ids.tenant }, envelope: fromBase64(sealed), keys }
    return { kid, answer: toBase64(open(native, given)) }
  })
}

function receipt(agent: string) {
  const { document } = readUnverified(native, 'receipt', signedReceipt.dsse)
  return signDocument(native, { type: 'receipt', document: { ...document, agent }, seeds: [poolSeed] }).dsse
}

/** The pool of the examples vouches for a key, to the edge of the tests. */
function joining(challenge: string) {
  const { document } = readUnverified(native, 'enrolment', signedEnrolment.dsse)
  const statement = { ...document, edge: PUBLIC_URL, challenge }
  const { dsse } = signDocument(native, { type: 'enrolment', document: statement, seeds: [poolSeed] })
  return { statement: dsse, public_key: joiningKey, name: 'task-1', version: '0.1.0' }
}

function runLog(agent: string, run: string) {
  const { document } = readUnverified(native, 'log', signedLog.dsse)
  return signDocument(native, { type: 'log', document: { ...document, agent, run }, seeds: [poolSeed] }).dsse
}

function found(agent: string, inspection: string) {
  const { document } = readUnverified(native, 'catalogue', signedCatalogue.dsse)
  const { dsse } = signDocument(native, {
    type: 'catalogue',
    document: { ...document, agent, inspection },
    seeds: [poolSeed],
  })
  return { document: dsse, sealed: sealedToReader }
}

const run = (answers: Answers) => ({ params: { id: answers.createRun.id } })

const campaign = (answers: Answers) => ({ params: { id: answers.startRewrap.id } })

const asAgent = (answers: Answers, world: World) => ({ as: world.agent(answers.enrolAgent.id) })

export const operations: readonly Operation[] = [
  { id: 'front', request: () => ({}) },
  { id: 'health', request: () => ({}) },
  { id: 'getSetup', request: () => ({}) },
  { id: 'ready', request: () => ({}) },
  { id: 'metrics', request: () => ({}) },
  { id: 'whoami', request: () => ({}) },
  { id: 'getTenant', request: () => ({}) },
  {
    id: 'createTenant',
    request: () => ({
      body: {
        tenant: { id: '0193509f-6e00-7000-8000-0000000000fd', name: 'Third' },
        person: { name: 'Eve' },
      },
    }),
  },
  { id: 'createWorkspace', request: () => ({ body: { name: 'marketing' } }) },
  { id: 'listWorkspaces', request: () => ({ query: { limit: '1' } }) },
  { id: 'getWorkspace', request: (answers) => ({ params: { id: answers.createWorkspace.id } }) },
  {
    id: 'createProject',
    request: (answers) => ({ body: { workspace: answers.createWorkspace.id, name: 'ads' } }),
  },
  { id: 'listProjects', request: (answers) => ({ query: { workspace: answers.createWorkspace.id } }) },
  { id: 'getProject', request: (answers) => ({ params: { id: answers.createProject.id } }) },
  { id: 'inviteMember', request: () => ({ body: { name: 'Grace', role: 'editor' } }) },
  { id: 'acceptInvitation', request: (answers) => ({ as: bearer(answers.inviteMember.invitation) }) },
  { id: 'listMembers', request: () => ({}) },
  {
    id: 'changeMember',
    request: (answers) => ({ params: { id: answers.inviteMember.member.id }, body: { role: 'viewer' } }),
  },
  { id: 'removeMember', request: (answers) => ({ params: { id: answers.inviteMember.member.id } }) },
  { id: 'eraseMember', request: (answers) => ({ params: { id: answers.inviteMember.member.id } }) },
  ...tenantOperations,
  ...accessOperations,
  ...accountOperations,
  ...tokenOperations,
  ...factorOperations,
  ...deviceOperations,
  ...providerOperations,
  { id: 'publishTrust', request: () => ({ body: { document: signedTrust.dsse } }) },
  { id: 'listTrust', request: () => ({}) },
  { id: 'getTrust', request: () => ({ params: { version: '1' } }) },
  { id: 'listPools', request: () => ({}) },
  {
    id: 'createEnrolmentToken',
    // By somebody else than who approves.
    request: (answers) => ({ as: answers.secondOwner, body: { pool: 'default' } }),
  },
  {
    id: 'enrolAgent',
    request: (answers) => ({
      as: bearer(answers.createEnrolmentToken.token),
      body: { public_key: agentKey, pool: 'default', name: 'vm-1', version: '0.1.0' },
    }),
  },
  { id: 'listAgents', request: () => ({}) },
  { id: 'getAgent', request: (answers) => ({ params: { id: answers.enrolAgent.id } }) },
  { id: 'getAgentSelf', request: asAgent },
  {
    id: 'approveAgent',
    // Not by who let in the one who made the token.
    request: (answers) => ({
      as: answers.officer,
      params: { id: answers.enrolAgent.id },
      body: { fingerprint: keyId(native, fromBase64(agentKey)) },
    }),
  },
  {
    id: 'askChallenge',
    request: () => ({ body: { tenant: ids.tenant, pool: 'default' } }),
  },
  { id: 'joinAgent', request: (answers) => ({ body: joining(answers.askChallenge.challenge) }) },
  { id: 'listLogKeys', request: () => ({}) },
  { id: 'createLogKey', request: () => ({}) },
  { id: 'createConnection', request: () => ({ body: { document: signedConnection.dsse, sealed } }) },
  { id: 'listConnections', request: () => ({ query: { project: ids.project } }) },
  { id: 'getConnection', request: () => ({ params: { id: ids.source } }) },
  {
    id: 'createConnectionVersion',
    request: () => ({ params: { id: ids.source }, body: { document: further.connectionVersion, sealed } }),
  },
  {
    id: 'createPipeline',
    prepare: (world) =>
      world.call(world.admin, 'POST /v1/connections', { body: { document: further.destination, sealed } }),
    request: () => ({ body: { document: signedPipeline.dsse, sealed } }),
  },
  { id: 'listPipelines', request: () => ({}) },
  { id: 'getPipeline', request: () => ({ params: { id: ids.pipeline } }) },
  {
    id: 'putPipelineLabels',
    request: () => ({ params: { id: ids.pipeline }, body: { labels: [] } }),
  },
  { id: 'getPipelineLabels', request: () => ({ params: { id: ids.pipeline } }) },
  {
    id: 'createPipelineVersion',
    request: () => ({ params: { id: ids.pipeline }, body: { document: further.pipelineVersion, sealed } }),
  },
  {
    id: 'publishIndex',
    request: () => ({ params: { id: ids.project }, body: { document: further.index } }),
  },
  { id: 'listIndexes', request: () => ({ params: { id: ids.project }, query: { after: '0' } }) },
  { id: 'getIndex', request: () => ({ params: { id: ids.project, number: 'latest' } }) },
  { id: 'listSchedules', request: () => ({}) },
  { id: 'getPipelineSchedule', request: () => ({ params: { id: ids.pipeline } }) },
  { id: 'getPipelinePause', request: () => ({ params: { id: ids.pipeline } }) },
  { id: 'pausePipeline', request: () => ({ params: { id: ids.pipeline } }) },
  { id: 'resumePipeline', request: () => ({ params: { id: ids.pipeline } }) },
  {
    id: 'listAgentTrust',
    request: (answers, world) => ({ ...asAgent(answers, world), query: { after: '0' } }),
  },
  {
    id: 'listAgentIndexes',
    request: (answers, world) => ({ ...asAgent(answers, world), params: { id: ids.project } }),
  },
  {
    id: 'getAgentCheckpoint',
    request: (answers, world) => ({ ...asAgent(answers, world), query: { from: '1' } }),
  },
  { id: 'createInspection', request: () => ({ body: { document: signedInspection.dsse, sealed } }) },
  { id: 'getInspection', request: (answers) => ({ params: { id: answers.createInspection.id } }) },
  {
    id: 'completeInspection',
    prepare: async (world, answers) => {
      const poll = { body: { slots: 1, wait_seconds: 0, log_size: 0 } }
      answers.inspect =
        (await world.call(world.agent(answers.enrolAgent.id), 'POST /v1/agent/poll', poll)).json.job
    },
    request: (answers, world) => ({
      ...asAgent(answers, world),
      params: { id: answers.inspect.inspection },
      body: {
        fence: answers.inspect.lease.fence,
        status: 'succeeded',
        count: 12,
        found: found(answers.enrolAgent.id, answers.inspect.inspection),
      },
    }),
  },
  { id: 'getCatalogue', request: () => ({ params: { id: ids.source }, query: { action: 'discover' } }) },
  { id: 'createRun', request: () => ({ body: { pipeline_id: ids.pipeline, request: signedRequest.dsse } }) },
  { id: 'listRuns', request: () => ({ query: { state: 'queued' } }) },
  { id: 'getRun', request: run },
  {
    id: 'pollForWork',
    request: (answers, world) => ({
      ...asAgent(answers, world),
      body: { slots: 1, wait_seconds: 0, log_size: 0 },
    }),
  },
  {
    id: 'startRun',
    request: (answers, world) => ({ ...asAgent(answers, world), ...run(answers), body: { fence: 1 } }),
  },
  {
    id: 'renewLease',
    request: (answers, world) => ({ ...asAgent(answers, world), ...run(answers), body: { fence: 1 } }),
  },
  {
    id: 'reportProgress',
    request: (answers, world) => ({
      ...asAgent(answers, world),
      ...run(answers),
      body: { fence: 1, streams: [{ index: 0, rows: 10, bytes: 100 }] },
    }),
  },
  {
    id: 'putRunLog',
    request: (answers, world) => ({
      ...asAgent(answers, world),
      ...run(answers),
      body: { fence: 1, document: runLog(answers.enrolAgent.id, answers.createRun.id), sealed: sealedToBoth },
    }),
  },
  { id: 'listRunLogs', request: run },
  {
    id: 'completeRun',
    request: (answers, world) => ({
      ...asAgent(answers, world),
      ...run(answers),
      body: { fence: 1, status: 'failed', code: 'login_failed', retry: false, streams: [] },
    }),
  },
  { id: 'getRunTimeline', request: run },
  { id: 'putRetention', request: () => ({ body: { run_days: 90 } }) },
  { id: 'getRetention', request: () => ({}) },
  { id: 'listDeadLetters', request: () => ({ query: { days: '7' } }) },
  {
    id: 'redriveRun',
    request: (answers) => ({
      ...run(answers),
      body: { request: signedRedrive(answers.createRun.id).dsse },
    }),
  },
  { id: 'getQueue', request: () => ({}) },
  { id: 'putLimit', request: () => ({ params: { scope: `pipeline:${ids.pipeline}` }, body: { runs: 3 } }) },
  { id: 'listLimits', request: () => ({ query: { limit: '1' } }) },
  { id: 'deleteLimit', request: () => ({ params: { scope: `pipeline:${ids.pipeline}` } }) },
  { id: 'getPipelineQueueing', request: () => ({ params: { id: ids.pipeline } }) },
  { id: 'putPipelineQueueing', request: () => ({ params: { id: ids.pipeline }, body: { priority: 7 } }) },
  { id: 'cancelRun', request: run },
  {
    id: 'listPossessionChallenges',
    request: asAgent,
  },
  {
    id: 'provePossession',
    request: (answers, world) => ({
      ...asAgent(answers, world),
      body: { answers: provenBy(answers.enrolAgent.id, answers.listPossessionChallenges.challenges) },
    }),
  },
  {
    id: 'handInReceipt',
    request: (answers, world) => ({
      ...asAgent(answers, world),
      body: { receipt: receipt(answers.enrolAgent.id) },
    }),
  },
  { id: 'listReceipts', request: () => ({ query: { limit: '10' } }) },
  {
    id: 'startRewrap',
    prepare: (world) => world.call(world.admin, 'POST /v1/trust', { body: { document: nextTrust() } }),
    request: () => ({ body: {} }),
  },
  { id: 'listKeys', request: () => ({}) },
  { id: 'listKeyRecords', request: () => ({ params: { kid: sealingKid }, query: { limit: '2' } }) },
  { id: 'listRewraps', request: () => ({}) },
  { id: 'getRewrap', request: campaign },
  { id: 'pauseRewrap', request: campaign },
  { id: 'resumeRewrap', request: campaign },
  {
    id: 'completeRewrap',
    prepare: async (world, answers) => {
      const { id } = answers.enrolAgent
      const { json: { challenges } } = await world.call(world.agent(id), 'GET /v1/agent/possession')
      await world.call(world.agent(id), 'POST /v1/agent/possession', {
        body: { answers: provenBy(id, challenges) },
      })
      const poll = { body: { slots: 1, wait_seconds: 0, log_size: 0 } }
      const polled = await world.call(world.agent(id), 'POST /v1/agent/poll', poll)
      answers.batch = polled.json.job
      return polled
    },
    request: (answers, world) => ({
      ...asAgent(answers, world),
      params: { batch: answers.batch.batch },
      body: { fence: answers.batch.lease.fence, records: [], refused: [] },
    }),
  },
  ...webhookOperations,
  { id: 'deletePipeline', request: () => ({ params: { id: ids.pipeline } }) },
  { id: 'deleteConnection', request: () => ({ params: { id: ids.source } }) },
  { id: 'drainAgent', request: (answers) => ({ params: { id: answers.enrolAgent.id } }) },
  { id: 'resumeAgent', request: (answers) => ({ params: { id: answers.enrolAgent.id } }) },
  { id: 'revokeAgent', request: (answers) => ({ params: { id: answers.enrolAgent.id } }) },
  { id: 'listAudit', request: () => ({ query: { limit: '200' } }) },
  { id: 'getAuditCheckpoint', request: () => ({}) },
  { id: 'getAuditConsistency', request: () => ({ query: { from: '1', to: '3' } }) },
  { id: 'getAuditInclusion', request: () => ({ query: { index: '0', size: '3' } }) },
  { id: 'exportAudit', request: () => ({}) },
  ...lastOperations,
]
