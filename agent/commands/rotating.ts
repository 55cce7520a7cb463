/** A rotation, step by step. Each step looks at what is there, so that any of them may be the first one of a call. */
import { existsSync } from 'node:fs'
import { toBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import type { Suite } from '../../shared/schemas/fields.ts'
import type { Ring } from '../../shared/schemas/ring.ts'
import { readUnverified } from '../../shared/sign/documents.ts'
import { formatPin } from '../../shared/trust/pin.ts'
import { suiteOf } from '../../shared/trust/recipients.ts'
import { sleep } from '../edge_client/transport.ts'
import { writeProfile } from '../home.ts'
import { keystoreAt } from '../keystore/keystore.ts'
import { native } from '../primitives.ts'
import { checkRing } from '../trust/ring.ts'
import {
  activating,
  isPoolKey,
  placeOf,
  retiring,
  ringLike,
  withNextKey,
  withPoolKey,
} from '../trust/rotation.ts'
import { configOf } from './agent_options.ts'
import { runCampaign } from './campaign.ts'
import { exposedBy } from './exposed.ts'
import { interruptible } from './interruptible.ts'
import { edgeKeys } from './key_inventory.ts'
import type { RotateOptions } from './keys_rotate.ts'
import { finishPublishing, publishNext, refuseDraft } from './next_trust.ts'
import { type PeopleTrust, peopleTrust } from './people_trust.ts'
import { runningAgents, verifiedReceipts } from './receipts.ts'
import { changeRing, readRing, type RingPlace, waitingRing } from './ring_writing.ts'
import { dropRotation, readRotation, type Rotation, writeRotation } from './rotation_file.ts'
import { report, stopped } from './rotation_report.ts'
import { openSession, type Session } from './session.ts'
import { exits, type Shell, UsageError } from './shell.ts'
import { settleSuite } from './suite_change.ts'

const defaultWaitSeconds = 600
const lookMs = 500

export interface Rotating {
  readonly shell: Shell
  readonly session: Session
  readonly options: RotateOptions
  readonly place: RingPlace
  readonly signal: AbortSignal
}

/** The exit code: 0 done or handed over, 1 agents are missing, 5 records were refused. */
export async function rotate(shell: Shell, options: RotateOptions): Promise<number> {
  const session = openSession(shell, options)
  const { keystore } = configOf(shell, options)
  const place: RingPlace = {
    home: shell.home,
    keystore: keystoreAt(keystore, shell.env),
    recoveryOut: options.recoveryOut,
  }
  await finishPublishing(shell, session)
  return await interruptible(
    (signal) => steps({ shell, session, options, place, signal }),
    'Interrupted. What was done stays; go on: sallyport keys rotate',
  )
}

async function steps(given: Rotating): Promise<number> {
  const { session, place, options } = given
  let trust = await peopleTrust(session, { current: false })
  const ring = await ringFor(given, trust)
  checkRing(ring, trust.chain.document)
  if (options.pool !== undefined && options.pool !== ring.pool) {
    throw new UsageError(
      `The ring at ${place.keystore.place} is of the pool ${ring.pool}. Give its --keystore.`,
    )
  }
  const rotation = await begun(given, ring, trust)
  if (rotation === null) return stopped(given, { step: 'ring', pool: ring.pool })
  let here = (await readRing(place)).ring
  if (placeOf(here, trust.chain.document, true).step === 'activate') {
    const next = await activate(given, here, rotation)
    if (next === null) return stopped(given, { step: 'signatures', pool: ring.pool })
    trust = next
  }
  here = await withPin(given, here, { rotation, trust })
  const { old } = placeOf(here, trust.chain.document, true)
  if (old.length > 0) {
    const silent = await holders(given, { trust, rotation })
    if (silent.length > 0) return stopped(given, { step: 'agents', pool: ring.pool, silent })
    const left = await passedOn(given, old)
    if (left !== null) return stopped(given, { step: 'records', pool: ring.pool, ...left })
    const next = await retire(given, old, rotation)
    if (next === null) return stopped(given, { step: 'signatures', pool: ring.pool })
    trust = next
  }
  return await finish(given, { rotation, trust })
}

/** The ring; with the pool's next key where the trust document has it already, and an earlier call got no further. */
async function ringFor({ shell, place }: Rotating, { chain: { document } }: PeopleTrust): Promise<Ring> {
  const { ring } = await ringHere(shell, place)
  const seed = readRotation(shell.home, ring.pool)?.pool_key ?? null
  if (seed === null || seed === ring.pool_key || !isPoolKey(document, ring.pool, seed)) return ring
  return (await changeRing(place, (one) => ({ ...one, pool_key: seed }), document.recovery)).ring
}

/** As `readRing`; where there is none, it says where one is looked for and how another place is named. */
async function ringHere(shell: Shell, place: RingPlace): ReturnType<typeof readRing> {
  try {
    return await readRing(place)
  } catch (cause) {
    const gone = cause instanceof Fault && (cause.code === 'keystore_missing' ||
      (cause.code === 'file_unreadable' && !existsSync(place.keystore.place)))
    if (!gone) throw cause
    throw new Fault(
      cause.code,
      `There is no ring of a pool at ${place.keystore.place}. It is looked for where --keystore says, or ` +
        `SALLYPORT_KEYSTORE, or "keystore" in agent.yaml, or else in ${shell.home}. Run this where the pool's ring is, or ` +
        'name it: --keystore file:PATH, env:NAME, aws-sm:NAME or snowflake:PATH.',
      { cause },
    )
  }
}

/** The rotation that is under way, or a new one with its key in the ring; null when that waits to be put there. */
async function begun({ shell, options, place }: Rotating, ring: Ring, trust: PeopleTrust) {
  const document = trust.chain.document
  const kept = readRotation(shell.home, ring.pool)
  const worse = options.compromised === true && kept?.compromised === false
  const waiting = waitingRing(place, ring)
  if (waiting !== null) {
    shell.note(waitingText(waiting.path, place))
    return null
  }
  const at = placeOf(ring, document, kept !== null && !worse)
  const leaked = options.compromised === true && kept === null &&
    !ring.sealing.some(({ state }) => state === 'compromised')
  if (at.step !== 'key' && !worse && !leaked) return kept ?? found(ring, at.next)
  if (options.continue === true) {
    throw new UsageError(
      `No rotation of the pool ${ring.pool} is under way. Begin one: sallyport keys rotate`,
    )
  }
  refuseDraft(shell)
  const suite = Number(options.suite ?? suiteOf(document)) as Suite
  if (suite !== suiteOf(document)) settleSuite(document, { suite, readers: options.reader, home: shell.home })
  const compromised = options.compromised === true
  const written = await changeRing(
    place,
    (one) => withNextKey(one, { suite, compromised, now: Date.now() }),
    document.recovery,
  )
  const next = written.ring.sealing.at(-1)?.kid as string
  const started = new Date().toISOString()
  const begins = { type: 'rotation', pool: ring.pool, suite, compromised, next, started } as const
  const rotation: Rotation = { ...begins, pool_key: null }
  writeRotation(shell.home, rotation)
  shell.note(`The key ${next} is in the ring of the pool ${ring.pool}.`)
  if (written.waiting === null) return rotation
  shell.note(waitingText(written.waiting, place))
  return null
}

function waitingText(path: string, { keystore }: RingPlace): string {
  const why = keystore.swap === null
    ? 'The ring can only be read from here.'
    : 'The next ring is not in place yet.'
  const where = keystore.swap === null
    ? `where ${keystore.place} comes from`
    : `in the place of ${keystore.place}`
  return `${why} Put ${path} (mode 0600) ${where}, see that agents are given it, then: sallyport keys rotate --continue`
}

/** A rotation whose file is not here: what it is stands in the ring. */
function found(ring: Ring, next: readonly string[]): Rotation {
  const key = ring.sealing.find(({ kid }) => kid === next.at(-1))
  if (key === undefined) throw new Fault('invalid_file', 'The ring has no active key.')
  const compromised = ring.sealing.some(({ state }) => state === 'compromised')
  const { kid, suite, created } = key
  const { pool } = ring
  return { type: 'rotation', pool, suite, compromised, next: kid, started: created, pool_key: null }
}

async function activate(
  { shell, session, options }: Rotating,
  ring: Ring,
  { suite, next }: Rotation,
): Promise<PeopleTrust | null> {
  const { document } = (await peopleTrust(session, { current: false })).chain
  const moves = suite === suiteOf(document)
    ? null
    : settleSuite(document, { suite, readers: options.reader, home: shell.home })
  const trust = await publishNext(shell, {
    session,
    change: (one) => activating(ring)(moves === null ? one : moves.change(one)),
    isOurs: ({ sealing_keys }) => sealing_keys.some(({ kid }) => kid === next),
    keys: options.key,
    yes: options.yes === true,
  })
  if (trust !== null) {
    moves?.settle()
    shell.note(`Trust document ${trust.chain.document.version} makes ${next} the active key.`)
  }
  return trust
}

/** After a compromise the pin moves to the document that has the new key: an older one no longer vouches for anything. */
async function withPin(
  { shell, place, session }: Rotating,
  ring: Ring,
  { rotation, trust }: { readonly rotation: Rotation; readonly trust: PeopleTrust },
): Promise<Ring> {
  if (!rotation.compromised) return ring
  const { versions, document: { tenant, recovery } } = trust.chain
  const first = versions.map((one) => readUnverified(native, 'trust', one.document)).find(({ document }) =>
    document.sealing_keys.some(({ kid }) => kid === rotation.next)
  )
  if (first === undefined) {
    throw new Fault('trust_invalid', 'No trust document lists the key of the rotation.')
  }
  const pin = { tenant, version: first.document.version, hash: first.hash }
  const { profile } = session
  if (profile !== null && (profile.pin?.version ?? 0) < pin.version) {
    writeProfile(shell.home, { ...profile, pin })
  }
  if (ring.pin.version >= pin.version) return ring
  const { ring: written, waiting } = await changeRing(place, (one) => ({ ...one, pin }), recovery)
  if (waiting !== null) shell.note(`The ring with the new pin is ${waiting}: put it in place as well.`)
  shell.note(`The pin is now ${formatPin(pin)}`)
  return written
}

/** Names of running agents of the pool that do not hold the new key when the time is over; empty when all do. */
async function holders(
  { shell, session, options, signal }: Rotating,
  { trust, rotation }: { readonly trust: PeopleTrust; readonly rotation: Rotation },
): Promise<readonly string[]> {
  const { document } = trust.chain
  const until = performance.now() + (options.wait ?? defaultWaitSeconds) * 1000
  for (let said = '';;) {
    const receipts = await verifiedReceipts(session, { trust: document, deny: trust.floor?.deny ?? [] })
    const running = await runningAgents(session, { pools: [rotation.pool], receipts, now: Date.now() })
    const silent = running.filter(({ id }) =>
      !receipts.some((one) =>
        one.agent === id && one.pool === rotation.pool && one.trust.version >= document.version &&
        one.kids.includes(rotation.next)
      )
    )
    if (running.length > 0 && silent.length === 0) return []
    const names = running.length === 0
      ? [`an agent of the pool ${rotation.pool}: none is running`]
      : silent.map(({ name }) => name)
    if (performance.now() >= until) return names
    const text = `Waiting for ${names.join(', ')} to hold the new key.`
    if (text !== said) shell.note(text)
    said = text
    await sleep(lookMs, signal)
    signal.throwIfAborted()
  }
}

/** Null when nothing is sealed to the old keys any more, or it is to be left so. */
async function passedOn({ shell, session, options, signal }: Rotating, old: readonly string[]) {
  const end = await runCampaign(shell, session.edge, signal)
  if (end.paused) return { paused: true, records: 0, kids: old }
  const data = await edgeKeys(session.edge, signal)
  const records = data.filter(({ kid }) => old.includes(kid)).reduce((sum, one) => sum + one.records, 0)
  shell.note(`${end.done} records were passed on; ${records} are still sealed to the old key.`)
  return records === 0 || options.leaveRefused === true ? null : { paused: false, records, kids: old }
}

/**
 * The old keys open nothing any more. A ring that has leaked has given away the pool's own key as well: it changes with
 * the last document, when nothing that it has signed has to be passed on any more.
 */
async function retire({ shell, session, options }: Rotating, old: readonly string[], rotation: Rotation) {
  const { pool, compromised } = rotation
  const seed = compromised ? rotation.pool_key ?? toBase64(native.randomBytes(32)) : null
  if (seed !== rotation.pool_key) writeRotation(shell.home, { ...rotation, pool_key: seed })
  shell.note(`Retiring ${old.join(', ')}.`)
  const retired = retiring(old)
  return await publishNext(shell, {
    session,
    change: (one) => seed === null ? retired(one) : withPoolKey(pool, seed)(retired(one)),
    isOurs: (one) =>
      (seed === null || isPoolKey(one, pool, seed)) &&
      old.every((kid) => one.sealing_keys.some((key) => key.kid === kid && key.state === 'retired')),
    keys: options.key,
    yes: options.yes === true,
  })
}

async function finish(
  given: Rotating,
  { rotation, trust }: { readonly rotation: Rotation; readonly trust: PeopleTrust },
): Promise<number> {
  const { shell, place, session } = given
  const { document } = trust.chain
  const seed = readRotation(shell.home, rotation.pool)?.pool_key ?? null
  const poolKey = seed !== null && isPoolKey(document, rotation.pool, seed) ? { pool_key: seed } : {}
  const written = await changeRing(
    place,
    (one) => ({ ...ringLike(one, document), ...poolKey }),
    document.recovery,
  )
  const exposure = rotation.compromised ? await exposedBy(session, trust, rotation.pool) : null
  report(given, { rotation, trust, written, exposure })
  // Last: whoever did not see the report is told it by the next call.
  dropRotation(shell.home, rotation.pool)
  return exits.done
}
