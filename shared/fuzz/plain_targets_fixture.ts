/** What is typed, and what stands in records that have been opened: their authors are known, and may be wrong. */
import { utf8 } from '../bytes.ts'
import { z } from 'zod'
import { bindCondition, conditionText } from '../condition.ts'
import { checkParameters } from '../parameters.ts'
import { firesBetween, isFire, validSchedule } from '../schedule.ts'
import { Parameter, ParameterName, ParameterValues } from '../schemas/parameter.ts'
import { PipelineBody, type PipelineStream } from '../schemas/pipeline.ts'
import { Policy } from '../schemas/policy.ts'
import { RunLogBody } from '../schemas/receipt.ts'
import { formatPin, parsePin } from '../trust/pin.ts'
import { type Access, derivedHosts, forbiddenBy, policyAllows } from '../trust/policy.ts'
import { valueOf } from './sealed_targets_fixture.ts'
import type { Target } from './target_fixture.ts'
import { documents, ids, json } from './world_fixture.ts'

const lossy = (input: Uint8Array) => new TextDecoder().decode(input)

const database = {
  connector: 'postgres',
  endpoint: 'db.example',
  port: 5432,
  account: 'etl',
  database: 'shop',
  schema: 'public',
} as const
const mysql = {
  connector: 'mysql',
  endpoint: 'db.example',
  port: 3306,
  account: 'etl',
  database: 'crm',
} as const
const libsql = { connector: 'libsql', endpoint: 'app.example', port: 443 } as const
const accesses: Access[] = [
  { direction: 'read', ...database, table: 'orders' },
  { direction: 'write', connector: 'files', path: '/data/out/a.csv' },
  { direction: 'read', connector: 'https', endpoint: 'data.example', port: 443, path: '/exports/a%2fb' },
  { direction: 'read', ...mysql, table: 'ORDERS' },
  { direction: 'read', ...libsql, table: 'orders' },
  { direction: 'write', connector: 'sqlite', path: '/data/out/app.db' },
]
const policy: Policy = {
  allow: [
    { direction: 'read', ...database, prefix: 'ord' },
    { direction: 'write', connector: 'files', path: '/data/out' },
    {
      direction: 'read',
      connector: 'https',
      endpoint: '*',
      port: 443,
      path: '/exports',
      derived: ['*.cdn.example'],
    },
    { direction: 'read', ...mysql, prefix: 'ord' },
    { direction: 'read', ...libsql, prefix: 'ord' },
    { direction: 'write', connector: 'sqlite', path: '/data/out' },
  ],
  forbidden_pairs: [{ source: { ...database, prefix: '*' }, destination: { connector: 'files', path: '/' } }],
  limits: { rows: 5, bytes: 6, runs_per_day: 7 },
  relay: { logs: true },
}
/** Nothing that the policy above denies is allowed by a path or a host that is spelled another way. */
const denied = (access: unknown) => {
  const parsed = z.object({ endpoint: z.string(), path: z.string(), table: z.string() }).safeParse(access)
  if (!parsed.success) return null
  const { endpoint, path, table } = parsed.data
  const found: Access[] = [
    { direction: 'read', ...database, endpoint, table },
    { direction: 'write', connector: 'files', path },
    { direction: 'read', connector: 'https', endpoint, port: 443, path },
    { direction: 'read', ...mysql, endpoint, table },
    { direction: 'read', ...libsql, endpoint: 'app.example', table },
    { direction: 'write', connector: 'sqlite', path },
  ]
  return found.map((one) => policyAllows(policy, one).allowed)
}

/** Strings, quoted names, words and numbers of PostgreSQL, each from where the one before it ends. */
const tokens =
  /[eE]'(?:[^'\\]|''|\\[^])*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*|\d[\p{L}\p{N}_.]*/gu

const Given = z.object({ declared: z.record(ParameterName, Parameter), given: ParameterValues })
const { schedule } = documents.pipeline.triggers

const whole: PipelineStream = {
  from: 'public.customer_*',
  to: 'raw.{table}',
  mode: 'merge',
  key: ['id'],
  cast: { amount: 'decimal(18,2)' },
  cursor: { column: 'at', lag: '5m' },
  include: ['id', 'at', 'amount'],
  rename: { amount: 'total' },
  schema: 'columns_only',
  on_bad_row: 'quarantine',
}

function agrees(
  { include, exclude, rename = {}, cast = {}, key = [], cursor, mode }: PipelineStream,
): boolean {
  const sent = (name: string) => include?.includes(name) !== false && exclude?.includes(name) !== true
  const targets = Object.values(rename)
  return (include === undefined || exclude === undefined) && new Set(targets).size === targets.length &&
    [...Object.keys(rename), ...Object.keys(cast), ...key].every(sent) &&
    (mode !== 'append' || cursor?.lag === undefined) && (mode !== 'replace' || cursor === undefined)
}

export const plainTargets: readonly Target[] = [
  {
    name: 'pin',
    structure: 'text',
    seeds: [utf8(formatPin({ tenant: ids.tenant, version: 12, hash: 'ab'.repeat(32) }))],
    take: (input) => parsePin(lossy(input)),
    authentic: (pin, input) => formatPin(pin as Parameters<typeof formatPin>[0]) === lossy(input),
  },
  {
    name: 'policy-body',
    structure: 'json',
    seeds: [json(policy)],
    take(input) {
      const parsed = Policy.safeParse(valueOf(input))
      if (!parsed.success) return null
      const [source, destination] = accesses as [Access, Access]
      return accesses.map((access) => [
        policyAllows(parsed.data, access),
        derivedHosts(parsed.data, access),
        forbiddenBy(parsed.data, { source, destination }),
      ])
    },
  },
  {
    name: 'policy-access',
    structure: 'json',
    seeds: [
      json({ endpoint: 'db.example', path: '/data/out/a.csv', table: 'orders' }),
      json({ endpoint: 'DB.example.', path: '/exports/a', table: 'ordinary' }),
    ],
    take: (input) => denied(valueOf(input)),
    authentic(accepted, input) {
      const { endpoint, path, table } = valueOf(input) as { endpoint: string; path: string; table: string }
      const [read, wrote, fetched, other, remote, opened] = accepted as boolean[]
      const named = (may: boolean | undefined) => !may || table.startsWith('ord')
      const inside = (may: boolean | undefined) =>
        !may || (/^\/+data\/+(\.\/+)*out(\/|$)/.test(path) && !/(^|\/)\.\.(\/|$)|\0/.test(path))
      const plainly = (root: string) =>
        path.startsWith(root) && !/(^|\/)\.{1,2}(\/|$)|\0/.test(path) && !/%2e%2e|%2f|%5c/i.test(path)
      return (!read || (/^db\.example\.?$/i.test(endpoint) && table.startsWith('ord'))) &&
        [other, remote].every(named) && [wrote, opened].every(inside) &&
        (!fetched || plainly('/exports'))
    },
  },
  {
    name: 'pipeline-body',
    structure: 'json',
    seeds: [
      json({
        streams: [{
          from: 'a.b',
          to: 'c.d',
          mode: 'append',
          where: 'x > ${since}',
          key: ['id'],
          cast: { a: 'text' },
        }],
      }),
      json({ streams: [whole, { ...whole, include: undefined, exclude: ['b', 'c'], key: ['id'] }] }),
    ],
    take(input) {
      const parsed = PipelineBody.safeParse(valueOf(input))
      return parsed.success ? parsed.data : null
    },
    // Whoever sealed it: what is left out is not sent under another name, and no two columns have one name.
    authentic: (body) => (body as PipelineBody).streams.every(agrees),
  },
  {
    name: 'log-body',
    structure: 'json',
    seeds: [json({ lines: ['a', 'b'] })],
    take(input) {
      const parsed = RunLogBody.safeParse(valueOf(input))
      return parsed.success ? parsed.data : null
    },
  },
  {
    name: 'parameters',
    structure: 'json',
    seeds: [json({ declared: documents.pipeline.parameters, given: documents.request.parameters })],
    take(input) {
      const parsed = Given.safeParse(valueOf(input))
      if (!parsed.success) return null
      checkParameters(parsed.data.declared, parsed.data.given, { unsigned: false })
      return parsed.data
    },
  },
  {
    name: 'where',
    structure: 'text',
    seeds: [
      utf8("status <> 'draft' and region = ${region} and updated_at >= ${since}"),
      utf8(`("a""b" in (1, 2.5e3) or c like E'it\\'s%') and note = ${'${note}'}`),
    ],
    take: (input) => bindCondition(lossy(input), documents.pipeline.parameters, documents.request.parameters),
    // No value becomes text, whatever stands around it, and what can end a condition does not get in bare.
    authentic(accepted) {
      const condition = accepted as ReturnType<typeof bindCondition>
      const text = conditionText(condition, (name) => `<${name}>`)
      const bare = text.replace(tokens, 'x')
      return !/[;\0'"]|--|\/\*|\$/.test(bare)
    },
  },
  {
    name: 'schedule',
    structure: 'json',
    seeds: [json(schedule), json({ ...schedule, cron: '*/5 0-6,12 1,15 JAN-JUN 0#2', timezone: 'UTC' })],
    take(input) {
      const { cron, timezone } = (valueOf(input) ?? {}) as Record<string, unknown>
      if (typeof cron !== 'string' || typeof timezone !== 'string') return null
      const after = Date.UTC(2026, 10, 22)
      validSchedule({ cron, timezone })
      const fires = firesBetween({ cron, timezone }, { after, until: after + 86_400_000, most: 3 })
      return fires.map((at) => isFire({ cron, timezone }, at))
    },
    authentic: (fires) => (fires as boolean[]).every((one) => one),
  },
]
