/** The edge's database as anybody sees who has taken the machine: read while it runs, rewritten as its owner could. */
import { Database } from 'bun:sqlite'

type Row = Readonly<Record<string, unknown>>

/**
 * What comes and goes whatever is asked: the audit leaf of a refused run and what is known of its attempts, the time a
 * token was used, what agents tell of what they have seen.
 */
const passing = [
  'audit_leaf',
  'audit_name',
  'index_news',
  'run_end',
  'receipt',
  'possession',
  'token_network',
  'agent_report',
  'run_attempt',
]
const passingColumns: Readonly<Record<string, readonly string[]>> = {
  token: ['last_used', 'last_network', 'idle_until'],
  agent: ['last_seen', 'lost', 'stopped'],
  run_lane: ['vtime'],
}

/** Every row of every table as one text each, but for audit leaves and times of use. */
export function edgeRows(path: string, without: readonly string[] = []): Record<string, string[]> {
  const database = new Database(path, { readonly: true })
  try {
    const tables = database.query("select name from sqlite_master where type = 'table' order by name").all()
    const rows: Record<string, string[]> = {}
    for (const { name } of tables as { name: string }[]) {
      if (passing.includes(name) || without.includes(name)) continue
      const found = database.query(`select * from "${name}"`).all() as Row[]
      rows[name] = found.map((row) => JSON.stringify(plain(name, row))).sort()
    }
    return rows
  } finally {
    database.close()
  }
}

function plain(table: string, row: Row): Row {
  const columns = Object.entries(row).filter(([column]) => !passingColumns[table]?.includes(column))
  return Object.fromEntries(
    columns.map(([column, value]) => [
      column,
      value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
    ]),
  )
}

/** One statement in the running edge's database, as its owner could send it. Returns the rows that it gives. */
export function edgeSql(
  path: string,
  sql: string,
  parameters: readonly (string | number | null)[] = [],
): Row[] {
  const database = new Database(path)
  try {
    database.run('pragma busy_timeout = 5000')
    return database.query(sql).all(...parameters) as Row[]
  } finally {
    database.close()
  }
}

/** Everybody has been a member for two days longer: whoever was let in just now is not yet another person. */
export function settleMembers(path: string): void {
  const longer = 2 * 86_400_000
  edgeSql(path, 'update member set created = created - ?', [longer])
  edgeSql(path, 'update invitation set created = created - ?, accepted = accepted - ?', [longer, longer])
}
