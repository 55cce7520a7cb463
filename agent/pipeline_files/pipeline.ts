/** The pipeline file: what a person writes about what moves. */
import { z } from 'zod'
import { Name } from '../../shared/schemas/fields.ts'
import { type PipelineBody, PipelineLimits } from '../../shared/schemas/pipeline.ts'
import { DefaultsEntry, resolveStreams, StreamEntry } from './streams.ts'
import { missingParameters, ParametersEntry, TriggersEntry } from './triggers.ts'
import { type FileKind, readYamlFile } from './yaml.ts'

const written = z.strictObject({
  sallyport: z.literal(1, { error: 'the first line is "sallyport: 1"' }),
  name: Name,
  project: Name.default('default'),
  source: Name,
  destination: Name,
  pool: Name.default('default'),
  defaults: DefaultsEntry.default({}),
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
  const { streams: resolved, wrong } = resolveStreams(streams, defaults)
  for (const { way, message } of wrong) context.addIssue({ code: 'custom', path: [...way], message })
  streams.forEach(({ to }, at) => {
    const first = streams.findIndex((other) => other.to === to)
    if (first === at) return
    context.addIssue({
      code: 'custom',
      path: ['streams', at, 'to'],
      message: `stream ${first + 1} has the same target`,
    })
  })
  const { schedule, after, webhook } = file.triggers
  if (after?.pipeline === file.name) {
    context.addIssue({
      code: 'custom',
      path: ['triggers', 'after', 'pipeline'],
      message: 'it cannot follow itself',
    })
  }
  const scheduled = [schedule, after, webhook].some((trigger) => trigger !== undefined)
  const values = { parameters: file.parameters, scheduled }
  for (const { stream, message } of missingParameters(streams, values)) {
    context.addIssue({ code: 'custom', path: ['streams', stream, 'where'], message })
  }
  return { ...rest, body: { streams: [...resolved] } }
})

const kind: FileKind<PipelineFile> = {
  what: 'pipeline file',
  schema,
  invalid: 'pipeline_invalid',
  unavailable: ['after', 'notify', 'mask', 'transform', 'checks'],
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
