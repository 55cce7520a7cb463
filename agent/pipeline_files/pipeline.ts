/** The pipeline file: what a person writes about what moves. */
import { z } from 'zod'
import { Name } from '../../shared/schemas/fields.ts'
import { PipelineBody, PipelineLimits } from '../../shared/schemas/pipeline.ts'
import { parseType } from '../engine/types.ts'
import { missingParameters, ParametersEntry, TriggersEntry, Where } from './triggers.ts'
import { type FileKind, readYamlFile } from './yaml.ts'

/** Modes of the format; those that this version has no way to run are refused by name. */
const modes = ['replace', 'append', 'merge', 'history', 'mirror'] as const

const Mode = z.enum(modes).transform((mode, context) => {
  if (mode === 'replace' || mode === 'append') return mode
  context.addIssue({
    code: 'custom',
    message: `mode "${mode}" is not available in this version; there are replace and append`,
    params: { unsupported: true },
  })
  return z.NEVER
})

const Cast = z.record(z.string().min(1), z.string()).superRefine((cast, context) => {
  for (const [column, type] of Object.entries(cast)) {
    if (parseType(type) !== null) continue
    context.addIssue({ code: 'custom', path: [column], message: `there is no type "${type}"` })
  }
})

const StreamEntry = z.strictObject({
  from: z.string().min(1),
  to: z.string().min(1),
  mode: Mode.optional(),
  where: Where.optional(),
  key: z.array(z.string().min(1)).min(1).optional(),
  columns: z.strictObject({ cast: Cast.optional() }).optional(),
})

const written = z.strictObject({
  sallyport: z.literal(1, { error: 'the first line is "sallyport: 1"' }),
  name: Name,
  project: Name.default('default'),
  source: Name,
  destination: Name,
  pool: Name.default('default'),
  defaults: z.strictObject({ mode: Mode.optional() }).default({}),
  streams: z.array(StreamEntry).min(1, { error: 'a pipeline has at least one stream' }),
  triggers: TriggersEntry.default({}),
  parameters: ParametersEntry.default({}),
  limits: PipelineLimits.extend({ retries: PipelineLimits.shape.retries.default(3) }).prefault({}),
})

export interface PipelineFile extends Omit<z.output<typeof written>, 'streams' | 'defaults'> {
  /** With the defaults filled in: what is sealed, and what a run moves. */
  readonly body: PipelineBody
}

const schema = written.transform((file, context): PipelineFile => {
  const { streams, defaults, ...rest } = file
  const resolved = streams.map(({ from, to, mode, where, key, columns }, at) => {
    const chosen = mode ?? defaults.mode
    if (chosen === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['streams', at],
        message: 'it has no mode: write "mode: replace" or "mode: append" here, or under defaults',
      })
    }
    return {
      from,
      to,
      mode: chosen ?? 'append',
      ...(where === undefined ? {} : { where }),
      ...(key === undefined ? {} : { key }),
      ...(columns?.cast === undefined ? {} : { cast: columns.cast }),
    }
  })
  resolved.forEach(({ to }, at) => {
    const first = resolved.findIndex((other) => other.to === to)
    if (first === at) return
    context.addIssue({
      code: 'custom',
      path: ['streams', at, 'to'],
      message: `stream ${first + 1} has the same target`,
    })
  })
  const values = { parameters: file.parameters, scheduled: file.triggers.schedule !== undefined }
  for (const { stream, message } of missingParameters(resolved, values)) {
    context.addIssue({ code: 'custom', path: ['streams', stream, 'where'], message })
  }
  return { ...rest, body: { streams: resolved } }
})

const kind: FileKind<PipelineFile> = {
  what: 'pipeline file',
  schema,
  invalid: 'pipeline_invalid',
  unavailable: [
    ...[
      'after',
      'notify',
      'schema',
      'cursor',
      'exclude',
      'include',
      'rename',
      'mask',
    ],
    ...['transform', 'on_bad_row', 'checks'],
  ],
}

export interface ReadPipeline {
  readonly file: PipelineFile
  readonly text: string
}

/** Throws `file_unreadable`, `pipeline_invalid` or `unsupported`, naming line and key. */
export function readPipelineFile(path: string): ReadPipeline {
  const { value, text } = readYamlFile(path, kind)
  return { file: value, text }
}
