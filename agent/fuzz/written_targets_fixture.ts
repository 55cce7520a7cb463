/** What people write: files in YAML, names, addresses, references. */
import { dirname } from 'node:path'
import { utf8 } from '../../shared/bytes.ts'
import { valueOf } from '../../shared/fuzz/sealed_targets_fixture.ts'
import type { Target } from '../../shared/fuzz/target_fixture.ts'
import { json } from '../../shared/fuzz/world_fixture.ts'
import { PipelineBody } from '../../shared/schemas/pipeline.ts'
import { loadConfig } from '../config.ts'
import { parseConfig } from '../connectors/connectors.ts'
import { parseHeader } from '../connectors/files/header.ts'
import { config as httpsConfig, pathOf } from '../connectors/https/config.ts'
import { parseTable as parseMysqlTable, quoteTable as quoteMysqlTable } from '../connectors/mysql/names.ts'
import { parseTable, quoteTable } from '../connectors/postgres/names.ts'
import { connectionOfUrl, readConnectionsFile } from '../pipeline_files/connections.ts'
import { type PipelineFile, readPipelineFile } from '../pipeline_files/pipeline.ts'
import { resolveReferences } from '../references.ts'
import { parseRange } from '../trust/addresses.ts'
import { loadLocalPolicy } from '../trust/local_policy.ts'
import { policyExample, readPolicyFile } from '../trust/policy_file.ts'
import { fileOf } from './scratch_fixture.ts'

const text = (input: Uint8Array) => new TextDecoder().decode(input)

const pipelineFile = `sallyport: 1
name: orders
project: default
source: shop
destination: warehouse
defaults: { mode: append }
streams:
  - from: public.orders
    to: raw.orders
    key: [id]
    columns: { cast: { amount: "decimal(18,2)" } }
  - { from: "public.customer", to: "raw.customer", mode: replace }
  - from: "public.log_*"
    to: "raw.{schema}_{table}"
    mode: merge
    cursor: { column: at, lag: 5m }
    columns: { exclude: [note], rename: { a: b } }
    schema: freeze
    on_bad_row: quarantine
triggers: { api: { per_day: 24 } }
limits: { rows: 50000000, minutes: 120, retries: 3 }
`
const connectionsFile = `sallyport: 1
connections:
  shop: { type: postgres, url: "\${env:SHOP_URL}", tls: { mode: verify-full, ca_file: ./ca.pem } }
  lake: { type: files, path: ./out, format: parquet }
  web: &a { type: https, url: "https://data.example/exports/" }
  crm: { type: mysql, host: db, user: etl, password: "\${env:CRM}", database: crm }
  app: { type: sqlite, path: ./app.db }
  far: { type: libsql, url: "libsql://app.example", token: "\${env:APP}" }
`
const localPolicyFile = `sallyport: 1
references: ["\${env:SHOP_URL}", "\${file:/etc/secret}"]
files: [/data/in]
plain: ["localhost:5432", /run/postgresql]
addresses: [10.0.0.0/8, "fd00::1"]
connectors: [postgres]
hosts: [db.example]
`

const files: Target[] = [
  {
    name: 'pipeline-file',
    structure: 'text',
    seeds: [utf8(pipelineFile)],
    take: (input) => readPipelineFile(fileOf('pipeline.yaml', input)).file,
    // What a person has written is what an agent reads once it is opened.
    authentic(file) {
      const body = JSON.stringify((file as PipelineFile).body)
      return JSON.stringify(PipelineBody.parse(JSON.parse(body))) === body
    },
  },
  {
    name: 'connections-file',
    structure: 'text',
    seeds: [utf8(connectionsFile)],
    take: (input) => [...readConnectionsFile(fileOf('connections.yaml', input))],
  },
  {
    name: 'policy-file',
    structure: 'text',
    seeds: [utf8(policyExample)],
    take: (input) => readPolicyFile(fileOf('policy.yaml', input)),
  },
  {
    name: 'local-policy',
    structure: 'text',
    seeds: [utf8(localPolicyFile)],
    take(input) {
      const policy = loadLocalPolicy(fileOf('local-policy.yaml', input), ['/var/lib/sallyport'])
      return [policy.plain('localhost:5432'), policy.plain('/run/postgresql/.s.PGSQL.5432')]
    },
  },
  {
    name: 'agent-settings',
    structure: 'text',
    seeds: [utf8('url: https://edge.example\nslots: 4\nhold-memory: 512\nlog-level: info\n')],
    take: (input) =>
      loadConfig({ flags: {}, env: {}, home: dirname(fileOf('home/agent.yaml', input)) }).slots,
  },
]

/** What PostgreSQL reads in a quoted name: the two parts, each between quotes that end where it ends. */
const quoted = /^"((?:[^"]|"")+)"\."((?:[^"]|"")+)"$/

const backticked = /^`((?:[^`]|``)+)`\.`((?:[^`]|``)+)`$/

const names: Target[] = [
  {
    name: 'postgres-name',
    structure: 'text',
    seeds: [utf8('public.orders'), utf8('"a.b"."c""d"'), utf8('orders')],
    take: (input) => parseTable(text(input), 'public'),
    authentic(name) {
      const { schema, table } = name as ReturnType<typeof parseTable>
      const [, first, second] = quoted.exec(quoteTable({ schema, table })) ?? []
      return first?.replaceAll('""', '"') === schema && second?.replaceAll('""', '"') === table
    },
  },
  {
    name: 'mysql-name',
    structure: 'text',
    seeds: [utf8('crm.orders'), utf8('"a.b"."c""d"'), utf8('orders')],
    take: (input) => parseMysqlTable(text(input), 'crm'),
    authentic(name) {
      const { database, table } = name as ReturnType<typeof parseMysqlTable>
      const [, first, second] = backticked.exec(quoteMysqlTable({ database, table })) ?? []
      return first?.replaceAll('``', '`') === database && second?.replaceAll('``', '`') === table
    },
  },
  {
    name: 'mysql-url',
    structure: 'text',
    seeds: [
      utf8('mysql://etl:s%40cret@db.example:3306/crm?tls=verify-full'),
      utf8('mariadb://etl@/crm?socket=/run/mysqld/mysqld.sock'),
    ],
    take: (input) => parseConfig('mysql', { url: text(input) }),
  },
  {
    name: 'libsql-url',
    structure: 'text',
    seeds: [
      utf8('libsql://app-org.example'),
      utf8('https://app.example:8443'),
      utf8('http://127.0.0.1:8080'),
    ],
    take: (input) => parseConfig('libsql', { url: text(input) }),
    // One place, whoever reads the URL: nothing in it is taken for the host that is none.
    authentic(config, input) {
      const { host, port } = config as { host: string; port: number }
      const { hostname } = new URL(text(input).replace(/^libsql:/, 'https:'))
      return hostname.replace(/^\[(.*)\]$/, '$1') === host && port >= 0
    },
  },
  {
    name: 'connection-url',
    structure: 'text',
    seeds: ['postgres://u:p@h/d', 'mysql://u:p@h/d', 'libsql://h', 'sqlite:/data/app.db'].map(utf8),
    take: (input) => connectionOfUrl(text(input)),
  },
  {
    name: 'postgres-url',
    structure: 'text',
    seeds: [
      utf8('postgres://etl:s%40cret@db.example:5432/shop?sslmode=verify-full'),
      utf8('postgresql://etl@/shop?host=/run/postgresql'),
    ],
    take: (input) => parseConfig('postgres', { url: text(input) }),
  },
  {
    name: 'https-url',
    structure: 'text',
    seeds: [utf8('https://data.example/exports/'), utf8('https://[fd00::1]:8443/a/b.csv')],
    take: (input) => parseConfig('https', { url: text(input) }),
  },
  {
    name: 'https-stream',
    structure: 'text',
    seeds: [utf8('2026/orders.csv')],
    take: (input) => pathOf(httpsConfig.parse({ url: 'https://data.example/exports/' }), text(input)),
    authentic(path) {
      const found = new URL(`https://data.example${path as string}`)
      return found.pathname === path && found.pathname.startsWith('/exports/') &&
        found.host === 'data.example'
    },
  },
  {
    name: 'connection-settings',
    structure: 'json',
    seeds: [
      json({
        type: 'postgres',
        host: 'db',
        port: 5432,
        user: 'etl',
        password: 'x',
        tls: { mode: 'verify-full' },
      }),
      json({ type: 'files', path: './out', format: 'csv' }),
      json({ type: 'https', url: 'https://data.example/a.csv', redirects: ['*.cdn.example'], token: 'abc' }),
    ],
    take(input) {
      const { type, ...config } = (valueOf(input) ?? {}) as Record<string, unknown>
      return typeof type === 'string' ? parseConfig(type, config) : null
    },
  },
  {
    name: 'references',
    structure: 'json',
    seeds: [json({ url: '${env:SHOP_URL}', list: ['${env:SHOP_URL}', 'a'], deep: { x: 1 } })],
    take(input) {
      const value = valueOf(input)
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
      const how = { permit: () => undefined, base: '/nowhere', env: { SHOP_URL: 'a secret' } }
      return resolveReferences(value as Record<string, unknown>, how)
    },
  },
  {
    name: 'address-range',
    structure: 'text',
    seeds: [utf8('10.0.0.0/8'), utf8('fd00::/8'), utf8('127.0.0.1')],
    take: (input) => parseRange(text(input)),
  },
  {
    name: 'csv-header',
    structure: 'text',
    seeds: [utf8('id,"a ""b""",c\r\n1,2,3\r\n'), utf8('\ufeffid;name\n1;2\n')],
    take: (input) => parseHeader(input),
  },
]

export const writtenTargets: readonly Target[] = [...files, ...names]
