/** `sallyport keys recover`: the key that opens the ring's sealed copies, in shares; a lost ring from them; a drill. */
import { type Command, InvalidArgumentError } from 'commander'
import { existsSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Fault, type FaultCode } from '../../shared/faults.ts'
import type { Pin } from '../../shared/schemas/pin.ts'
import type { Ring } from '../../shared/schemas/ring.ts'
import { formatPin } from '../../shared/trust/pin.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { suiteOf } from '../../shared/trust/recipients.ts'
import { errno, makePrivateFolder, readIfThere, readText, writeAtomic } from '../files.ts'
import { readProfile } from '../home.ts'
import { keystoreAt } from '../keystore/keystore.ts'
import { copyPath, openCopy, readCopy, writeCopy } from '../keystore/recovery_copy.ts'
import {
  checkRecovery,
  joinShares,
  makeRecoveryKey,
  parseShare,
  shareText,
} from '../keystore/recovery_share.ts'
import { checkRing, readPin } from '../trust/ring.ts'
import { contradictionsOf } from '../trust/rotation.ts'
import { agentOptions, configOf } from './agent_options.ts'
import { ringHere } from './key_inventory.ts'
import { publishNext, refuseDraft } from './next_trust.ts'
import { peopleTrust } from './people_trust.ts'
import { openSession, type SessionOptions, sessionOptions } from './session.ts'
import { exits, Interrupted, type Shell, UsageError } from './shell.ts'
import { facts } from './table.ts'

interface RecoverOptions extends SessionOptions {
  readonly make?: boolean
  readonly drill?: boolean
  readonly shares: number
  readonly threshold: number
  readonly outDir?: string
  readonly print?: boolean
  readonly from?: string
  readonly share: readonly string[]
  readonly recoveryOut?: string
  readonly key: readonly string[]
  readonly force?: boolean
  readonly yes?: boolean
}

const help = `
--make makes a recovery key, gives it out as shares (a file each, to be printed or moved to who keeps it), puts its
public half into the trust document, and seals the ring at hand to it. From then on every rotation writes the sealed
copy anew. The copy stays where you keep it, and never goes to the edge; without enough shares nobody opens it.

--from opens a copy with shares and puts the ring into the keystore, with the pin that is known here or given by --pin:
what a copy says of it counts for nothing. --drill opens it as well, compares it with the
trust document, and writes nothing but the date.

Examples:
  sallyport keys recover --make --shares 5 --threshold 3 --out-dir shares
  sallyport keys recover --drill --share a.txt --share b.txt --share c.txt
  sallyport keys recover --from ring-default.sealed --share a.txt --share b.txt --share c.txt --keystore file:ring.json`

const collect = (value: string, all: readonly string[]) => [...all, value]

function count(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 2 || value > 255) {
    throw new InvalidArgumentError('It is from 2 to 255.')
  }
  return value
}

export function defineKeysRecover(command: Command, shell: Shell): void {
  const recover = command.command('recover')
    .description('Make a recovery key in shares, open a lost ring with them, or try whether that works')
  agentOptions(sessionOptions(recover), ['keystore'])
    .option('--make', 'make the recovery key')
    .option('--shares <number>', 'how many shares', count, 5)
    .option('--threshold <number>', 'how many of them open the ring', count, 3)
    .option('--out-dir <folder>', 'where the shares go, a file each (default: recovery-shares)')
    .option('--print', 'print the shares instead of writing files')
    .option('--from <file>', 'sealed copy of the ring (with --drill: recovery/ in the home folder)')
    .option('--share <file>', 'a share; repeat for as many as it takes', collect, [])
    .option('--drill', 'try it, and write nothing')
    .option('--recovery-out <file>', "with --make: where the ring's sealed copy goes")
    .option('--key <file>', 'with --make: a root key file besides those of the home folder', collect, [])
    .option('--force', 'replace a ring that is in the keystore')
    .option('--yes', 'do not ask')
    .addHelpText('after', help)
    .action(shell.action((options: RecoverOptions) => {
      if (options.make === true) return make(shell, options)
      if (options.drill === true) return drill(shell, options)
      if (options.from !== undefined) return restore(shell, { ...options, from: options.from })
      throw new UsageError('Give --make, --from FILE or --drill.')
    }))
}

async function make(shell: Shell, options: RecoverOptions): Promise<number> {
  const { shares, threshold } = options
  if (threshold > shares) throw new UsageError('--threshold is no more than --shares.')
  const session = openSession(shell, options)
  refuseDraft(shell)
  const trust = await peopleTrust(session)
  const { document } = trust.chain
  const ring = await ringHere(shell, configOf(shell, options).keystore)
  if (ring === null) throw new UsageError('There is no ring here to seal. Give its --keystore.')
  const folder = resolve(options.outDir ?? 'recovery-shares')
  if (options.print !== true && existsSync(folder) && readdirSync(folder).length > 0) {
    throw new UsageError(`${folder} is not empty; shares go to a folder of their own: --out-dir DIR`)
  }
  const { tenant } = document
  const key = await makeRecoveryKey({ tenant, suite: suiteOf(document), shares, threshold })
  const recovery = { kid: key.kid, suite: key.suite, public: key.public, shares, threshold }
  // Written before anything counts on them.
  const texts = key.shares.map(shareText)
  const files = options.print === true ? [] : writeShares(folder, texts)
  const next = await publishNext(shell, {
    session,
    change: (one) => ({ ...one, recovery }),
    isOurs: (one) => one.recovery?.kid === key.kid,
    keys: options.key,
    yes: options.yes === true,
  }).catch((error: unknown) => {
    // Nobody shall give out shares of a key that never came into force.
    if (error instanceof Interrupted) { for (const file of files) unlinkSync(file) }
    throw error
  })
  const copy = resolve(options.recoveryOut ?? copyPath(shell.home, ring.ring.pool))
  writeCopy(copy, ring.ring, { recovery, now: Date.now() })
  const value = { kid: key.kid, shares, threshold, files, copy, published: next !== null }
  const list = facts([
    ['recovery key', `${key.kid}, any ${threshold} of ${shares}`],
    ['sealed ring', copy],
    ['trust document', next === null ? 'waits for signatures, then: sallyport trust publish' : 'published'],
    ...files.map((file, at) => [`share ${at + 1}`, file] as const),
  ])
  const printed = options.print === true ? `${texts.join('\n')}\n` : ''
  const others = document.pools.length > 1
    ? '\nThe rings of other pools are sealed by their own next rotation.'
    : ''
  shell.result(
    options.print === true ? { ...value, printed: texts } : value,
    `${printed}${list}\n\nGive each share to another person, and keep the sealed ring where none of them keeps theirs. ` +
      `Then try it:\nsallyport keys recover --drill --share …${others}`,
  )
  return exits.done
}

function writeShares(folder: string, texts: readonly string[]): string[] {
  makePrivateFolder(folder)
  return texts.map((text, at) => {
    const path = join(folder, `share-${at + 1}.txt`)
    try {
      writeFileSync(path, text, { mode: 0o600, flag: 'wx' })
    } catch (cause) {
      throw new Fault('file_unwritable', `${path} cannot be written (${errno(cause)}).`, { cause })
    }
    return path
  })
}

/** Throws `recovery_refused` and `file_…`. */
async function opened(from: string, files: readonly string[]) {
  const copy = readCopy(resolve(from))
  const shares = files.map((file) => parseShare(readText(resolve(file), 'share'), file))
  const { key, share } = await joinShares(shares)
  if (share.kid !== copy.kid || share.tenant !== copy.tenant) {
    throw new Fault(
      'recovery_refused',
      `The shares are of the key ${share.kid}; ${from} is sealed to ${copy.kid}${
        share.tenant === copy.tenant ? '' : ', of another tenant'
      }.`,
    )
  }
  return { copy, share, ring: openCopy(copy, key) }
}

async function restore(shell: Shell, options: RecoverOptions & { readonly from: string }): Promise<number> {
  const { keystore, pin: typed } = configOf(shell, options)
  const store = keystoreAt(keystore, shell.env)
  const { ring: found, copy } = await opened(options.from, options.share)
  const ring = withKnownPin(found, typed === null ? readProfile(shell.home)?.pin ?? null : readPin(typed))
  if (store.swap === null) {
    throw new Fault(
      'keystore_read_only',
      `${store.place} is only read from here. Name another: --keystore file:PATH`,
    )
  }
  const there = await present(() => store.read())
  if (there !== null && options.force !== true) {
    throw new UsageError(`There is a ring in ${store.place} already. To replace it: --force`)
  }
  if (!await store.swap(there, JSON.stringify(ring, null, 2) + '\n')) throw new Fault('keystore_moved')
  const { tenant, pool } = ring
  shell.note('Compare it with the trust document: sallyport keys verify')
  shell.result(
    { tenant, pool, keystore: store.place, written: copy.written, kids: ring.sealing.map(({ kid }) => kid) },
    `The ring of the pool ${pool}, as of ${copy.written}, is in ${store.place}.`,
  )
  return exits.done
}

/**
 * Anybody may have sealed the copy, and agents believe whatever follows the ring's pin: it is the one that is known here,
 * never the copy's own. Throws `recovery_refused` where none is, and for one of another tenant.
 */
function withKnownPin(ring: Ring, known: Pin | null): Ring {
  if (known === null) {
    throw new Fault(
      'recovery_refused',
      `Nothing here says which pin is the right one, and whoever writes a copy can write any into it. The copy has ` +
        `${formatPin(ring.pin)}: if that is what you were told, give it by --pin.`,
    )
  }
  if (known.tenant === ring.tenant) return { ...ring, pin: known }
  throw new Fault('recovery_refused', 'The copy is of another tenant than the pin that is known here.')
}

const missing: readonly FaultCode[] = ['file_unreadable', 'keystore_missing']

/** Null where there is no ring yet. */
async function present(read: () => Promise<string>): Promise<string | null> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Fault && missing.includes(error.code)) return null
    throw error
  }
}

async function drill(shell: Shell, options: RecoverOptions): Promise<number> {
  const session = openSession(shell, options)
  const { chain } = await peopleTrust(session, { current: false })
  const from = options.from ?? onlyCopy(shell.home)
  const { ring, share, copy } = await opened(from, options.share)
  checkRecovery(share, chain.document.recovery)
  const differences = differencesOf(ring, chain.document)
  const file = join(dirname(copyPath(shell.home, ring.pool)), 'drills.jsonl')
  makePrivateFolder(dirname(file))
  const at = new Date().toISOString()
  const ok = differences.length === 0
  writeAtomic(
    file,
    (readIfThere(file) ?? '') + JSON.stringify({ at, pool: ring.pool, kid: share.kid, ok }) + '\n',
  )
  const text = ok
    ? `The copy of ${copy.written} opens, and its keys are those of the trust document. Noted in ${file}.`
    : `The copy of ${copy.written} opens, but:\n${differences.map((one) => `  ${one}`).join('\n')}`
  shell.result({ ok, pool: ring.pool, written: copy.written, at, differences }, text)
  return ok ? exits.done : exits.checkFailed
}

function differencesOf(ring: Ring, trust: TrustDocument): string[] {
  const found = contradictionsOf(ring, trust)
  try {
    checkRing(ring, trust)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    found.push(error.message)
  }
  return found
}

function onlyCopy(home: string): string {
  const folder = dirname(copyPath(home, 'any'))
  const copies = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.sealed')) : []
  const [only] = copies
  if (only === undefined || copies.length > 1) {
    throw new UsageError(`There are ${copies.length} sealed rings in ${folder}; name one: --from FILE`)
  }
  return join(folder, only)
}
