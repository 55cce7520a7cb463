/** What a trigger makes of the pipeline's streams: modes by its action, conditions with its values. */
import { bindCondition } from '../../shared/condition.ts'
import type { Parameter } from '../../shared/schemas/parameter.ts'
import type { PipelineStream } from '../../shared/schemas/pipeline.ts'
import type { StreamSpec } from './move.ts'
import type { RunOrder } from './trigger.ts'

/**
 * Throws `pipeline_invalid` for a `where` that is no condition, and `parameter_refused` for a parameter in it that is
 * not declared or has no value: to a scheduled run nobody gives one, so it has the defaults.
 */
export function orderedStreams(
  streams: readonly PipelineStream[],
  declared: Readonly<Record<string, Parameter>>,
  { action, parameters }: RunOrder,
): StreamSpec[] {
  return streams.map(({ from, to, mode, where, key, cast }) => ({
    from,
    to,
    mode: action === 'reset' ? 'replace' : mode,
    ...(where === undefined ? {} : { where: bindCondition(where, declared, parameters) }),
    ...(key === undefined ? {} : { key }),
    ...(cast === undefined ? {} : { cast }),
  }))
}
