/** What a local run did, or would do, in words. */
import type { RequestAction } from '../../shared/schemas/request.ts'
import type { RunResult } from '../runs/move.ts'
import type { PlannedRange, StreamPlan } from '../runs/plan.ts'
import { bytesText, countText, secondsText } from './progress.ts'
import { table } from './table.ts'

export function resultText({ status, streams, seconds, run_id: runId }: RunResult): string {
  const aside = streams.some(({ rejected }) => rejected > 0)
  const rows = streams.map((one) => [
    one.stream,
    one.target,
    one.mode,
    one.route ?? '–',
    one.code ?? one.status,
    countText(one.rows),
    ...(aside ? [countText(one.rejected)] : []),
    bytesText(one.bytes),
    secondsText(one.seconds),
  ])
  const headings = [
    ...['stream', 'target', 'mode', 'route', 'status', 'rows'],
    ...(aside ? ['rejected'] : []),
    ...['bytes', 'time'],
  ]
  const total = streams.length > 1 ? ` ${totalText(streams)}` : ''
  return `${table(headings, rows)}\n\nRun ${runId} ${status} in ${secondsText(seconds)}.${total}`
}

function totalText(streams: RunResult['streams']): string {
  const done = streams.filter(({ status }) => status === 'succeeded').length
  const sum = (what: 'rows' | 'bytes' | 'rejected') => streams.reduce((total, one) => total + one[what], 0)
  const aside = sum('rejected') > 0 ? `, ${countText(sum('rejected'))} rejected` : ''
  return `${done} of ${streams.length} streams, ${countText(sum('rows'))} rows, ${
    bytesText(sum('bytes'))
  }${aside}.`
}

/** With more streams than this a plan is a table: what each would run is in --json. */
const mostBlocks = 12

export function planText(plans: readonly StreamPlan[], action: RequestAction): string {
  if (plans.length === 0) return 'There is nothing to move.'
  if (plans.length > mostBlocks) return plansTable(plans)
  return plans.map((plan) => blockText(plan, action)).join('\n\n')
}

const mostSigns = 400

function blockText(plan: StreamPlan, action: RequestAction): string {
  const slices = plan.slices > 1 ? `, in ${countText(plan.slices)} slices` : ''
  return [
    `${plan.stream} → ${plan.target}  (${plan.mode}, ${becomes[plan.how]})`,
    `  route:     ${plan.route} – ${plan.why}`,
    `  rows:      ${rowsText(plan, action)}`,
    `  size:      ${sizeText(plan)}${slices}`,
    ...plan.changes.map((change) => `  change:    ${change}`),
    ...plan.statements.map((statement) =>
      `  would run: ${shortened(statement).replaceAll('\n', '\n             ')}`
    ),
  ].join('\n')
}

/** Statements over all columns of a wide table are for programs. */
function shortened(statement: string): string {
  const signs = [...statement]
  return signs.length <= mostSigns ? statement : `${signs.slice(0, mostSigns).join('')} … (whole in --json)`
}

const becomes: Readonly<Record<StreamPlan['how'], string>> = {
  create: 'the target is created',
  fill: 'the target is empty',
  append: 'rows are added',
  swap: 'a new table takes the place of the old',
  refill: 'the target is emptied, then filled',
  merge: 'rows are merged by key',
  history: 'changed rows are closed, new ones opened',
  mirror: 'rows are merged by key, those that are gone deleted',
}

function rowsText({ range, filtered }: StreamPlan, action: RequestAction): string {
  const rows = rangeText(range, action)
  return filtered ? `${rows}, where the condition is true` : rows
}

function rangeText(range: PlannedRange | null, action: RequestAction): string {
  if (range === null) return 'all'
  const { column, from, inclusive, up_to: upTo, exact } = range
  if (upTo === null) return `none: "${column}" has no value`
  const begin = from === null ? 'from the first one' : `${inclusive ? 'from' : 'after'} ${from}`
  const unsure = exact || action !== 'run'
    ? ''
    : '; from where the target has it, which only the run looks up'
  return `by "${column}", ${begin} up to ${upTo}${unsure}`
}

function sizeText({ estimated_rows: rows, estimated_bytes: bytes }: StreamPlan): string {
  const counted = rows === null ? null : `about ${countText(rows)} ${rows === 1 ? 'row' : 'rows'}`
  const sized = bytes === null ? null : bytesText(bytes)
  return [counted, sized].filter((one) => one !== null).join(', ') || 'unknown'
}

function plansTable(plans: readonly StreamPlan[]): string {
  const rows = plans.map((plan) => [
    plan.stream,
    plan.target,
    plan.mode,
    plan.how,
    plan.route,
    plan.range === null ? 'all' : `by ${plan.range.column}`,
    plan.estimated_rows === null ? '–' : countText(plan.estimated_rows),
    plan.estimated_bytes === null ? '–' : bytesText(plan.estimated_bytes),
    plan.changes.join('; '),
  ])
  const changed = plans.some(({ changes }) => changes.length > 0)
  const headings = ['stream', 'target', 'mode', 'becomes', 'route', 'reads', 'rows', 'bytes', 'changes']
  const list = changed
    ? table(headings, rows)
    : table(headings.slice(0, -1), rows.map((row) => row.slice(0, -1)))
  return `${list}\n\n${plans.length} streams. What each would run: --json`
}
