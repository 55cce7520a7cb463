/** What a pipeline says about when it runs and with which values, for people. */
import { firesBetween } from '../../shared/schedule.ts'
import type { Parameter } from '../../shared/schemas/parameter.ts'
import type { Pipeline } from '../../shared/schemas/pipeline.ts'

type Fact = readonly [name: string, value: string]

/** As `facts` takes them. `now`, in ms: the next fire times are after it. */
export function triggerFacts(
  { triggers, parameters }: Pick<Pipeline, 'triggers' | 'parameters'>,
  now: number,
): Fact[] {
  const { api, schedule } = triggers
  return [
    ['unsigned runs', api === undefined ? 'none' : `${api.per_day} a day`],
    ...(schedule === undefined ? [] : [
      [
        'schedule',
        `${schedule.cron} in ${schedule.timezone}; while one runs: ${schedule.overlap}; missed: ${schedule.catch_up}`,
      ],
      ['next', nextFires(schedule, now).join(', ')],
    ] as const),
    ...Object.entries(parameters).map(([name, one]) => [`parameter ${name}`, parameterText(one)] as const),
  ]
}

/** The next three fire times, as the API spells times. */
export function nextFires(schedule: NonNullable<Pipeline['triggers']['schedule']>, now: number): string[] {
  const next = firesBetween(schedule, { after: now, until: Infinity, most: 3 })
  return next.map((ms) => new Date(ms).toISOString())
}

function parameterText(parameter: Parameter): string {
  if ('enum' in parameter) return `one of ${parameter.enum.join(', ')}`
  if (parameter.type === 'text') return `text of at most ${parameter.max_length ?? 10_000} characters`
  const { type, min, max } = parameter
  return `${type}${min === undefined ? '' : ` from ${min}`}${max === undefined ? '' : ` up to ${max}`}`
}
