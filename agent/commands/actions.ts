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

export const actionHelp = `
             replace      append              merge           history           mirror
  (none)     all rows     all, or the newer   all, or the newer rows, by key
                          ones by cursor                      and what they     and what is gone
                                                              replace stays     from the source goes
  --resync   all rows     all rows: those     all rows by key, wherever the cursor is; and
                          that are there are  the cursor goes on from there
                          there twice
  --backfill the range    the range's rows    the range's rows, by key; none is taken away
                          are added
  --reset    the target's rows go, the cursor with them, and all rows are loaded: in one commit a stream
`

/** Throws `UsageError` for two of them. */
export function actionOf(options: ActionOptions): RequestAction {
  const given = (['reset', 'resync', 'backfill'] as const).filter((name) => options[name] === true)
  const [action = 'run', other] = given
  if (other !== undefined) throw new UsageError(`--${action} or --${other}, not both.`)
  return action
}

/** What has to be asked before it is done; null where nothing is lost or doubled. `modes` are those known. */
export function questionOf(
  action: RequestAction,
  { name, modes }: { readonly name: string; readonly modes: readonly string[] },
): string | null {
  if (action === 'reset') {
    return `Load every stream of ${name} as if its target were not there? What is in the targets goes.`
  }
  if (action === 'resync' && modes.includes('append')) {
    return `Read every row of ${name} once more? Streams of mode append add all of them to what is there.`
  }
  return null
}
