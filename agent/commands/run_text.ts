/** What a local run did, or would do, in words. */
import type { RunResult } from '../runs/move.ts'
import type { StreamPlan } from '../runs/plan.ts'
import { bytesText, countText, secondsText } from './progress.ts'
import { table } from './table.ts'

export function resultText({ status, streams, seconds, run_id: runId }: RunResult): string {
  const rows = streams.map((one) => [
    one.stream,
    one.target,
    one.mode,
    one.route ?? '–',
    one.code ?? one.status,
    countText(one.rows),
    bytesText(one.bytes),
    secondsText(one.seconds),
  ])
  const list = table(['stream', 'target', 'mode', 'route', 'status', 'rows', 'bytes', 'time'], rows)
  return `${list}\n\nRun ${runId} ${status} in ${secondsText(seconds)}.`
}

function streamPlanText(one: StreamPlan): string {
  const size = one.estimated_rows === null ? 'size unknown' : `about ${countText(one.estimated_rows)} rows`
  const bytes = one.estimated_bytes === null ? '' : `, ${bytesText(one.estimated_bytes)}`
  return [
    `${one.stream} → ${one.target}  (${one.mode}, ${one.how})`,
    `  route: ${one.route} – ${one.why}`,
    `  size:  ${size}${bytes}`,
    ...one.statements.map((statement) => `  would run: ${statement}`),
  ].join('\n')
}

export function planText(plans: readonly StreamPlan[]): string {
  return plans.map(streamPlanText).join('\n\n')
}
