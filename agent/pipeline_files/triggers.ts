/** The parts of a pipeline file that say when it runs and with which values. */
import { z } from 'zod'
import { parseCondition } from '../../shared/condition.ts'
import { Fault } from '../../shared/faults.ts'
import { defaultsOf, positionOf, spelling } from '../../shared/parameters.ts'
import { Name } from '../../shared/schemas/fields.ts'
import { validSchedule } from '../../shared/schedule.ts'
import { After, MAX_JITTER_SECONDS, Pipeline, Schedule } from '../../shared/schemas/pipeline.ts'
import { Parameter, ParameterName } from '../../shared/schemas/parameter.ts'

const unitSeconds = { s: 1, m: 60, h: 3600 }

/** `90s`, `5m`, `1h`, in seconds. */
const Jitter = z.string().regex(/^[1-9]\d{0,3}[smh]$/, 'a whole number with s, m or h: 5m')
  .transform((text) => parseInt(text, 10) * unitSeconds[text.slice(-1) as keyof typeof unitSeconds])
  .refine((seconds) => seconds <= MAX_JITTER_SECONDS, 'at most an hour')

const ScheduleEntry = z.strictObject({
  cron: z.string().optional(),
  timezone: z.string().optional(),
  every: z.string().optional(),
  jitter: Jitter.optional(),
  overlap: Schedule.shape.overlap.default('skip'),
  catch_up: z.enum(['none', 'last', 'all']).default('last'),
}).transform(({ cron, timezone, every, jitter, overlap, catch_up }): Schedule => {
  const zone = timezone ?? (every === undefined ? 'UTC' : undefined)
  // In the order of the signed document, with which a file is compared.
  return {
    ...(cron === undefined ? {} : { cron }),
    ...(zone === undefined ? {} : { timezone: zone }),
    ...(every === undefined ? {} : { every }),
    ...(jitter === undefined ? {} : { jitter }),
    overlap,
    catch_up,
  }
}).superRefine((schedule, context) => {
  try {
    validSchedule(schedule)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const [, key = '', message] = /^triggers\.schedule\.(\w+): (.*)$/.exec(error.message) ??
      [null, '', error.message]
    context.addIssue({ code: 'custom', path: [key], message: message ?? error.message })
  }
})

const AfterEntry = z.strictObject({
  /** By name: another one of the project. */
  pipeline: Name,
  on: After.shape.on.refine((all) => new Set(all).size === all.length, 'one of them stands there twice')
    .default(['succeeded']),
  per_day: After.shape.per_day,
})

export const TriggersEntry = z.strictObject({
  api: Pipeline.shape.triggers.shape.api,
  schedule: ScheduleEntry.optional(),
  after: AfterEntry.optional(),
  webhook: Pipeline.shape.triggers.shape.webhook,
})

/** YAML reads `1` as a number; a value of a parameter is text. */
const Scalar = z.union([z.string(), z.int().transform(String)], { error: 'write it as text, in quotes' })

const ParameterEntry = z.strictObject({
  enum: z.array(Scalar).min(1).optional(),
  type: z.enum(['integer', 'date', 'timestamp', 'text']).optional(),
  min: Scalar.optional(),
  max: Scalar.optional(),
  max_length: z.int().optional(),
  default: Scalar.optional(),
}).transform((entry, context): Parameter => {
  const issue = (path: string[], message: string) => {
    context.addIssue({ code: 'custom', path, message })
    return z.NEVER
  }
  const parsed = Parameter.safeParse(entry)
  if (!parsed.success) {
    return issue(
      [],
      'it is { enum: [text, …] }, { type: integer, date or timestamp, min?, max? } or { type: text, max_length? }, ' +
        'each with a default if it has one',
    )
  }
  const parameter = parsed.data
  if ('type' in parameter && parameter.type !== 'text') {
    for (const bound of ['min', 'max'] as const) {
      const text = parameter[bound]
      if (text !== undefined && positionOf(parameter.type, text) === null) {
        return issue([bound], `"${text}" is no ${parameter.type}: ${spelling[parameter.type]}`)
      }
    }
  }
  try {
    defaultsOf({ default: parameter })
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return issue(['default'], error.message.replace('The parameter default ', 'it '))
  }
  return parameter
})

export const ParametersEntry = z.record(ParameterName, ParameterEntry)

export const Where = z.string().max(10_000).superRefine((text, context) => {
  try {
    parseCondition(text)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    context.addIssue({ code: 'custom', message: error.message })
  }
})

/** Conditions that use what is not declared, or what a scheduled run has no value for. */
export function missingParameters(
  streams: readonly { readonly where?: string | undefined }[],
  { parameters, scheduled }: {
    readonly parameters: Readonly<Record<string, Parameter>>
    readonly scheduled: boolean
  },
): { readonly stream: number; readonly message: string }[] {
  return streams.flatMap(({ where }, stream) => {
    if (where === undefined || !parses(where)) return []
    return parseCondition(where).flatMap((piece) => {
      if (typeof piece === 'string') return []
      const { parameter } = piece
      if (!Object.hasOwn(parameters, parameter)) {
        return [{ stream, message: `the parameter ${parameter} is not declared under parameters` }]
      }
      return scheduled && parameters[parameter]?.default === undefined
        ? [{
          stream,
          message: `it needs the parameter ${parameter}, which has no default for scheduled runs`,
        }]
        : []
    })
  })
}

function parses(where: string): boolean {
  try {
    return parseCondition(where).length > 0
  } catch {
    return false
  }
}
