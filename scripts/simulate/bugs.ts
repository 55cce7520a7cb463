/** Bugs that the simulation has to find: each is the edge's own source with a snippet replaced. */
import type { Mutation } from '../attack/without.ts'

export interface Bug {
  readonly name: string
  /** Seeds within which it has to show. */
  readonly within: number
  readonly mutations: readonly Mutation[]
}

const bug = (name: string, within: number, ...all: readonly Omit<Mutation, 'check'>[]): Bug => ({
  name,
  within,
  mutations: all.map((one) => ({ ...one, check: name })),
})

export const bugs: readonly Bug[] = [
  bug('a run is claimed wherever it stands by then', 50, {
    file: 'edge/runs/store.ts',
    find:
      `.where('state', '=', to.was_state).where('fence', '=', to.was_fence).where('cancel', '=', to.was_cancel)`,
    put: '',
  }),
  bug('a lease is renewed for whoever asks', 100, {
    file: 'edge/runs/store.ts',
    find: `.where('agent', '=', holder.agent).where('fence', '=', holder.fence).where(isHeldRow)`,
    put: '.where(isHeldRow)',
  }),
  bug('the fence stays when a lease is taken away', 100, {
    file: 'edge/runs/queue.ts',
    find: 'fence: row.fence + 1,',
    put: '',
  }),
  bug('a schedule moves on in a commit of its own', 100, {
    file: 'edge/schedules/clock.ts',
    find: `    await actAsEdge(this.#options, {\n      tenant,\n      action: 'run.created',`,
    put:
      `    await this.#write([moved])\n    await actAsEdge(this.#options, {\n      tenant,\n      action: 'run.created',`,
  }, {
    file: 'edge/schedules/clock.ts',
    find: 'writes: [notSuspended(tenant), moved, insertRun(row), ...within],',
    put: 'writes: [notSuspended(tenant), insertRun(row), ...within],',
  }),
  bug('a request is answered before its commit', 50, {
    file: 'edge/http/act.ts',
    find: 'const { rows, recorded } = await services.storage.write(plan)',
    put: `const writing = services.storage.write(plan)
      writing.catch(() => {})
      const { rows, recorded } = decided.again
        ? { rows: [] as Awaited<typeof writing>['rows'], recorded: null as Awaited<typeof writing>['recorded'] }
        : await writing`,
  }),
  bug('a claim does not ask whether a limit has room', 100, {
    file: 'migrations/0017_queue.sql',
    of: 'edge',
    find: "SELECT RAISE(ABORT, 'a limit is full') FROM run_limit",
    put: 'SELECT scope FROM run_limit',
  }),
  bug('a project that was served has its turn again', 100, {
    file: 'migrations/0017_queue.sql',
    of: 'edge',
    find: 'UPDATE run_lane SET vtime = vtime + 1',
    put: 'UPDATE run_lane SET vtime = vtime',
  }),
  bug('a webhook forgets the calls that it has had', 50, {
    file: 'edge/webhooks/call_route.ts',
    find: '...keepCall(row, { digest: call.digest, run: id, until: call.at + 2 * WINDOW_MS, now }),',
    put: '',
  }),
  bug('a secret counts for a while after it was taken back at once', 100, {
    file: 'edge/webhooks/routes.ts',
    find: 'const older = hours === 0 ? null : openSecret(options, row)',
    put: 'const older = openSecret(options, row)',
  }, {
    file: 'edge/webhooks/routes.ts',
    find: 'older_until: older === null ? null : now + hours * HOUR_MS,',
    put: 'older_until: now + (hours + 1) * HOUR_MS,',
  }),
  bug('a follower counts for the day on which its agent gets it', 100, {
    file: 'edge/schedules/follow.ts',
    find: `    run: note.run,
    day,
`,
    put: `    run: note.run,
`,
  }),
  bug('an end is forgotten before it is followed', 100, {
    file: 'edge/schedules/follow.ts',
    find: 'const ended = await run(db, note.tenant, note.run)',
    put: `await storage.write({ id: '', steps: [dropRunEnd(note)], leaf: null, repeatable: false })
  const ended = await run(db, note.tenant, note.run)`,
  }),
  bug('a schedule does not ask whether it is paused', 100, {
    file: 'edge/schedules/clock.ts',
    find: 'const paused = await pausedSince(db, due.tenant, due.pipeline) !== null',
    put: 'const paused = false',
  }, {
    file: 'edge/schedules/store.ts',
    find: '.where(to.paused ? isPausedRow : sql<boolean>`NOT ${isPausedRow}`)',
    put: '',
  }),
  bug('a run that was told to make room counts as over', 100, {
    file: 'edge/schedules/store.ts',
    find: "AND o.pipeline = run.pipeline AND o.state IN ('queued', 'leased', 'running')",
    put: "AND o.pipeline = run.pipeline AND o.cancel = 0 AND o.state IN ('queued', 'leased', 'running')",
  }),
  bug('a newer fire time cancels nothing', 50, {
    file: 'edge/schedules/replace.ts',
    find: 'if (row === null || row.cancel === 1) return null',
    put: 'if (row === null || row.cancel === 0) return null',
  }),
  bug('a run that was cancelled is attempted again when its agent falls silent', 100, {
    file: 'edge/runs/states.ts',
    find: `if (run.cancel) return { ...run, failures, state: last === 'partial' ? last : 'cancelled' }`,
    put: '',
  }),
  bug('nobody ends a run that goes on beyond its time', 100, {
    file: 'edge/runs/store.ts',
    find: `.where('deadline', 'is not', null).where('deadline', '<', now)`,
    put: `.where('deadline', 'is not', null).where('deadline', '<', 0)`,
  }),
  bug('a claim does not ask whether its agent may still have it', 100, {
    file: 'edge/runs/poll_route.ts',
    find:
      'mayTake({ tenant: row.tenant, agent: principal.id, pipeline: row.pipeline, labels: seat.labels ?? [] }),',
    put: '',
  }),
  bug('schedules of a suspended tenant go on', 100, {
    file: 'edge/schedules/clock.ts',
    find: 'if (paused || await isSuspended(db, due.tenant)) {',
    put: 'if (paused) {',
  }, {
    file: 'edge/schedules/clock.ts',
    find: 'writes: [notSuspended(tenant), moved, insertRun(row), ...within],',
    put: 'writes: [moved, insertRun(row), ...within],',
  }),
  bug('a quota counts what was there before', 100, {
    file: 'edge/tenants/quotas.ts',
    find: 'where counted.tenant = ${tenant} and ${sql.raw(where)}) <= ${quota.most}`',
    put: 'where counted.tenant = ${tenant} and ${sql.raw(where)}) <= ${quota.most + 1}`',
  }),
  bug('a run without attempts is attempted again for nothing', 200, {
    file: 'edge/runs/states.ts',
    find: "return run.state === 'dead' && run.begun <= run.retries ? 'free' : 'signed'",
    put: "return run.state === 'dead' ? 'free' : 'signed'",
  }),
  bug('a limit that is set anew counts from nothing', 100, {
    file: 'edge/runs/limit_store.ts',
    find: 'doUpdateSet({ most, updated: now })',
    put: 'doUpdateSet({ most, held: 0, updated: now })',
  }),
  bug('tenants share the positions of their logs', 50, {
    file: 'edge/db/plan.ts',
    find: '(SELECT seq + 1 FROM audit_leaf WHERE tenant = ? ORDER BY seq DESC LIMIT 1)',
    put: '(SELECT seq + 1 FROM audit_leaf WHERE tenant = ? OR 1 ORDER BY seq DESC LIMIT 1)',
  }),
]
