/** The places that the names of a pipeline mean, as policy judges them: by the very parsers that connectors use. */
import { resolve } from 'node:path'
import { Fault } from '../../shared/faults.ts'
import type { Policy, PolicyTuple } from '../../shared/schemas/policy.ts'
import { type Access, compareAll, type Place } from '../../shared/trust/policy.ts'
import { quarantineSuffix } from '../connectors/connector.ts'
import { connectorOf } from '../connectors/connectors.ts'
import { addressOf, type HttpsConfig, pathOf as urlPathOf } from '../connectors/https/config.ts'
import type { MysqlConfig } from '../connectors/mysql/config.ts'
import { parseTable as parseMysqlTable } from '../connectors/mysql/names.ts'
import type { PostgresConfig } from '../connectors/postgres/config.ts'
import { parseTable } from '../connectors/postgres/names.ts'
import { real } from '../trust/real_path.ts'
import type { OpenedConnection } from './open.ts'

/** A connection's own settings, as its connector understands them, and a name in it. */
interface Named {
  readonly parsed: unknown
  /** Relative paths start here. */
  readonly base: string
  readonly name: string
}

/** What a stream's name, or a target's, means to the connector. */
export function placeOf(kind: OpenedConnection['kind'], { parsed, base, name }: Named): Place {
  const [target] = connectorOf(kind).targets(parsed, base)
  switch (target?.kind) {
    case 'postgres': {
      const { schema, table } = parseTable(name, (parsed as PostgresConfig).schema)
      const { endpoint, port, account, database } = target
      return { connector: 'postgres', endpoint, port, account, database, schema, table }
    }
    case 'mysql': {
      const { endpoint, port, account } = target
      const { database, table } = parseMysqlTable(name, (parsed as MysqlConfig).database)
      return { connector: 'mysql', endpoint, port, account, database, table }
    }
    case 'sqlite':
      return { connector: 'sqlite', path: real(target.path) }
    case 'libsql':
      return { connector: 'libsql', endpoint: target.endpoint, port: target.port, table: name }
    case 'files':
      return { connector: 'files', path: pathOf(target.path, name) }
    case 'https': {
      const { endpoint, port } = target
      return { connector: 'https', endpoint, port, path: urlPathOf(parsed as HttpsConfig, name) }
    }
    default:
      throw new Fault('connection_invalid', `A connection of the kind ${kind} leads nowhere.`)
  }
}

/**
 * A connection is a folder that streams are named in, or one file that its one stream is. A pattern may come to any
 * file below the folder that it starts in, so that is its place.
 */
function pathOf(path: string, name: string): string {
  const isFile = path.endsWith(`/${name}`) || path === name
  if (isFile) return real(path)
  const literal = /^[^*?[{]*/.exec(name)?.[0] ?? ''
  return real(resolve(path, literal === name ? name : literal.replace(/[^/]*$/, '')))
}

/** Where the rows go that are refused on the way to a target. */
export function quarantineOf(place: Place): Place {
  if (place.connector === 'files') return { ...place, path: `${place.path}${quarantineSuffix}.jsonl` }
  return 'table' in place ? { ...place, table: `${place.table}${quarantineSuffix}` } : place
}

export function textOf(place: Place): string {
  switch (place.connector) {
    case 'files':
    case 'sqlite':
      return place.path
    case 'https':
      return addressOf({ host: place.endpoint, port: place.port }, place.path)
    case 'libsql':
      return `${place.endpoint}:${place.port} ${place.table}`
    case 'mysql':
      return `${place.account}@${place.endpoint}:${place.port} ${place.database}.${place.table}`
    case 'postgres': {
      const { endpoint, port, account, database, schema, table } = place
      return `${account}@${endpoint}:${port}/${database} ${schema}.${table}`
    }
  }
}

/**
 * Whether the policy may allow some name that fits the pattern. What the pattern comes to is judged name by name later;
 * until then nothing may be asked of a place of which nothing is allowed.
 */
export function mayAllowSome(policy: Policy, access: Access): boolean {
  return compareAll(policy, access).some(({ tuple, differs }) =>
    patternDiffers(tuple, access, differs).length === 0
  )
}

/** Of the fields in which a place with patterns in its names differs, those in which every name differs that fits. */
export function patternDiffers(tuple: PolicyTuple, access: Access, differs: readonly string[]): string[] {
  const line = tuple as unknown as Readonly<Record<string, string>>
  const asked = access as unknown as Readonly<Record<string, string>>
  return differs.filter((field) => {
    if (field === 'prefix') return !someBegins(asked['table'] ?? '', line[field] ?? '')
    if (field === 'schema' || field === 'database') return !fits(asked[field] ?? '', line[field] ?? '')
    return true
  })
}

/** Whether some name that fits the pattern begins so. */
function someBegins(pattern: string, prefix: string): boolean {
  const star = pattern.indexOf('*')
  const literal = star < 0 ? pattern : pattern.slice(0, star)
  return literal.startsWith(prefix) || (star >= 0 && prefix.startsWith(literal))
}

function fits(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  if (rest.length === 0) return pattern === name
  const last = rest.pop() ?? ''
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last)) {
    return false
  }
  let at = first.length
  for (const piece of rest) {
    const found = name.indexOf(piece, at)
    if (found < 0 || found + piece.length > name.length - last.length) return false
    at = found + piece.length
  }
  return true
}
