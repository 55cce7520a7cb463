/** What of a pipeline does not go with the kinds of its two connections: known before anything is connected to. */
import { Fault } from '../../shared/faults.ts'
import type { ConnectionKind } from '../../shared/schemas/connection.ts'
import type { PipelineStream } from '../../shared/schemas/pipeline.ts'
import { connectorOf } from '../connectors/connectors.ts'
import { isPattern, placeholdersOf } from './patterns.ts'

interface Kinds {
  readonly source: ConnectionKind
  readonly destination: ConnectionKind
}

/** Kinds whose targets have no rows that could be found by a key. */
const keyless: readonly string[] = ['files']
const keyed: readonly string[] = ['merge', 'history', 'mirror']
/** Kinds whose names are paths: a pattern can be one stream of many files, and a name has no schema or table in it. */
const paths: readonly string[] = ['files', 'https']

/** Throws `unsupported` or `pipeline_invalid`, naming the stream. */
export function checkEnds(streams: readonly PipelineStream[], { source, destination }: Kinds): void {
  if (connectorOf(source).source === undefined) throw new Fault('unsupported', `${source} is no source.`)
  if (connectorOf(destination).destination === undefined) {
    throw new Fault('unsupported', `${destination} is no destination.`)
  }
  for (const [at, { from, to, mode, cursor }] of streams.entries()) {
    const stream = `streams.${at}, "${from}"`
    if (keyless.includes(destination) && keyed.includes(mode)) {
      throw new Fault(
        'unsupported',
        `${stream}: mode ${mode} finds rows by their key, which a destination of kind ${destination} cannot: ` +
          'it takes replace and append.',
      )
    }
    if (source === 'https' && cursor !== undefined) {
      throw new Fault('unsupported', `${stream}: a source of kind ${source} has no cursors.`)
    }
    if (paths.includes(source) && placeholdersOf(to).length > 0) {
      throw new Fault(
        'unsupported',
        `${stream}: the names of a source of kind ${source} have no schema or table that "${to}" could take.`,
      )
    }
    if (isPattern(from) && placeholdersOf(to).length === 0 && !paths.includes(source)) {
      throw new Fault(
        'pipeline_invalid',
        `${stream}: every table that the pattern finds would have the one target "${to}": write {table} into it.`,
      )
    }
  }
}
