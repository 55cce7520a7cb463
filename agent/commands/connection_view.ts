/** What was found out about a connection, as text, as JSON and as the beginning of a pipeline file. */
import type {
  CatalogueBody,
  CatalogueStream,
  Check,
  DiscoverResult,
  TestResult,
} from '../../shared/schemas/catalogue.ts'
import { nextStep } from './next_step.ts'
import { bytesText, countText } from './progress.ts'
import { exits, type Shell } from './shell.ts'
import { starterPipeline, type Towards } from './starter_pipeline.ts'
import { table } from './table.ts'

export interface Showing {
  readonly name: string
  readonly kind: string | null
  readonly found: CatalogueBody
  /** The destination that a pipeline file is begun for; null to show the streams themselves. */
  readonly pipelineTo: Towards | null
  /** Said below the result: where it comes from. */
  readonly from?: string
  readonly more?: Readonly<Record<string, unknown>>
}

/** Shows it, and returns the exit code: a check that failed is one of its own. */
export function show(shell: Shell, { name, kind, found, pipelineTo, from, more = {} }: Showing): number {
  if (found.action === 'test') {
    const ok = found.checks.every(({ code }) => code === null)
    const checks = found.checks.map((check) => ({ ...check, ok: check.code === null }))
    shell.result(
      { connection: name, kind, for: found.direction, at: found.at, ok, checks, ...more },
      testText(found, name),
    )
    if (from !== undefined) shell.note(from)
    return ok ? exits.done : exits.checkFailed
  }
  const { at, streams, left_off, withheld } = found
  if (pipelineTo !== null) {
    const text = starterPipeline(found, { name, kind, to: pipelineTo })
    shell.result({ pipeline: text }, text.trimEnd())
  } else {
    shell.result({ connection: name, kind, at, streams, left_off, withheld, ...more }, streamsText(found))
  }
  if (left_off > 0) {
    shell.warn(`${countText(left_off)} more streams are not shown: ask for fewer with --pattern.`)
  }
  if (withheld > 0) {
    shell.note(`${countText(withheld)} more streams are there, which the policy lets nobody read.`)
  }
  if (from !== undefined) shell.note(from)
  return exits.done
}

function testText({ checks, direction }: TestResult, name: string): string {
  const failed = checks.filter(({ code }) => code !== null)
  const last = failed.length === 0
    ? `${name} works for ${direction === 'read' ? 'reading' : 'writing'}.`
    : `${failed.length} of ${checks.length} checks failed.`
  return [...checks.map(checkText), '', last].join('\n')
}

function checkText({ what, code, said, remedy }: Check): string {
  if (code === null) return `ok      ${flat(what)}`
  const mend = remedy ?? nextStep(code)
  return [
    `failed  ${flat(what)}: ${code}`,
    ...(said === null ? [] : [`        ${flat(said)}`]),
    ...(mend === null ? [] : [`        mend it: ${flat(mend)}`]),
  ].join('\n')
}

/** A name with a line break in it would look like a line of its own. */
const flat = (text: string) => text.replace(/[\t\n\r]/g, ' ')

function streamsText({ streams }: DiscoverResult): string {
  if (streams.length === 0) return 'There are no such streams, or this connection may not see them.'
  return streams.map(streamText).join('\n\n')
}

function streamText({ name, columns, key, estimated_rows, estimated_bytes }: CatalogueStream): string {
  const size = [
    ...(estimated_rows === null
      ? []
      : [`about ${countText(estimated_rows)} ${estimated_rows === 1 ? 'row' : 'rows'}`]),
    ...(estimated_bytes === null ? [] : [bytesText(estimated_bytes)]),
  ].join(', ')
  const rows = columns.map((column) => [
    column.name,
    column.native,
    column.type,
    column.nullable ? 'null' : 'not null',
    [...(key.includes(column.name) ? ['key'] : []), ...(column.generated ? ['generated'] : [])].join(', '),
  ])
  const list = table(['column', 'native', 'type', 'nullable', 'is'], rows)
  const indented = list.split('\n').map((line) => `  ${line}`).join('\n')
  return `${flat(name)}${size === '' ? '' : `  (${size})`}\n${indented}`
}
