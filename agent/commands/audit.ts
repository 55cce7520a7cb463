/** `sallyport audit`: who did what, and that nobody has rewritten it. */
import type { Command } from 'commander'
import { answer, everyPage } from '../edge_client/edge_client.ts'
import { sleep } from '../edge_client/transport.ts'
import { type Entry, entryLine } from './audit_entry.ts'
import { defineAuditSearch } from './audit_search.ts'
import { defineAuditVerify } from './audit_verify.ts'
import { namesSeen } from './named.ts'
import { openSession, type Session, type SessionOptions, sessionOptions } from './session.ts'
import { type Define, type Shell, UsageError } from './shell.ts'
import { writeOut } from './written_out.ts'

interface TailOptions extends SessionOptions {
  readonly follow?: boolean
  readonly lines: string
}

export const define: Define = (command, shell) => {
  sessionOptions(command.command('tail').description('Show the last entries of the audit log'))
    .option('--lines <number>', 'how many', '20')
    .option('--follow', 'go on with new ones')
    .addHelpText('after', '\nExamples:\n  sallyport audit tail\n  sallyport audit tail --follow --json')
    .action(shell.action((options: TailOptions) => tail(shell, options)))
  sessionOptions(
    command.command('export').description('Write the whole log and its checkpoint as JSON lines'),
  )
    .option('--out <file>', 'the file (default: stdout)')
    .addHelpText('after', '\nExamples:\n  sallyport audit export --out audit.jsonl')
    .action(shell.action((options: SessionOptions & { readonly out?: string }) => exportLog(shell, options)))
  defineAuditSearch(command as Command, shell)
  defineAuditVerify(command as Command, shell)
}

async function tail(shell: Shell, options: TailOptions): Promise<void> {
  const lines = Number(options.lines)
  if (!Number.isInteger(lines) || lines < 1 || lines > 1000) {
    throw new UsageError('--lines is from 1 to 1000.')
  }
  const session = openSession(shell, options)
  const { size } = await answer(session.edge.GET('/v1/audit/checkpoint'))
  const names = await namesSeen(session)
  let after = size - lines - 1
  for (const stop = new AbortController();;) {
    for (const entry of await entriesAfter(session, after)) {
      shell.result(entry, entryLine(entry, names))
      after = entry.index
    }
    if (options.follow !== true) return
    await sleep(2000, stop.signal)
  }
}

async function entriesAfter({ edge }: Session, after: number): Promise<readonly Entry[]> {
  const query = after < 0 ? {} : { after }
  return await everyPage((cursor) =>
    answer(edge.GET('/v1/audit', { params: { query: { limit: 100, ...(cursor.cursor ? cursor : query) } } }))
  )
}

async function exportLog(shell: Shell, options: SessionOptions & { readonly out?: string }): Promise<void> {
  const { edge } = openSession(shell, options)
  const bytes = await writeOut(await edge.GET('/v1/audit/export', { parseAs: 'stream' }), options.out)
  if (options.out === undefined) return
  shell.result(
    { file: options.out, bytes },
    `${options.out} is written. Verify it: sallyport audit verify ${options.out} --anchor FILE`,
  )
}
