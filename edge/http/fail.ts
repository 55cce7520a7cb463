/** How a request fails: a problem document under its id, and a line in the log where the fault is ours. */
import type { Fault } from '../../shared/faults.ts'
import { newId } from '../../shared/ids.ts'
import { explain } from './log.ts'
import { problem, statusOf } from './problem.ts'
import type { Services } from './services.ts'

interface Failed {
  readonly requestId: string
  readonly operation: string
  readonly oauth: boolean
}

/** `call`: undefined for what no route was found for. */
export function failureOf(
  services: Pick<Services, 'clock' | 'randomBytes' | 'log'>,
  fault: Fault,
  { call, headers = {} }: {
    readonly call: Failed | undefined
    readonly headers?: Readonly<Record<string, string>>
  },
): Response {
  const requestId = call?.requestId ?? newId(services.clock(), services.randomBytes)
  if (statusOf(fault.code) >= 500) {
    const fields = { request: requestId, operation: call?.operation ?? null, error: explain(fault) }
    services.log('error', 'a request failed', fields)
  }
  return problem(fault, { requestId, headers, oauth: call?.oauth === true })
}
