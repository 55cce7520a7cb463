/** `sallyport keys rewrap`: records go to whom the trust document names by now, after readers have come or gone. */
import type { Command } from 'commander'
import type { Reader } from '../../shared/schemas/trust_document.ts'
import { readUnverified } from '../../shared/sign/documents.ts'
import { answer } from '../edge_client/edge_client.ts'
import { native } from '../primitives.ts'
import { type LeftRecord, recordsOf, runCampaign } from './campaign.ts'
import { interruptible } from './interruptible.ts'
import { type PeopleTrust, peopleTrust } from './people_trust.ts'
import { openSession, type Session, type SessionOptions, sessionOptions } from './session.ts'
import { exits, type Shell, UsageError } from './shell.ts'
import { table } from './table.ts'

interface RewrapOptions extends SessionOptions {
  readonly pause?: boolean
  readonly resume?: boolean
}

const help = `
Agents do the work, while pipelines go on. Readers are added and removed in the trust document (trust edit), and every
record that is stored follows by this command. Interrupted, it goes on at the edge; call it again to watch.

Examples:
  sallyport keys rewrap
  sallyport keys rewrap --pause
  sallyport keys rewrap --resume`

export function defineKeysRewrap(command: Command, shell: Shell): void {
  sessionOptions(
    command.command('rewrap').description('Pass every record on to the keys that the trust document names'),
  )
    .option('--pause', 'stop the one that is under way, for now')
    .option('--resume', 'go on with a paused one')
    .addHelpText('after', help)
    .action(shell.action((options: RewrapOptions) => rewrap(shell, options)))
}

async function rewrap(shell: Shell, options: RewrapOptions): Promise<number> {
  const session = openSession(shell, options)
  if (options.pause === true && options.resume === true) throw new UsageError('Give --pause or --resume.')
  if (options.pause === true) return await pause(shell, session)
  if (options.resume === true) await move(session, 'resume')
  const trust = await peopleTrust(session)
  const gone = await formerReaders(session, trust)
  for (const { owner, kid, records } of gone) {
    if (records.length === 0) continue
    shell.note(`${owner} (${kid}) could read, until it is passed on: ${readText(records)}`)
  }
  const end = await interruptible(
    (signal) => runCampaign(shell, session.edge, signal),
    'No longer watched. Agents go on; to look again: sallyport keys rewrap, to stop them: sallyport keys rewrap --pause',
  )
  const remaining = Object.entries(end.remaining)
  const left = (await Promise.all(remaining.map(([kid]) => recordsOf(session.edge, kid, 20)))).flat()
  const value = {
    id: end.id,
    done: end.done,
    refused: end.refused,
    paused: end.paused,
    remaining: end.remaining,
    left,
    removed_readers: gone.map(({ owner, kid, records }) => ({ owner, kid, could_read: records })),
  }
  shell.result(value, endText(end.done, left, { gone, paused: end.paused }))
  if (end.paused) return exits.failed
  return remaining.length === 0 ? exits.done : exits.checkFailed
}

async function pause(shell: Shell, session: Session): Promise<number> {
  const id = await move(session, 'pause')
  shell.result({ id, state: 'paused' }, 'Paused. Go on: sallyport keys rewrap --resume')
  return exits.done
}

/** The campaign that is not done; its id. Throws a UsageError when there is none. */
async function move({ edge }: Session, verb: 'pause' | 'resume'): Promise<string> {
  const { data } = await answer(edge.GET('/v1/rewraps', { params: { query: {} } }))
  const open = data.find(({ state }) => state !== 'done')
  if (open === undefined) throw new UsageError('Nothing is being passed on. Begin: sallyport keys rewrap')
  const params = { path: { id: open.id } }
  if (verb === 'pause') await answer(edge.POST('/v1/rewraps/{id}/pause', { params }))
  else await answer(edge.POST('/v1/rewraps/{id}/resume', { params }))
  return open.id
}

interface Former extends Pick<Reader, 'kid' | 'owner'> {
  /** What is still sealed to the key. */
  readonly records: readonly LeftRecord[]
}

/** Readers of earlier trust documents, from the pin on, that the current one no longer lists. */
async function formerReaders({ edge }: Session, { chain }: PeopleTrust): Promise<Former[]> {
  const now = new Set(chain.document.readers.map(({ kid }) => kid))
  const former = new Map<string, string>()
  for (const { document: dsse } of chain.versions) {
    for (const { kid, owner } of readUnverified(native, 'trust', dsse).document.readers) {
      if (!now.has(kid)) former.set(kid, owner)
    }
  }
  return await Promise.all(
    [...former].map(async ([kid, owner]) => ({ kid, owner, records: await recordsOf(edge, kid, 1000) })),
  )
}

function readText(records: readonly LeftRecord[]): string {
  const names = records.slice(0, 10).map(({ type, name, id, version }) =>
    `${type} ${name ?? id} (${version})`
  )
  const more = records.length - names.length
  return names.join(', ') + (more > 0 ? `, and ${more} more` : '')
}

function endText(
  done: number,
  left: readonly LeftRecord[],
  { gone, paused }: { readonly gone: readonly Former[]; readonly paused: boolean },
): string {
  const counted = `${done} records were passed on.`
  const owners = gone.filter(({ records }) => records.length > 0).map(({ owner }) => owner).join(', ')
  const known = owners === ''
    ? ''
    : `\nWhat ${owners} could read until now is known to them: whoever took a copy of it, or of its data key, keeps it.`
  if (paused) return `${counted} Somebody has paused it: sallyport keys rewrap --resume`
  if (left.length === 0) return `${counted} Everything is sealed to whom it should be.${known}`
  const rows = left.map((one) => [one.type, one.name ?? one.id, String(one.version), one.code ?? '–'])
  return `${counted} These were not:\n${table(['record', 'name', 'version', 'why'], rows)}${known}`
}
