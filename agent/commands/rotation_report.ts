/** What a rotation says when it stops, for now or for good. */
import { fromBase64 } from '../../shared/bytes.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { formatPin } from '../../shared/trust/pin.ts'
import { native } from '../primitives.ts'
import type { Exposure } from './exposed.ts'
import { recordsOf } from './campaign.ts'
import type { PeopleTrust } from './people_trust.ts'
import type { Written } from './ring_writing.ts'
import type { Rotating } from './rotating.ts'
import type { Rotation } from './rotation_file.ts'
import { exits } from './shell.ts'
import { facts, table } from './table.ts'

type Stop =
  | { readonly step: 'ring'; readonly pool: string }
  | { readonly step: 'signatures'; readonly pool: string }
  | { readonly step: 'agents'; readonly pool: string; readonly silent: readonly string[] }
  | {
    readonly step: 'records'
    readonly pool: string
    readonly paused: boolean
    readonly records: number
    readonly kids: readonly string[]
  }

const mostShown = 20

/** What is missing, and that the same command goes on then. Returns the exit code. */
export async function stopped({ shell, session }: Rotating, stop: Stop): Promise<number> {
  const again = 'Then: sallyport keys rotate --continue'
  if (stop.step === 'ring') {
    shell.result({ done: false, ...stop }, `The new ring waits to be put into its keystore. ${again}`)
    return exits.done
  }
  if (stop.step === 'signatures') {
    shell.result({ done: false, ...stop }, `The trust document waits for signatures. ${again}`)
    return exits.done
  }
  if (stop.step === 'agents') {
    shell.result({ done: false, ...stop }, `Still missing: ${stop.silent.join(', ')}. ${again}`)
    return exits.failed
  }
  if (stop.paused) {
    shell.result(
      { done: false, ...stop },
      `Somebody has paused the passing on of records. Resume it: sallyport keys rewrap --resume. ${again}`,
    )
    return exits.failed
  }
  const left = (await Promise.all(stop.kids.map((kid) => recordsOf(session.edge, kid, mostShown)))).flat()
  const rows = left.slice(0, mostShown).map((one) => [
    one.type,
    one.name ?? one.id,
    String(one.version),
    one.code ?? 'not offered to an agent yet',
  ])
  const text =
    `${stop.records} records are still sealed to the old key, which is not retired before they are mended ` +
    `or removed:\n${table(['record', 'name', 'version', 'why'], rows)}\n` +
    'Sign them again or remove them, and go on: sallyport keys rotate --continue. Or give them up: --leave-refused'
  shell.result({ done: false, ...stop, left }, text)
  return exits.checkFailed
}

interface Report {
  readonly rotation: Rotation
  readonly trust: PeopleTrust
  readonly written: Written
  /** Null but after a compromise. */
  readonly exposure: Exposure | null
}

export function report({ shell }: Rotating, { rotation, trust, written, exposure }: Report): void {
  const { document } = trust.chain
  const { pool, next, compromised } = rotation
  const retired = document.sealing_keys.filter((key) => key.pool === pool && key.state === 'retired')
    .map(({ kid }) => kid)
  const pin = formatPin(written.ring.pin)
  const poolKey = keyId(native, native.ed25519.publicKey(fromBase64(written.ring.pool_key)))
  const value = {
    done: true,
    pool,
    active: next,
    retired,
    trust: document.version,
    ring_file: written.waiting,
    ...(exposure === null ? {} : {
      pin,
      pool_key: poolKey,
      credentials: exposure.connections,
      hidden_projects: exposure.hidden,
    }),
  }
  const list = facts([
    ['pool', pool],
    ['active key', next],
    ['retired', retired.join(', ')],
    ['trust document', String(document.version)],
    ...(written.waiting === null ? [] : [['ring to put in place', written.waiting] as const]),
    ...(compromised ? [['new pin', pin], ['new pool key', poolKey]] as const : []),
  ])
  if (compromised && written.waiting !== null) {
    shell.warn(
      `agents refuse to run until ${written.waiting} is in its keystore: it has the pool's next key.`,
    )
  }
  for (const id of exposure?.hidden ?? []) {
    shell.warn(
      `the edge does not show the project ${id}, which the floor names: its connections are not listed.`,
    )
  }
  if (document.recovery === null) {
    shell.warn(
      'there is no recovery key: whoever loses this ring loses what is sealed to it. Make one: ' +
        'sallyport keys recover --make',
    )
  }
  shell.result(
    value,
    `The pool ${pool} has its next key.\n\n${list}${exposedText(exposure)}`,
  )
}

function exposedText(exposure: Exposure | null): string {
  if (exposure === null) return ''
  const rows = exposure.connections.map((one) => [one.project, one.name, String(one.version), one.id])
  return '\n\nGive the new pin to everybody who signs or reads on a machine of their own, to machines that are ' +
    'configured with a pin,\nand to whoever keeps the rings of other pools: the old one still vouches for the old key.' +
    '\n\nLogs that the old pool key has signed are no longer believed. Mask key and state key stay as they are.' +
    '\n\nWho has the leaked key and an old dump of the edge can read what was sealed then: nothing done here undoes ' +
    'that.\nChange these credentials at their source, then add the connections again; and those of connections that ' +
    'were removed\nsince the key was made:\n' +
    (table(['project', 'connection', 'version', 'id'], rows) || '(no connection is listed for the pool)')
}
