/**
 * The hardest moment of an append: PostgreSQL has committed, and whoever wrote the rows does not know. There the
 * agent is killed; a second start has to find out, and to add nothing.
 */
import { SQL } from 'bun'
import type { Started } from '../e2e/binary.ts'
import type { World } from '../e2e/world.ts'
import { startCommitProxy } from './commit_proxy.ts'
import type { CommitProxy } from './commit_proxy.ts'
import type { Stage } from './stage.ts'
import { urlOf } from './stage.ts'

export interface Witness extends AsyncDisposable {
  /** Rows that a connection of nobody's sees. */
  rows(): Promise<number>
  /** Rows, distinct ids, and a digest of all rows in order. */
  account(): Promise<{ readonly rows: number; readonly ids: number; readonly digest: string }>
}

/** A second connection, past the proxy. */
export function witness({ accounts, visitors }: Stage, port: number): Witness {
  const sql = new SQL({ url: urlOf(accounts.loader, port), max: 1 })
  return {
    async rows() {
      const [row] = await sql.unsafe(`select count(*)::integer as rows from ${visitors.table}`)
      return row.rows
    },
    async account() {
      const [row] = await sql.unsafe(
        `select count(*)::integer as rows, count(distinct id)::integer as ids,
                md5(string_agg(v::text, E'\\n' order by v::text)) as digest from ${visitors.table} v`,
      )
      return row
    },
    [Symbol.asyncDispose]: () => sql.close(),
  }
}

/** Withholds the answer to the one COMMIT that has made the appended rows visible. */
export async function startWithholding(port: number, arrived: () => Promise<boolean>): Promise<CommitProxy> {
  let once = false
  return await startCommitProxy({
    serverPort: port,
    withhold: async () => {
      if (once || !await arrived()) return false
      once = true
      return true
    },
  })
}

export interface Killed {
  readonly run: string
  /** Rows that the second connection saw while the agent waited for the answer. */
  readonly seen: number
  /** What the edge believed at that moment. */
  readonly state: string
  readonly digest: string
  readonly pid: number
}

/** Starts the append, waits until its COMMIT is done and unanswered, kills the agent. */
export async function killAfterCommit(
  world: World,
  { agent, proxy, watching }: {
    readonly agent: Started
    readonly proxy: CommitProxy
    readonly watching: Witness
  },
): Promise<Killed> {
  const { id } = await world.startRun('visitors-in')
  await Promise.race([
    proxy.withheld,
    world.endOf(id).then((run) => {
      throw new Error(`the append ended before its COMMIT was withheld: ${JSON.stringify(run)}`)
    }),
  ])
  const { rows, digest } = await watching.account()
  const { body } = await world.api('GET', `/v1/runs/${id}`)
  agent.child.kill('SIGKILL')
  await agent.ended
  return { run: id, seen: rows, state: body.state, digest, pid: agent.pid }
}
