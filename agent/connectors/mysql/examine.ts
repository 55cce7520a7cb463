/** What an account lacks, and the statement that gives it. */
import { Fault } from '../../../shared/faults.ts'
import type { Finding } from '../connector.ts'
import { findTable, listTables } from './catalog.ts'
import { quoteName, quoteTable, quoteText, type TableName, tableText } from './names.ts'
import type { Session } from './session.ts'

/** The account as the server has matched it: `'etl'@'%'`. */
async function accountOf(session: Session): Promise<string> {
  const [row] = await session.rows<[string]>('select current_user()')
  const [, user = '', host = '%'] = /^(.*)@([^@]*)$/s.exec(row?.[0] ?? '') ?? []
  return [user, host].map((part) => `'${part.replaceAll("'", "''")}'`).join('@')
}

async function existsElsewhere(session: Session, name: TableName): Promise<boolean> {
  try {
    await session.rows(`select 1 from ${quoteTable(name)} limit 0`)
    return true
  } catch (error) {
    if (error instanceof Fault && error.code === 'permission_denied') return true
    if (error instanceof Fault && error.code === 'stream_missing') return false
    throw error
  }
}

/** What is missing to read these tables; whether there is any, where none is named. */
export async function examineSource(session: Session, names: readonly TableName[]): Promise<Finding[]> {
  const account = await accountOf(session)
  const findings: Finding[] = []
  for (const name of names) {
    const what = `select on ${tableText(name)}`
    try {
      const table = await findTable(session, name)
      const columns = table?.columns.map((column) => quoteName(column.name)).join(', ')
      await session.rows(`select ${columns ?? 1} from ${quoteTable(name)} limit 0`)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      const denied = error.code === 'permission_denied'
      if (!denied && error.code !== 'stream_missing' && error.code !== 'database_missing') throw error
      const remedy = denied ? `grant select on ${quoteTable(name)} to ${account}` : null
      findings.push({ what, code: error.code, remedy })
    }
  }
  if (names.length === 0 && (await listTables(session)).length === 0) {
    findings.push({
      what: 'select on any table',
      code: 'permission_denied',
      remedy: `grant select on ${await databaseText(session)}.* to ${account}`,
    })
  }
  return findings
}

async function databaseText(session: Session): Promise<string> {
  const [row] = await session.rows<[string | null]>('select database()')
  return quoteName(row?.[0] ?? '')
}

const needed = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'ALTER', 'DROP', 'INDEX'] as const

/** What is missing to load into these databases, the ledger's among them. */
export async function examineDestination(
  session: Session,
  names: readonly TableName[],
  ledger: string | null,
): Promise<Finding[]> {
  const account = await accountOf(session)
  const [row] = await session.rows<[string | null]>('select database()')
  const databases = new Set([...names.map(({ database }) => database), ...(ledger === null ? [] : [ledger])])
  if (databases.size === 0) databases.add(row?.[0] ?? '')
  const grants = (await session.rows<[string]>('show grants')).map(([text]) => text)
  const findings: Finding[] = []
  for (const database of databases) {
    if (!(await databaseExists(session, database))) {
      const what = `database ${database}`
      findings.push({ what, code: 'database_missing', remedy: `create database ${quoteName(database)}` })
    }
    const held = heldOn(grants, database)
    const lacking = held.has('ALL PRIVILEGES') ? [] : needed.filter((one) => !held.has(one))
    if (lacking.length > 0) {
      const list = lacking.join(', ').toLowerCase()
      const remedy = `grant ${list} on ${quoteName(database)}.* to ${account}`
      findings.push({ what: `${list} on ${database}.*`, code: 'permission_denied', remedy })
    }
  }
  for (const name of names) {
    const table = await findTable(session, name)
    const there = table !== null || await existsElsewhere(session, name)
    if (there && table?.kind === 'view') {
      findings.push({ what: `${tableText(name)} is a view`, code: 'target_refused', remedy: null })
    }
  }
  return findings
}

async function databaseExists(session: Session, database: string): Promise<boolean> {
  const rows = await session.rows<[string]>(
    `select schema_name from information_schema.schemata where schema_name = ${quoteText(database)}`,
  )
  return rows.length > 0
}

/** Privileges on a whole database out of the lines of SHOW GRANTS; patterns in names count. */
export function heldOn(grants: readonly string[], database: string): Set<string> {
  const held = new Set<string>()
  for (const line of grants) {
    const match = /^GRANT (.+?) ON (?:\*|[`"](.+?)[`"])\.\* TO /i.exec(line)
    if (!match) continue
    const [, list = '', pattern] = match
    if (pattern !== undefined && !fits(pattern, database)) continue
    for (const one of list.split(',')) held.add(one.trim().toUpperCase())
  }
  return held
}

/** `%` and `_` stand for others, unless a backslash is before them. */
function fits(pattern: string, database: string): boolean {
  const source = pattern.replace(/\\?[^]/g, (sign) => {
    if (sign === '%') return '.*'
    if (sign === '_') return '.'
    const plain = sign.length > 1 ? sign.slice(1) : sign
    return plain.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${source}$`, 's').test(database)
}
