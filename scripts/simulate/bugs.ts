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
    find: 'writes: [moved, insertRun(row)],',
    put: 'writes: [insertRun(row)],',
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
]
