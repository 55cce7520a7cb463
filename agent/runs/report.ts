/** What the edge is told about a run: states, counts and codes. */
import { Fault, type FaultCode, mayMend, meaningOf } from '../../shared/faults.ts'
import type { Completion } from '../edge_client/agent_edge.ts'
import type { RunResult } from './move.ts'

/** The end of a run that has moved, or tried to. */
export function completionOf({ status, streams }: RunResult): Completion {
  const codes = streams.map(({ code }) => code).filter((code): code is FaultCode => code !== null)
  const [first] = codes
  return {
    status,
    ...(first === undefined ? {} : { code: first }),
    retry: (status === 'failed' || status === 'partial') && codes.some(mayMend),
    streams: streams.map((
      { route, status: ended, rows_read, rows, bytes, rejected, seconds, code, taken },
      index,
    ) => ({
      index,
      route,
      status: ended,
      rows_read,
      rows,
      bytes,
      rejected,
      seconds,
      ...(code === null ? {} : { code }),
      ...(taken === true ? { taken } : {}),
    })),
  }
}

/** The end of a run that came to nothing before a stream began. */
export function completionOfFault(error: unknown): Completion {
  const code = error instanceof Fault ? error.code : 'internal'
  if (code === 'cancelled') return { status: 'cancelled', code, retry: false, streams: [] }
  const status = meaningOf(code).class === 'refused' ? 'refused' : 'failed'
  return { status, code, retry: status === 'failed' && mayMend(code), streams: [] }
}
