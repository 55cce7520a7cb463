/** Every connector there is. */
import { Fault } from '../../shared/faults.ts'
import { judge } from '../../shared/judge.ts'
import { issueText } from '../wording.ts'
import type { Connector } from './connector.ts'
import { files } from './files/files.ts'
import { https } from './https/https.ts'
import { libsql } from './libsql/libsql.ts'
import { mysql } from './mysql/mysql.ts'
import { postgres } from './postgres/postgres.ts'
import { sqlite } from './sqlite/sqlite.ts'

// deno-lint-ignore no-explicit-any -- each has a config of its own, which only it looks into
export const connectors: readonly Connector<any>[] = [postgres, mysql, sqlite, libsql, files, https]

// deno-lint-ignore no-explicit-any
export function connectorOf(name: string): Connector<any> {
  const found = connectors.find((connector) => connector.name === name)
  if (found) return found
  const known = connectors.map((connector) => connector.name).join(', ')
  throw new Fault('connection_invalid', `There is no connector "${name}". There are: ${known}.`)
}

/** The config as its connector understands it. Throws `connection_invalid`; no value is quoted. */
export function parseConfig(type: string, written: unknown): unknown {
  const parsed = judge(connectorOf(type).config, written)
  if (parsed.success) return parsed.data
  const found = parsed.error?.issues ?? []
  const issues = found.map((issue) => `${[type, ...issue.path].join('.')}: ${issueText(issue)}`)
  throw new Fault('connection_invalid', issues.join('; ') || `What is written for ${type} cannot be read.`)
}
