/** `sallyport audit`: who did what, and that nobody has rewritten it. */
import { createReadStream, createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { fromBase64 } from '../../shared/bytes.ts'
import { Fault, type FaultCode } from '../../shared/faults.ts'
import { logOrigin } from '../../shared/log/checkpoint.ts'
import { verifyExport } from '../../shared/log/export.ts'
import { Anchor } from '../../shared/schemas/anchor.ts'
import { Key } from '../../shared/schemas/fields.ts'
import { answer, everyPage } from '../edge_client/edge_client.ts'
import { faultOf, printable } from '../edge_client/problem.ts'
import { sleep } from '../edge_client/transport.ts'
import { readText } from '../files.ts'
import { parseFile, places, readProfile } from '../home.ts'
import { native } from '../primitives.ts'
import { remembered } from '../trust/log_watch.ts'
import { walkTrust } from '../trust/trust_chain.ts'
import { openSession, type Session, type SessionOptions, sessionOptions } from './session.ts'
import { type Define, exits, type Shell, UsageError } from './shell.ts'

interface TailOptions extends SessionOptions {
  readonly follow?: boolean
  readonly lines: string
}
interface VerifyOptions {
  readonly anchor?: string
  readonly logKey?: string
}

const verifyHelp = `
Works offline. The log key is that of the trust document that was last verified here, or --log-key. With --anchor the
export has to contain the log as the agents saw it; without one it can only be shown to be in itself consistent.

Examples:
  sallyport audit export --out audit.jsonl
  sallyport audit verify audit.jsonl --anchor anchor.json
  sallyport audit verify audit.jsonl --anchor anchor.json --log-key <key>`

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
  command.command('verify').description('Verify an export against what the agents remember')
    .argument('<file>', 'the export')
    .option('--anchor <file>', "the agents' anchor")
    .option('--log-key <key>', 'log key (base64), when no trust document was verified here')
    .addHelpText('after', verifyHelp)
    .action(shell.action((file: string, options: VerifyOptions) => verify(shell, file, options)))
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
  readonly names?: Readonly<Record<string, { readonly value: string }>> | undefined
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
  const said = Object.entries(names ?? {}).map(([name, { value }]) => `${name}="${value}"`)
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

async function verify(shell: Shell, file: string, options: VerifyOptions): Promise<number> {
  const { tenant, logKey } = await knownLog(shell, options)
  const anchor = options.anchor === undefined ? null : readAnchorFile(options.anchor)
  if (anchor !== null && tenant !== null && anchor.tenant !== tenant) {
    throw new UsageError(`The anchor is of the tenant ${anchor.tenant}, not of ${tenant}.`)
  }
  const whose = tenant ?? anchor?.tenant
  if (whose === undefined) throw new UsageError('Give --anchor: nothing else says whose log it is.')
  try {
    const seen = remembered(anchor?.checkpoint ?? null)
    const { checkpoint, anchored } = await verifyExport(native, {
      chunks: createReadStream(file),
      log: { name: logOrigin(whose), publicKey: fromBase64(logKey) },
      remembered: seen,
    })
    const value = { ok: true, entries: checkpoint.size, anchored, remembered: seen?.size ?? null }
    const text = anchored && seen !== null
      ? `${checkpoint.size} entries, signed by the log key; the first ${seen.size} are what the agents saw.`
      : `${checkpoint.size} entries, signed by the log key: self-consistent only. Nothing here remembers what it should be.`
    shell.result(value, text)
    return exits.done
  } catch (error) {
    if (!(error instanceof Fault) || !failures.includes(error.code)) throw error
    shell.failed(error)
    return exits.checkFailed
  }
}

/** What says that the log is not what it should be, as against a file that cannot be read. */
const failures: readonly FaultCode[] = [
  'export_invalid',
  'export_altered',
  'checkpoint_invalid',
  'log_forked',
]

function readAnchorFile(setting: string): Anchor {
  const path = setting.startsWith('file:') ? setting.slice('file:'.length) : setting
  return parseFile(Anchor, readText(path, 'anchor'), path)
}

/** From the chain that was verified here last, walked again from the pin; no edge is asked. */
async function knownLog(
  { home }: Shell,
  { logKey }: VerifyOptions,
): Promise<{ readonly tenant: string | null; readonly logKey: string }> {
  const profile = readProfile(home)
  if (logKey !== undefined) {
    if (!Key.safeParse(logKey).success) throw new UsageError('--log-key is 32 bytes in base64.')
    return { tenant: profile?.tenant ?? null, logKey }
  }
  if (profile?.pin) {
    const cache = join(home, places.cache, `trust-${profile.pin.tenant}.json`)
    const { document } = await walkTrust({ pin: profile.pin, seen: [], cache, after: async () => [] })
    return { tenant: document.tenant, logKey: document.log_key }
  }
  throw new UsageError(
    'No trust document was verified here. Give --log-key: sallyport trust show --json has it.',
  )
}
