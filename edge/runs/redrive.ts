/**
 * A run that ended short of its end is attempted again: the same run, under its own id and trigger, so that agents skip
 * what it has committed. With attempts that it still has, or by a signed request, which brings as many again. The agents
 * count both in their anchor.
 */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { Redrive, Run } from '../../shared/schemas/run.ts'
import type { Reader } from '../db/database.ts'
import { change, unchanged } from '../http/change.ts'
import { inProject } from '../http/grants.ts'
import { command, type Route } from '../http/route.ts'
import { ids, signedRedrive } from '../trust/examples.ts'
import { readAuthored } from '../trust/rules.ts'
import { exampleRun } from './example.ts'
import { listedPipeline } from './job.ts'
import { endOfAttempt } from './life.ts'
import type { Queue } from './queue.ts'
import { next, redriveOf } from './states.ts'
import { moveRun, run, type RunRow, standingOf, toRun } from './store.ts'

export function redriveRoute(queue: Queue): Route {
  return command({
    id: 'redriveRun',
    method: 'post',
    path: '/v1/runs/{id}/redrive',
    status: 200,
    tag: 'Runs',
    summary: 'Have a run attempted again that ended short of its end',
    description:
      'It keeps its id, so that nothing is loaded twice that it has committed. `redrive` of the run says what that ' +
      'takes: `free` goes on with attempts that it still has, `signed` takes a request that names the run, and ' +
      'brings as many attempts as its pipeline gives a run. The same request again is answered as the first time.',
    permission: 'runs.write',
    within: async ({ db, tenant, params }) => inProject(await run(db, tenant, params.id)),
    audit: 'run.redriven',
    params: z.strictObject({ id: Id }),
    body: Redrive,
    reply: Run,
    faults: [
      'not_found',
      'attempts_used',
      'run_not_ended',
      'request_mismatch',
      'request_expired',
      'index_missing',
      'not_in_index',
      'not_at_index',
      'document_invalid',
      'signature_invalid',
      'signer_not_allowed',
      'trust_missing',
    ],
    example: {
      params: { id: ids.run },
      body: { request: signedRedrive().dsse },
      reply: { ...exampleRun, state: 'queued', redriven: 1, agent_id: undefined, started: undefined },
    },
    async handle({ db, principal, params, body, now }) {
      const { tenant } = principal
      const row = await run(db, tenant, params.id)
      if (row === null) throw new Fault('not_found')
      const redrive = body.request === undefined ? null : JSON.stringify(body.request)
      if (redrive !== null && row.redrive === redrive) return unchanged(toRun(row))
      const standing = next(standingOf(row), { kind: 'redrive', signed: redrive !== null })
      if (standing === null) {
        throw new Fault(redriveOf(standingOf(row)) === null ? 'run_not_ended' : 'attempts_used')
      }
      if (body.request !== undefined) await checkRequest(db, row, { dsse: body.request, now })
      const set = {
        due: now,
        code: null,
        reason: null,
        finished: null,
        redrive: redrive ?? row.redrive,
        redriven: row.redriven + 1,
      }
      const began = { outcome: 'redriven', code: null, state: standing.state, now } as const
      return change({
        writes: [moveRun(row, { standing, set, otherwise: 'conflict' }), endOfAttempt(row, began)],
        target: row.id,
        facts: { pipeline: row.pipeline, from: row.state, signed: redrive !== null },
        reply: () => toRun({ ...row, ...set, ...standing, cancel: 0 }),
        committed: () => queue.ring(row),
        again: true,
      })
    },
  })
}

/** As far as the edge can tell: agents judge it again. */
async function checkRequest(
  db: Reader,
  row: RunRow,
  { dsse, now }: { readonly dsse: Dsse; readonly now: number },
): Promise<void> {
  const { tenant, project, pipeline, id } = row
  const { document } = await readAuthored(db, tenant, { type: 'request', dsse })
  const listed = await listedPipeline(db, tenant, { project, pipeline })
  const { pool } = listed.pipeline
  const fits = document.redrive === id && document.project === project && document.pool === pool &&
    document.pipeline.id === pipeline
  if (!fits) throw new Fault('request_mismatch')
  if (Date.parse(document.expires) <= now) throw new Fault('request_expired')
  if (document.index > listed.index || document.pipeline.hash !== listed.hash) throw new Fault('not_at_index')
}
