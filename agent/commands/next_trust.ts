/** The next trust document where a command makes it: drafted, signed with the root keys at hand, published. */
import { Fault } from '../../shared/faults.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { verifyNext } from '../../shared/trust/chain.ts'
import { native } from '../primitives.ts'
import {
  type Draft,
  draftPath,
  dropDraft,
  gathered,
  newDraft,
  publishDraft,
  readDraft,
  signDraft,
  writeDraft,
} from '../trust/draft.ts'
import { edited, withTimes } from '../trust/edits.ts'
import { floorAt, readFloor } from '../trust/floor.ts'
import { confirm } from './ask.ts'
import { type PeopleTrust, peopleTrust } from './people_trust.ts'
import { pinOf, type Session } from './session.ts'
import { type Shell, UsageError } from './shell.ts'
import { lastDsse, nextOf } from './trust_edit.ts'
import { describeDraft, missingText, rootsHere } from './trust_sign.ts'

export interface NextTrust {
  readonly session: Session
  readonly change: (document: TrustDocument) => TrustDocument
  /** Tells a draft of this very change from one that somebody has begun for something else. */
  readonly isOurs: (document: TrustDocument) => boolean
  /** Root key files besides those of the home folder. */
  readonly keys: readonly string[]
  readonly yes: boolean
}

/**
 * The trust that is in force then; null when signatures are missing: the draft is left for others to sign, and whoever
 * calls again goes on with it. Throws a UsageError on a draft of something else.
 */
export async function publishNext(shell: Shell, next: NextTrust): Promise<PeopleTrust | null> {
  const { session } = next
  const trust = await peopleTrust(session, { current: false })
  const begun = ownDraft(shell, trust, next)
  let draft = begun ?? newDraft(
    edited(nextOf(trust), [withTimes(Date.now(), undefined), next.change]),
    { previous: lastDsse(trust), policy: null },
  )
  shell.note(describeDraft(gathered(draft)))
  await confirm(shell, 'Sign and publish it?', {
    yes: next.yes || !shell.interactive,
    option: '--yes',
  })
  for (const seed of seedsHere(shell, draft, next.keys)) draft = signDraft(draft, seed)
  writeDraft(shell.home, draft)
  const { missing } = gathered(draft)
  if (missing.before + missing.next > 0) {
    shell.note(missingText(missing))
    return null
  }
  verifyNext(native, trust.chain, draft.document)
  await sendDraft(session, draft)
  dropDraft(shell.home)
  return await peopleTrust(session, { current: false })
}

/** What an interrupted publication has left: the floor names the draft, and the edge may not have it. */
export async function finishPublishing(shell: Shell, session: Session): Promise<void> {
  const draft = readDraft(shell.home)
  const store = session.floor === null ? null : floorAt(session.floor)
  if (draft === null || store === null) return
  const floor = await readFloor(store, pinOf(session).tenant)
  if (floor?.trust.hash !== gathered(draft).hash) return
  await sendDraft(session, draft)
  dropDraft(shell.home)
}

async function sendDraft(session: Session, draft: Draft): Promise<void> {
  const floor = session.floor === null ? null : floorAt(session.floor)
  await publishDraft(draft, { edge: session.edge, floor })
}

function ownDraft(shell: Shell, { chain }: PeopleTrust, { isOurs }: NextTrust): Draft | null {
  const draft = readDraft(shell.home)
  if (draft === null) return null
  const { document, before } = gathered(draft)
  const follows = before?.hash === chain.hash
  if (follows && isOurs(document)) return draft
  if (!follows && isOurs(document)) {
    dropDraft(shell.home)
    return null
  }
  return otherDraft(shell)
}

function otherDraft(shell: Shell): never {
  throw new UsageError(
    `There is a draft of something else at ${draftPath(shell.home)}. First: sallyport trust publish, or ` +
      'sallyport trust edit --discard',
  )
}

/** Before anything is begun that ends in a trust document. Throws a UsageError on a draft. */
export function refuseDraft(shell: Shell): void {
  if (readDraft(shell.home) !== null) otherDraft(shell)
}

/** None is no fault here: the draft goes to who has one. A key file that is named has to count. */
function seedsHere(shell: Shell, draft: Draft, named: readonly string[]): Uint8Array[] {
  const state = gathered(draft)
  const given = named.flatMap((file) => rootsHere(shell, state, file))
  try {
    return [...rootsHere(shell, state, undefined), ...given].map((key) => key.private)
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'signer_not_allowed') throw error
    return given.map((key) => key.private)
  }
}
