/** The streams of a pipeline file, with the defaults of the file filled in where a stream says nothing. */
import { z } from 'zod'
import { PipelineStream } from '../../shared/schemas/pipeline.ts'
import { parseType } from '../engine/types.ts'
import { isPattern, placeholdersOf } from './patterns.ts'
import { Where } from './triggers.ts'

const modes = ['replace', 'append', 'merge', 'history', 'mirror'] as const
const Mode = z.enum(modes, { error: `it is one of ${modes.join(', ')}` })
const schemaPolicies = ['evolve', 'columns_only', 'freeze'] as const
const SchemaPolicy = z.enum(schemaPolicies, { error: `it is one of ${schemaPolicies.join(', ')}` })
const OnBadRow = z.enum(['fail', 'quarantine'], { error: 'it is fail or quarantine' })
const Columns = z.array(z.string().min(1)).min(1)

const types =
  'smallint, integer, bigint, decimal(p,s), real, double, boolean, text, varchar(n), char(n), bytea, uuid, date, ' +
  'time, timestamp, timestamptz, json and jsonb'

const Cast = z.record(z.string().min(1), z.string()).superRefine((cast, context) => {
  for (const [column, type] of Object.entries(cast)) {
    if (parseType(type) !== null) continue
    const message = `there is no type "${type}"; there are ${types}`
    context.addIssue({ code: 'custom', path: [column], message })
  }
})

const lagText = 'a lag is a whole number, or one with s, m, h or d behind it: 5m'
const Lag = z.union([z.int().min(0).transform(String), z.string()], { error: lagText })
  .refine((text) => /^\d{1,15}[smhd]?$/.test(text), { error: lagText })

export const DefaultsEntry = z.strictObject({
  mode: Mode.optional(),
  schema: SchemaPolicy.optional(),
  on_bad_row: OnBadRow.optional(),
})

export const StreamEntry = z.strictObject({
  from: z.string().min(1),
  to: z.string().min(1),
  mode: Mode.optional(),
  where: Where.optional(),
  key: Columns.max(64).optional(),
  cursor: z.strictObject({ column: z.string().min(1), lag: Lag.optional() }).optional(),
  columns: z.strictObject({
    include: Columns.optional(),
    exclude: Columns.optional(),
    rename: z.record(z.string().min(1), z.string().min(1)).optional(),
    cast: Cast.optional(),
  }).optional(),
  schema: SchemaPolicy.optional(),
  on_bad_row: OnBadRow.optional(),
})

type Entry = z.output<typeof StreamEntry>
type Defaults = z.output<typeof DefaultsEntry>

/** What is wrong, and where: a way into the file. */
export interface Wrong {
  readonly way: readonly PropertyKey[]
  readonly message: string
}

export interface Resolved {
  /** As far as they can be understood; all of them where nothing is wrong. */
  readonly streams: readonly PipelineStream[]
  readonly wrong: readonly Wrong[]
}

/** What is sealed of them. What is meant anyway when nothing is said is not sealed. */
export function resolveStreams(entries: readonly Entry[], defaults: Defaults): Resolved {
  const streams: PipelineStream[] = []
  const wrong: Wrong[] = []
  for (const [at, entry] of entries.entries()) {
    const way = ['streams', at] as const
    const mode = entry.mode ?? defaults.mode
    if (mode === undefined) {
      const message = `it has no mode: write "mode: merge", or another one of ${
        modes.join(', ')
      }, here or under defaults`
      wrong.push({ way, message })
    }
    wrong.push(...nameTrouble(entry).map(({ way: to, message }) => ({ way: [...way, ...to], message })))
    const parsed = PipelineStream.safeParse(sealedOf(entry, { ...defaults, mode: mode ?? 'append' }))
    if (parsed.success) streams.push(parsed.data)
    else {wrong.push(
        ...parsed.error.issues.map(({ path, message }) => ({ way: [...way, ...inFile(path)], message })),
      )}
  }
  return { streams, wrong }
}

function sealedOf(entry: Entry, { mode, ...defaults }: Defaults): Record<string, unknown> {
  const { columns = {}, schema = defaults.schema, on_bad_row = defaults.on_bad_row, ...said } = entry
  const all = {
    ...said,
    ...columns,
    mode: said.mode ?? mode,
    schema: schema === 'evolve' ? undefined : schema,
    on_bad_row: on_bad_row === 'fail' ? undefined : on_bad_row,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/** Where a key of the sealed stream stands in the file. */
function inFile(path: readonly PropertyKey[]): readonly PropertyKey[] {
  return ['include', 'exclude', 'rename', 'cast'].includes(String(path[0])) ? ['columns', ...path] : path
}

/** Of patterns only what is certain without the source: of files, a pattern may be one stream of many files. */
function nameTrouble({ from, to }: Entry): Wrong[] {
  const unknown = placeholdersOf(to).find((name) => name !== 'schema' && name !== 'table')
  if (unknown !== undefined) {
    return [{ way: ['to'], message: `there is no {${unknown}}: a target may hold {schema} and {table}` }]
  }
  if (isPattern(to)) {
    return [{ way: ['to'], message: 'a target is one name: {table} stands for what * has found' }]
  }
  const named = placeholdersOf(to)
  if (named.length > 0 && isPattern(from) && !named.includes('table') && starInTable(from)) {
    return [{ way: ['to'], message: 'every table that is found would have one target: it lacks {table}' }]
  }
  return []
}

function starInTable(from: string): boolean {
  return isPattern(from.replace(/"(?:[^"]|"")*"/g, 'x').split('.').at(-1) ?? from)
}
