/** What a pipeline says about when it runs and with which values, for people. */
import { firesBetween } from '../../shared/schedule.ts'
import type { Parameter } from '../../shared/schemas/parameter.ts'
import type { After, Pipeline, PipelineStream, Schedule } from '../../shared/schemas/pipeline.ts'
import { table } from './table.ts'

/** As signed, or as a file has them: that one names the pipeline that it follows, and no pool. */
type Triggers = Omit<Pipeline['triggers'], 'after'> & {
  readonly after?: Omit<After, 'pool'> & { readonly pool?: string } | undefined
}

type Fact = readonly [name: string, value: string]

/** As `facts` takes them. `now`, in ms: the next fire times are after it. */
export function triggerFacts(
  { triggers, parameters }: Pick<Pipeline, 'parameters'> & { readonly triggers: Triggers },
  now: number,
): Fact[] {
  const { api, schedule, after, webhook } = triggers
  return [
    ['unsigned runs', api === undefined ? 'none' : `${api.per_day} a day`],
    ...(schedule === undefined ? [] : [
      [
        'schedule',
        `${timesText(schedule)}; while one runs: ${schedule.overlap}; missed: ${schedule.catch_up}`,
      ],
      ['next', nextFires(schedule, now).join(', ')],
    ] as const),
    ...(after === undefined ? [] : [[
      'follows',
      followsText(after),
    ]] as const),
    ...(webhook === undefined ? [] : [['webhook', `${webhook.per_day} a day`]] as const),
    ...Object.entries(parameters).map(([name, one]) => [`parameter ${name}`, parameterText(one)] as const),
  ]
}

function followsText({ pipeline, pool, on, per_day }: NonNullable<Triggers['after']>): string {
  const place = pool === undefined ? pipeline : `${pipeline} of the pool ${pool}`
  return `the pipeline ${place}, once it has ${on.join(' or ')}; ${per_day} a day`
}

/** Its fire times, in words. */
export function timesText(
  { cron, timezone, every, jitter }: Pick<Schedule, 'cron' | 'timezone' | 'every' | 'jitter'>,
): string {
  const times = every === undefined ? `${cron} in ${timezone}` : `every ${every}`
  return jitter === undefined ? times : `${times}, up to ${jitter} s later`
}

/** The next three fire times, as the API spells times. */
export function nextFires(schedule: NonNullable<Pipeline['triggers']['schedule']>, now: number): string[] {
  const next = firesBetween(schedule, { after: now, until: Infinity, most: 3 })
  return next.map((ms) => new Date(ms).toISOString())
}

/** A line a stream; a column only where one of them says something. */
export function streamsTable(streams: readonly PipelineStream[]): string {
  const columns: Readonly<Record<string, (stream: PipelineStream) => string>> = {
    from: ({ from }) => from,
    to: ({ to }) => to,
    mode: ({ mode }) => mode,
    key: ({ key }) => key?.join(', ') ?? '',
    cursor: ({ cursor }) => cursorText(cursor),
    columns: columnsText,
    schema: ({ schema }) => schema ?? '',
    'bad rows': ({ on_bad_row }) => on_bad_row ?? '',
    where: ({ where }) => where ?? '',
  }
  const said = Object.entries(columns).filter(([, text]) => streams.some((stream) => text(stream) !== ''))
  return table(said.map(([name]) => name), streams.map((stream) => said.map(([, text]) => text(stream))))
}

function cursorText(cursor: PipelineStream['cursor']): string {
  if (cursor === undefined) return ''
  return cursor.lag === undefined ? cursor.column : `${cursor.column}, ${cursor.lag} back`
}

function columnsText({ include, exclude, rename, cast }: PipelineStream): string {
  return [
    ...(include === undefined ? [] : [`only ${include.join(', ')}`]),
    ...(exclude === undefined ? [] : [`without ${exclude.join(', ')}`]),
    ...Object.entries(rename ?? {}).map(([name, target]) => `${name} as ${target}`),
    ...Object.entries(cast ?? {}).map(([name, type]) => `${name} is ${type}`),
  ].join('; ')
}

function parameterText(parameter: Parameter): string {
  const preset = parameter.default === undefined
    ? ''
    : `, ${JSON.stringify(parameter.default)} where nobody says`
  return `${rangeText(parameter)}${preset}`
}

function rangeText(parameter: Parameter): string {
  if ('enum' in parameter) return `one of ${parameter.enum.join(', ')}`
  if (parameter.type === 'text') return `text of at most ${parameter.max_length ?? 10_000} characters`
  const { type, min, max } = parameter
  return `${type}${min === undefined ? '' : ` from ${min}`}${max === undefined ? '' : ` up to ${max}`}`
}
