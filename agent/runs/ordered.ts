/** What a trigger makes of the pipeline's streams: conditions with its values. */
import { bindCondition } from '../../shared/condition.ts'
import { Fault } from '../../shared/faults.ts'
import type { Parameter, ParameterValues } from '../../shared/schemas/parameter.ts'
import type { PipelineStream } from '../../shared/schemas/pipeline.ts'
import type { RequestAction } from '../../shared/schemas/request.ts'
import type { StreamSpec } from './move.ts'

/**
 * Throws `pipeline_invalid` for a `where` that is no condition, and `parameter_refused` for a parameter in it that is
 * not declared or has no value: to a scheduled run nobody gives one, so it has the defaults.
 */
export function orderedStreams(
  streams: readonly PipelineStream[],
  declared: Readonly<Record<string, Parameter>>,
  parameters: ParameterValues,
): StreamSpec[] {
  return streams.map((stream) => {
    const { where, ...said } = stream
    const spec = where === undefined ? said : { ...said, where: bindCondition(where, declared, parameters) }
    return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined)) as never
  })
}

/**
 * A backfill needs a range, which only parameters give that are no enumeration. Throws `parameter_refused`. Only people
 * ask for anything but `run`: in a signed request, or at the keyboard. What the edge starts on its own is a run.
 */
export function checkAction(
  action: RequestAction,
  declared: Readonly<Record<string, Parameter>>,
): void {
  if (action !== 'backfill' || Object.values(declared).some((one) => !('enum' in one))) return
  throw new Fault('parameter_refused', 'The pipeline declares no parameter that gives a range to fill.')
}
