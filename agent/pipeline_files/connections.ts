/** The connections file: names, kinds and settings, with references in place of secrets. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { ConnectionKind } from '../../shared/schemas/connection.ts'
import { Name } from '../../shared/schemas/fields.ts'
import { type FileKind, readYamlFile } from './yaml.ts'

/** Kinds of the format that this version has no connector for. */
const otherKinds = ['s3', 'snowflake', 'databricks', 'salesforce']

const Kind = z.string().transform((type, context): z.infer<typeof ConnectionKind> => {
  const known = ConnectionKind.safeParse(type)
  if (known.success) return known.data
  const planned = otherKinds.includes(type)
  const there = ConnectionKind.options.join(', ')
  context.addIssue({
    code: 'custom',
    message: `there is no connector "${type}"${planned ? ' in this version' : ''}; there are ${there}`,
    params: { unsupported: planned },
  })
  return z.NEVER
})

const written = z.strictObject({
  sallyport: z.literal(1, { error: 'the first line is "sallyport: 1"' }),
  connections: z.record(Name, z.looseObject({ type: Kind })),
})

/** A connection as written: `config` is the connector's own, as yet unparsed and with references in it. */
export interface WrittenConnection {
  readonly type: z.infer<typeof ConnectionKind>
  readonly config: Readonly<Record<string, unknown>>
}

const schema = written.transform(({ connections }): ReadonlyMap<string, WrittenConnection> =>
  new Map(Object.entries(connections).map(([name, { type, ...config }]) => [name, { type, config }]))
)

const kind: FileKind<ReadonlyMap<string, WrittenConnection>> = {
  what: 'connections file',
  schema,
  invalid: 'connections_invalid',
  unavailable: [],
}

/** Throws `file_unreadable`, `connections_invalid` or `unsupported`, naming line and key, never a value. */
export function readConnectionsFile(path: string): ReadonlyMap<string, WrittenConnection> {
  return readYamlFile(path, kind).value
}

/** Throws `connection_unknown`, naming what there is. */
export function connectionNamed(
  connections: ReadonlyMap<string, WrittenConnection>,
  name: string,
  path: string,
): WrittenConnection {
  const found = connections.get(name)
  if (found) return found
  const there = [...connections.keys()].join(', ') || 'none'
  throw new Fault('connection_unknown', `${path} defines no connection "${name}"; it has ${there}.`)
}

/**
 * What `check` makes of a connection of the file; what it throws is said of that connection, by file and name.
 */
export function ofConnection<T>(path: string, name: string, check: () => T): T {
  try {
    return check()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    throw new Fault(error.code, `${path}: ${name}: ${error.message}`, { cause: error })
  }
}

/** What kind of connection a URL is of, and how it is written. Throws `connection_invalid`, which quotes nothing of it. */
export function connectionOfUrl(url: string): WrittenConnection {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? ''
  switch (scheme) {
    case 'postgres':
    case 'postgresql':
      return { type: 'postgres', config: { url } }
    case 'mysql':
    case 'mariadb':
      return { type: 'mysql', config: { url } }
    case 'libsql':
      return { type: 'libsql', config: { url } }
    case 'sqlite':
      return { type: 'sqlite', config: { path: url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '') } }
  }
  throw new Fault(
    'connection_invalid',
    'The URL begins with none of postgres://, mysql://, libsql:// and sqlite:. Others are written in a connections ' +
      'file: --from FILE',
  )
}
