/** `sallyport audit`: who did what, and that nobody has rewritten it. */
import type { Command } from 'commander'
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { holdsName } from '../../shared/log/names.ts'
import { answer, everyPage } from '../edge_client/edge_client.ts'
import { faultOf, printable } from '../edge_client/problem.ts'
import { sleep } from '../edge_client/transport.ts'
import { native } from '../primitives.ts'
import { defineAuditVerify } from './audit_verify.ts'
import { openSession, type Session, type SessionOptions, sessionOptions } from './session.ts'
import { type Define, type Shell, UsageError } from './shell.ts'

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
  defineAuditVerify(command as Command, shell)
}

async function tail(shell: Shell, options: TailOptions): Promise<void> {
  const lines = Number(options.lines)
  if (!Number.isInteger(lines) || lines < 1 || lines > 1000) {
    throw new UsageError('--lines is from 1 to 1000.')
  }
  const session = openSession(shell, options)
  const { size } = await answer(session.edge.GET('/v1/audit/checkpoint'))
  let after = size - lines - 1
  for (const stop = new AbortController();;) {
    for (const entry of await entriesAfter(session, after)) {
      shell.result(entry, entryLine(entry))
      after = entry.index
    }
    if (options.follow !== true) return
    await sleep(2000, stop.signal)
  }
}

interface Entry {
  readonly index: number
  readonly leaf: string
  readonly names?: Readonly<Record<string, { readonly value: string; readonly salt: string }>> | undefined
}

async function entriesAfter({ edge }: Session, after: number): Promise<readonly Entry[]> {
  const query = after < 0 ? {} : { after }
  return await everyPage((cursor) =>
    answer(edge.GET('/v1/audit', { params: { query: { limit: 100, ...(cursor.cursor ? cursor : query) } } }))
  )
}

/** An entry for people. It comes from the edge, so nothing in it may steer the terminal. */
function entryLine({ index, leaf, names }: Entry): string {
  const { time, action, actor, target, facts } = JSON.parse(leaf) as Record<string, unknown>
  const { kind, id } = (actor ?? {}) as { kind?: unknown; id?: unknown }
  const more = Object.entries((facts ?? {}) as Record<string, unknown>).map(([name, value]) =>
    `${name}=${String(value)}`
  )
  // A name stands beside the entry, which holds its hash: the edge could write any other one there.
  const said = Object.entries(names ?? {}).map(([field, { value, salt }]) =>
    holdsName(native, leaf, { field, value, salt }) ? `${field}="${value}"` : `${field}=(not the entry's)`
  )
  const who = id === undefined ? String(kind) : `${String(kind)} ${String(id)}`
  return printable(
    [String(index).padStart(6), String(time), String(action), `by ${who}`, String(target), ...more, ...said]
      .join('  '),
  )
}

async function exportLog(shell: Shell, options: SessionOptions & { readonly out?: string }): Promise<void> {
  const { edge } = openSession(shell, options)
  const { data, error, response } = await edge.GET('/v1/audit/export', { parseAs: 'stream' })
  if (!response.ok || !data) throw faultOf(response.status, error)
  const out = options.out === undefined ? process.stdout : createWriteStream(options.out, { mode: 0o600 })
  let bytes = 0
  for await (const chunk of data as ReadableStream<Uint8Array>) {
    bytes += chunk.length
    if (!out.write(chunk)) await once(out, 'drain')
  }
  if (options.out === undefined) return
  out.end()
  await once(out, 'finish')
  shell.result(
    { file: options.out, bytes },
    `${options.out} is written. Verify it: sallyport audit verify ${options.out} --anchor FILE`,
  )
}
