/** `sallyport audit verify`: an export against what agents remember, and against what they have signed for. */
import type { Command } from 'commander'
import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { fromBase64 } from '../../shared/bytes.ts'
import { Fault, type FaultCode } from '../../shared/faults.ts'
import { logOrigin } from '../../shared/log/checkpoint.ts'
import { verifyExport, type Witness } from '../../shared/log/export.ts'
import { Anchor } from '../../shared/schemas/anchor.ts'
import { Key } from '../../shared/schemas/fields.ts'
import { parseFile, places, readProfile } from '../home.ts'
import { native } from '../primitives.ts'
import { anchorAt } from '../trust/anchor.ts'
import { remembered } from '../trust/log_watch.ts'
import { walkTrust } from '../trust/trust_chain.ts'
import { peopleTrust } from './people_trust.ts'
import { verifiedReceipts } from './receipts.ts'
import { openSession, type SessionOptions, sessionOptions } from './session.ts'
import { exits, type Shell, UsageError } from './shell.ts'
import { table } from './table.ts'

interface VerifyOptions extends SessionOptions {
  readonly anchor?: readonly string[]
  readonly receipts?: boolean
  readonly logKey?: string
}

const help = `
Works offline. The log key is that of the trust document that was last verified here, or --log-key. With --anchor the
export has to contain the log as those agents saw it; give the anchor of every pool, and an edge that shows two pools
two logs is caught. With --receipts it has to contain what agents have signed for as well: their newest receipts are
asked of the edge. Without either the export can only be shown to be in itself consistent.

Examples:
  sallyport audit export --out audit.jsonl
  sallyport audit verify audit.jsonl --anchor anchor.json
  sallyport audit verify audit.jsonl --anchor eu.json --anchor us.json --receipts
  sallyport audit verify audit.jsonl --anchor anchor.json --log-key <key>`

export function defineAuditVerify(command: Command, shell: Shell): void {
  sessionOptions(command.command('verify').description('Verify an export against what the agents remember'))
    .argument('<file>', 'the export')
    .option(
      '--anchor <place>',
      "a pool's anchor: a file, or as the agents' configuration names it; once for each",
      add,
    )
    .option('--receipts', 'compare it with the newest receipts of agents, from the edge')
    .option('--log-key <key>', 'log key (base64), when no trust document was verified here')
    .addHelpText('after', help)
    .action(shell.action((file: string, options: VerifyOptions) => verify(shell, file, options)))
}

const add = (place: string, before: readonly string[] = []) => [...before, place]

interface Erasure {
  readonly index: number
  readonly time: string
  readonly member: string
}

/** So many are listed; all are counted. */
const mostListed = 1000

async function verify(shell: Shell, file: string, options: VerifyOptions): Promise<number> {
  try {
    await check(shell, file, options)
    return exits.done
  } catch (error) {
    if (!(error instanceof Fault) || !failures.includes(error.code)) throw error
    shell.failed(error)
    return exits.checkFailed
  }
}

async function check(shell: Shell, file: string, options: VerifyOptions): Promise<void> {
  const known = await knownLog(shell, options)
  const anchors = await Promise.all((options.anchor ?? []).map(readAnchorAt))
  for (const { place } of anchors.filter(({ witness }) => witness.length === 0)) {
    shell.warn(`${place} remembers nothing of the log yet: it says nothing for or against it.`)
  }
  const tenant = tenantOf(known.tenant, anchors)
  const receipts = options.receipts === true ? await receiptWitnesses(shell, options) : []
  const witnesses = [...anchors.flatMap(({ witness }) => witness), ...receipts]
  const erased = new Erasures()
  const { checkpoint } = await verifyExport(native, {
    chunks: createReadStream(file, { highWaterMark: 1 << 20 }),
    log: { name: logOrigin(tenant), publicKey: fromBase64(known.logKey) },
    remembered: null,
    witnesses,
    onLeaf: (leaf, index) => erased.see(leaf, index),
  })
  const seen = witnesses.map(({ name, size }) => ({ name, size }))
  const anchored = seen.length > 0
  const value = {
    ok: true,
    entries: checkpoint.size,
    anchored,
    remembered: anchored ? Math.max(...seen.map(({ size }) => size)) : null,
    witnesses: seen,
    erasures: erased.count,
    erased: erased.listed,
  }
  shell.result(value, reportText(checkpoint.size, seen, erased))
}

function reportText(
  entries: number,
  seen: readonly { readonly name: string; readonly size: number }[],
  { count, listed }: Erasures,
): string {
  const signed = `${entries} entries, signed by the log key`
  const said = seen.length === 0
    ? `${signed}: self-consistent only. Nothing here remembers what it should be.`
    : `${signed}. It contains what was seen by\n${
      seen.map(({ name, size }) => `  ${name}: ${size} entries`).join('\n')
    }`
  if (count === 0) return said
  const rows = listed.map(({ index, time, member }) => [String(index), time, member])
  const more = count > listed.length ? `, of which the first ${listed.length}` : ''
  return `${said}\n\nNames were erased ${count} times${more}:\n${table(['entry', 'time', 'member'], rows)}`
}

/** Entries that say whose names are no longer beside the log. */
class Erasures {
  count = 0
  readonly listed: Erasure[] = []

  see(leaf: string, index: number): void {
    if (!leaf.includes('"member.erased"')) return
    const { action, time, target } = eventOf(leaf)
    if (action !== 'member.erased') return
    this.count++
    if (this.listed.length < mostListed) {
      this.listed.push({ index, time: String(time), member: String(target) })
    }
  }
}

/** A leaf is what its log says it is; one that is no event of ours is no erasure. */
function eventOf(leaf: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(leaf)) as Record<string, unknown>
  } catch {
    return {}
  }
}

/** What says that the log is not what it should be, as against a file that cannot be read. */
const failures: readonly FaultCode[] = [
  'export_invalid',
  'export_altered',
  'checkpoint_invalid',
  'log_forked',
]

interface ReadAnchor {
  readonly tenant: string
  readonly place: string
  /** None before its agents have seen the log. */
  readonly witness: readonly Witness[]
}

async function readAnchorAt(place: string): Promise<ReadAnchor> {
  const store = anchorAt(/^[a-z0-9]{2,12}:/.test(place) ? place : `file:${place}`)
  const seen = await store.read()
  if (seen === null) throw new Fault('file_unreadable', `There is no anchor at ${place}.`)
  const { tenant, pool, checkpoint } = parseFile(Anchor, seen.text, place)
  const head = remembered(checkpoint)
  return { tenant, place, witness: head === null ? [] : [{ ...head, name: `pool ${pool} (${place})` }] }
}

function tenantOf(known: string | null, anchors: readonly ReadAnchor[]): string {
  const tenant = known ?? anchors[0]?.tenant
  if (tenant === undefined) throw new UsageError('Give --anchor: nothing else says whose log it is.')
  const other = anchors.find((one) => one.tenant !== tenant)
  if (other === undefined) return tenant
  throw new UsageError(`The anchor ${other.place} is of the tenant ${other.tenant}, not of ${tenant}.`)
}

/**
 * Signed by the keys of pools, so the edge can keep one back, and make none up. One under a key that a pool had before is
 * left out, as one that was kept back: it must not stand in the way of the others.
 */
async function receiptWitnesses(shell: Shell, options: VerifyOptions): Promise<Witness[]> {
  const session = openSession(shell, options)
  const { chain, floor } = await peopleTrust(session, { current: false })
  const receipts = await verifiedReceipts(session, { trust: chain.document, deny: floor?.deny ?? [] })
  return receipts.flatMap(({ agent, pool, log, issued }) =>
    log === null ? [] : [{
      size: log.size,
      root: fromBase64(log.root),
      name: `agent ${agent} of the pool ${pool}, signed at ${issued}`,
    }]
  )
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
    // Nothing there is no fault of the edge's, which is not asked.
    if (existsSync(cache)) {
      const { document } = await walkTrust({ pin: profile.pin, seen: [], cache, after: null })
      return { tenant: document.tenant, logKey: document.log_key }
    }
  }
  throw new UsageError(
    'No trust document was verified here yet: run sallyport trust show once, or give --log-key.',
  )
}
