import { z } from 'zod'
import { Hash, Id, Name, Version } from './fields.ts'
import { Parameter, ParameterName } from './parameter.ts'

export const PipelineLimits = z.strictObject({
  rows: z.int().min(1).optional(),
  minutes: z.int().min(1).max(100_000).optional(),
  /** Attempts after the first. */
  retries: z.int().min(0).max(100),
  runs_per_day: z.int().min(1).max(100_000).optional(),
})
export type PipelineLimits = z.infer<typeof PipelineLimits>

/** The longest that a start may be put off by chance. */
export const MAX_JITTER_SECONDS = 3_600

/** When the edge may start a run on its own: at the times of `cron` in `timezone` or of `every`, and no other. */
export const Schedule = z.strictObject({
  /** Five fields. */
  cron: z.string().min(1).max(200).optional(),
  /** A name of the IANA time zone database. */
  timezone: z.string().min(1).max(64).optional(),
  /** In place of the two: at the multiples of this time since 1970 UTC: `15m`, `6h`, `1d`. */
  every: z.string().regex(/^[1-9]\d{0,4}[mhd]$/, 'a whole number with m, h or d: 15m').optional(),
  /** A run starts up to so many seconds after its fire time: how many, follows from pipeline and fire time. */
  jitter: z.int().min(1).max(MAX_JITTER_SECONDS).optional(),
  /**
   * What happens when the run before is not over: none is made, it waits, or it waits and the edge cancels whatever
   * older runs the schedule has made.
   */
  overlap: z.enum(['skip', 'queue', 'cancel_running']),
  /** Which fire times that were missed are made up for. */
  catch_up: z.enum(['none', 'last', 'all']),
})
export type Schedule = z.infer<typeof Schedule>

const PerDay = z.int().min(1).max(10_000)

/** A run of this pipeline after one of another pipeline of the project has ended. */
export const After = z.strictObject({
  pipeline: Id,
  /** The other one's. Agents of that pool know what has run there; of any other pool they take the edge's word. */
  pool: Name,
  /** Of how it ended, those that count. */
  on: z.array(z.enum(['succeeded', 'partial', 'failed'])).min(1).max(3),
  /** A UTC day. */
  per_day: PerDay,
})
export type After = z.infer<typeof After>

/** What is signed about a pipeline, and what the edge can see of it. */
export const Pipeline = z.strictObject({
  type: z.literal('pipeline'),
  tenant: Id,
  project: Id,
  id: Id,
  version: Version,
  name: Name,
  connections: z.strictObject({ source: Id, destination: Id }),
  pool: Name,
  triggers: z.strictObject({
    /** Runs that the edge may start without a signed request, a UTC day. */
    api: z.strictObject({ per_day: PerDay }).optional(),
    schedule: Schedule.optional(),
    after: After.optional(),
    /** Runs that the edge may start because somebody called the pipeline's webhook, a UTC day. */
    webhook: z.strictObject({ per_day: PerDay }).optional(),
  }),
  parameters: z.record(ParameterName, Parameter),
  limits: PipelineLimits,
  commitment: Hash,
})
export type Pipeline = z.infer<typeof Pipeline>

const ColumnName = z.string().min(1).max(256)

/** One table or file set on its way. Names are as the connector spells them; those of columns are the source's. */
export const PipelineStream = z.strictObject({
  /** May be a pattern, of which every name that fits is a stream of its own: `public.customer_*`. */
  from: z.string().min(1).max(1024),
  /** `{schema}` and `{table}` are the parts of the name that was found. */
  to: z.string().min(1).max(1024),
  mode: z.enum(['replace', 'append', 'merge', 'history', 'mirror']),
  /** A condition in the source's SQL; `${name}` is a parameter, bound as a value. */
  where: z.string().min(1).max(10_000).optional(),
  key: z.array(ColumnName).min(1).max(64).optional(),
  cast: z.record(ColumnName, z.string().min(1).max(256)).optional(),
  /** Only rows are read that are newer than the last run's, by this column. */
  cursor: z.strictObject({
    column: ColumnName,
    /** Read once more from so far before the last value on: `5m`, or a whole number. */
    lag: z.string().regex(/^\d{1,15}[smhd]?$/, 'a whole number, or one with s, m, h or d: 5m').optional(),
  }).optional(),
  /** Either of the two; all columns where both are missing. */
  include: z.array(ColumnName).min(1).max(10_000).optional(),
  exclude: z.array(ColumnName).min(1).max(10_000).optional(),
  /** The source's name → the target's. */
  rename: z.record(ColumnName, ColumnName).optional(),
  /** `evolve` where it is missing. */
  schema: z.enum(['evolve', 'columns_only', 'freeze']).optional(),
  /** `fail` where it is missing. */
  on_bad_row: z.enum(['fail', 'quarantine']).optional(),
}).superRefine((stream, context) => {
  for (const { path, message } of contradictions(stream)) {
    context.addIssue({ code: 'custom', path: [...path], message })
  }
})
export type PipelineStream = z.infer<typeof PipelineStream>

interface Contradiction {
  readonly path: readonly (string | number)[]
  readonly message: string
}

interface Asked {
  readonly mode: string
  readonly key?: readonly string[] | undefined
  readonly cursor?: { readonly column: string; readonly lag?: string | undefined } | undefined
  readonly cast?: Readonly<Record<string, string>> | undefined
  readonly include?: readonly string[] | undefined
  readonly exclude?: readonly string[] | undefined
  readonly rename?: Readonly<Record<string, string>> | undefined
}

/** What cannot all be meant at once, whatever the source has. */
function contradictions(stream: Asked): Contradiction[] {
  const { key, cast = {}, include, exclude, rename = {} } = stream
  const found: Contradiction[] = []
  const add = (path: Contradiction['path'], message: string) => void found.push({ path, message })
  if (include && exclude) add(['exclude'], 'either include or exclude, not both')
  for (const [what, names] of Object.entries({ key, include, exclude })) {
    const at = names?.findIndex((name, index) => names.indexOf(name) !== index) ?? -1
    if (names && at >= 0) add([what, at], `"${names[at]}" stands there twice`)
  }
  const left = (name: string) => exclude?.includes(name) === true || include?.includes(name) === false
  for (const name of Object.keys(cast)) {
    if (left(name)) add(['cast', name], `"${name}" is cast, and left out`)
  }
  for (const [name, target] of Object.entries(rename)) {
    if (left(name)) add(['rename', name], `"${name}" is renamed, and left out`)
    const same = Object.keys(rename).find((other) => rename[other] === target)
    if (same !== name) add(['rename', name], `"${same}" is renamed to "${target}" too`)
    if (include?.includes(target) === true && !Object.hasOwn(rename, target)) {
      add(['rename', name], `"${target}" is the name of a column that is included`)
    }
  }
  key?.forEach((name, at) => {
    if (left(name)) add(['key', at], `"${name}" belongs to the key, and is left out`)
  })
  return [...found, ...modeContradictions(stream)]
}

/** What a mode does not go with. */
function modeContradictions({ mode, cursor, rename }: Asked): Contradiction[] {
  const found: Contradiction[] = []
  if (cursor) {
    const { lag } = cursor
    if (mode === 'replace') {
      found.push({ path: ['cursor'], message: 'mode replace reads everything, and takes no cursor' })
    }
    if (mode === 'append' && lag !== undefined) {
      const message = 'mode append takes no lag: rows that are read once more would be there twice'
      found.push({ path: ['cursor', 'lag'], message })
    }
  }
  for (const [name, target] of Object.entries(mode === 'history' ? rename ?? {} : {})) {
    if (target !== '_valid_from' && target !== '_valid_to') continue
    found.push({ path: ['rename', name], message: `mode history has a column "${target}" of its own` })
  }
  return found
}

/** What is sealed: the pipeline file with its defaults filled in. */
export const PipelineBody = z.strictObject({ streams: z.array(PipelineStream).min(1).max(10_000) })
export type PipelineBody = z.infer<typeof PipelineBody>
