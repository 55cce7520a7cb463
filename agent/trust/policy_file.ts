/** A policy as people write it: YAML with the same fields as the sealed one. */
import { z } from 'zod'
import { Policy } from '../../shared/schemas/policy.ts'
import { type FileKind, readYamlFile } from '../pipeline_files/yaml.ts'

export const policyExample = `sallyport: 1
# What agents may read and write. A line allows what fits all of its fields; "*" fits anything. What no line allows
# is denied.
allow:
  - { direction: read, connector: postgres, endpoint: db.internal, port: 5432, account: etl, database: shop,
      schema: public, prefix: "*" }
  - { direction: write, connector: postgres, endpoint: dwh.internal, port: 5432, account: loader, database: dwh,
      schema: raw, prefix: "*" }
  - { direction: read, connector: mysql, endpoint: crm.internal, port: 3306, account: etl, database: crm, prefix: "*" }
  - { direction: read, connector: libsql, endpoint: app-org.turso.io, port: 443, prefix: "*" }
  - { direction: read, connector: sqlite, path: /data/app.db }
  - { direction: read, connector: files, path: /data/in }
# What agents may hand to the readers of a project, sealed: logs of runs, what connections are found to have and to lack.
relay: { logs: true, catalogue: true }
`

const schema = z.strictObject({
  sallyport: z.literal(1, { error: 'the first line is "sallyport: 1"' }),
  ...Policy.shape,
}).transform(({ sallyport: _, ...policy }): Policy => policy)

const kind: FileKind<Policy> = { what: 'policy file', schema, invalid: 'invalid_file', unavailable: [] }

/** Throws `file_unreadable` or `invalid_file`, naming line and field. */
export function readPolicyFile(path: string): Policy {
  return readYamlFile(path, kind).value
}
