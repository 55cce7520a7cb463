/** What a run has been through, and what runs have died of. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { DeadLetters, RunTimeline } from '../../shared/schemas/run.ts'
import { inProject, projectsOf } from '../http/grants.ts'
import { query, type Route } from '../http/route.ts'
import { at, ids } from '../trust/examples.ts'
import { deadLetters, timeline } from './past_store.ts'
import { run } from './store.ts'

const tag = 'Runs'
const DAY_MS = 86_400_000

const events = query({
  id: 'getRunTimeline',
  path: '/v1/runs/{id}/timeline',
  tag,
  summary: 'Everything that happened to a run, in its order',
  description: 'Who did it stands in the audit log.',
  permission: 'runs.read',
  within: async ({ db, tenant, params }) => inProject(await run(db, tenant, params.id)),
  params: z.strictObject({ id: Id }),
  reply: RunTimeline,
  faults: ['not_found'],
  example: {
    params: { id: ids.run },
    reply: {
      run: ids.run,
      state: 'leased',
      events: [
        { at, kind: 'created' },
        { at, kind: 'claimed', agent_id: ids.agent, fence: 1 },
        { at, kind: 'started', agent_id: ids.agent, fence: 1 },
        { at, kind: 'failed', agent_id: ids.agent, fence: 1, code: 'connection_lost' },
        { at, kind: 'claimed', agent_id: ids.agent, fence: 2 },
      ],
    },
  },
  async handle({ db, principal, params }) {
    const found = await timeline(db, principal.tenant, params.id)
    if (found === null) throw new Fault('not_found')
    return found
  },
})

const dead = query({
  id: 'listDeadLetters',
  path: '/v1/dead-letters',
  tag,
  summary: 'Runs that ended short of their end, by what ended them',
  description:
    'A reason is a fingerprint of the code, the codes of the streams, the pipeline and its version; `reason` of ' +
    'the list of runs finds them. The newest 10,000 runs are looked at; `complete` says whether those are all. A ' +
    'run leaves when it is redriven.',
  permission: 'runs.read',
  within: 'list',
  query: z.strictObject({
    days: z.coerce.number().int().min(1).max(3650).optional(),
    pipeline: Id.optional(),
  }),
  reply: DeadLetters,
  example: {
    query: { days: '7' },
    reply: {
      data: [{
        reason: '8f14e45fceea167a',
        project: ids.project,
        pipeline_id: ids.pipeline,
        version: 3,
        state: 'dead',
        code: 'connection_refused',
        runs: 12,
        first: at,
        last: at,
        last_run: ids.run,
      }],
      complete: true,
    },
  },
  async handle({ db, principal, query, reach, now }) {
    return await deadLetters(db, principal.tenant, {
      projects: projectsOf(reach),
      pipeline: query.pipeline ?? null,
      since: now - (query.days ?? 30) * DAY_MS,
    })
  },
})

export const pastRoutes: readonly Route[] = [events, dead]
