/** `--reset`, `--resync`, `--backfill`: what a run does other than the schedule would. */
import type { Command } from 'commander'
import type { RequestAction } from '../../shared/schemas/request.ts'
import { UsageError } from './shell.ts'

export interface ActionOptions {
  readonly reset?: boolean
  readonly resync?: boolean
  readonly backfill?: boolean
}

export function withActions(command: Command): Command {
  return command
    .option('--reset', 'load every stream as if its target were not there: what is in it goes')
    .option('--resync', 'read every row once more, wherever the cursor is')
    .option('--backfill', 'fill the range that the parameters give; the cursor stays where it is')
    .option('--yes', 'do not ask before a reset, or a resync that appends')
}

export const actionHelp =
  `  (none)      replace: all rows. append: all rows, or by cursor those that are newer than the last run's.
              merge, history, mirror: likewise, by key; mirror deletes what the source has no longer.
  --resync    All rows, wherever the cursor is: as ever by key or as replacement; append adds them once more.
  --backfill  The range's rows: append adds them, replace leaves nothing else, the others go by key and delete
              nothing. The cursor stays where it is.
  --reset     All rows, into targets as if new: what is in them goes, and the cursor with it, in each stream's
              own commit.
`

/** Throws `UsageError` for two of them. */
export function actionOf(options: ActionOptions): RequestAction {
  const given = (['reset', 'resync', 'backfill'] as const).filter((name) => options[name] === true)
  const [action = 'run', other] = given
  if (other !== undefined) throw new UsageError(`--${action} or --${other}, not both.`)
  return action
}

/** What has to be asked before it is done; null where nothing is lost or doubled. `modes`: null where they are sealed. */
export function questionOf(
  action: RequestAction,
  { name, modes }: { readonly name: string; readonly modes: readonly string[] | null },
): string | null {
  if (action === 'reset') {
    return `Load every stream of ${name} as if its target were not there? What is in the targets goes.`
  }
  if (action === 'resync' && modes?.includes('append') !== false) {
    const which = modes === null ? 'Streams of mode append, if it has any,' : 'Streams of mode append'
    return `Read every row of ${name} once more? ${which} add all of them to what is there.`
  }
  return null
}
