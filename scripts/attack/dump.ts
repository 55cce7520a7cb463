/** Credentials: looked for in everything that the edge has, and opened with every key that it can name. */
import { openSync, readFileSync, readSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromBase64, fromUtf8, toBase64 } from '../../shared/bytes.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import { schemas } from '../../shared/seal/context.ts'
import { open } from '../../shared/seal/envelope.ts'
import { uncommit } from '../../shared/seal/record.ts'
import { type Needle, needlesFor, Scanner, textSecret } from '../demo/needles.ts'
import { searchPlace } from '../demo/search.ts'
import { edgeSql } from '../e2e/edge_rows.ts'
import { payloadOf, primitives } from '../e2e/forge.ts'
import type { Attack } from './attack.ts'
import { ownSealingKey } from './forge.ts'
import { type Scene, secret } from './scene.ts'
import { refusalIn } from './watch.ts'
import type { Mutation } from './without.ts'

/** A person seals a password, while the edge shows what it likes. */
export async function addSecret({ folder, target, world }: Scene, name: string) {
  const url = new URL(target)
  url.password = secret
  const file = join(folder, 'person', `${name}.yaml`)
  writeFileSync(file, `sallyport: 1\nconnections:\n  ${name}: { type: postgres, url: "${url.href}" }\n`, {
    mode: 0o600,
  })
  return refusalIn(await world.person.call(['connection', 'add', name, '--from', file, '--yes', '--json']))
}

interface Sent {
  readonly document: Dsse
  /** Base64. */
  readonly sealed: string
}

/** Every record that reaches the edge from now on, whatever the edge says to it. */
export function whatIsSent({ proxy }: Scene): readonly Sent[] {
  const sent: Sent[] = []
  proxy.answer(async (request) => {
    if (request.method === 'GET') return null
    const text = await request.text()
    const body = text.startsWith('{') ? JSON.parse(text) : {}
    if (typeof body.sealed === 'string' && body.document !== undefined) sent.push(body)
    return null
  })
  return sent
}

interface Holder {
  readonly suite: 1 | 2
  readonly privateKey: Uint8Array
}

/** Opens connections with a key of the attacker's; what it reads of the password. */
export function passwordReadWith(records: readonly Sent[], key: Holder): string | null {
  for (const { document, sealed } of records) {
    const { tenant, project, id, version, commitment, name } = payloadOf(document)
    const context = { tenant, project, type: 'connection', id, version, schema: schemas.connection } as const
    try {
      const plaintext = open(primitives, { context, envelope: fromBase64(sealed), keys: [key] })
      const body = fromUtf8(uncommit(primitives, { plaintext, commitment }))
      if (body.includes(secret)) return `the password of ${name}, read`
    } catch {
      // Sealed to others.
    }
  }
  return null
}

function stored({ world }: Scene): Sent[] {
  const rows = edgeSql(world.edge.database, 'select document, sealed from connection_version')
  return rows.map((row) => ({
    document: JSON.parse(String(row['document'])),
    sealed: toBase64(new Uint8Array(row['sealed'] as Uint8Array)),
  }))
}

/** What is found in the memory of a process, as whoever owns its machine reads it. */
function searchMemory(needles: readonly Needle[], pid: number): number {
  const scanner = new Scanner(needles, 'memory of the edge')
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  const piece = Buffer.alloc(1 << 20)
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line)
    if (match === null) continue
    const end = parseInt(match[2] as string, 16)
    for (let at = parseInt(match[1] as string, 16); at < end;) {
      try {
        const read = readSync(memory, piece, 0, Math.min(piece.length, end - at), at)
        if (read === 0) break
        scanner.push(Buffer.from(piece.subarray(0, read)))
        at += read
      } catch {
        break
      }
    }
  }
  return scanner.findings.length
}

/** How often the password is found anywhere at the edge: database and write-ahead log, log, folder, memory. */
async function found({ world }: Scene): Promise<number> {
  const needles = needlesFor([textSecret('the password', secret)])
  const { database, log, pid } = world.edge
  const places = [
    { kind: 'database', name: 'database', path: database },
    { kind: 'file', name: 'log', path: log },
  ] as const
  const searched = await Promise.all(places.map((place) => searchPlace(needles, place)))
  return searched.reduce((sum, { findings }) => sum + findings.length, 0) + searchMemory(needles, pid)
}

/** The sealer takes whom the edge names beside a connection of before. */
export const namedRecipients: Mutation = {
  check: 'recipients come from the verified trust document alone',
  file: 'agent/commands/connection.ts',
  find: 'body: { config: written.config },\n    recipients,',
  put:
    'body: { config: written.config },\n    recipients: [...recipients, ...stored.slice(0, 1).flatMap((one) => ' +
    '(one as any).recipients.map((key: string) => ({ suite: 1, publicKey: Uint8Array.fromBase64(key) })))],',
}

/** Names a key beside every connection that the edge lists. */
export function nameRecipient({ proxy }: Scene, key: string): void {
  proxy.alter(({ path, body }) => {
    if (!path.startsWith('/v1/connections') || !Array.isArray(body?.data)) return false
    for (const one of body.data) one.recipients = [key]
    return true
  })
}

const fromDump: Attack = {
  name: 'credentials read from a dump',
  tried:
    'database, write-ahead log, log, memory and all that was ever sent, searched, and opened with every key ' +
    'that the edge can name as a recipient',
  codes: ['kid_missing'],
  without: [namedRecipients],
  async attempt(scene) {
    const key = ownSealingKey()
    nameRecipient(scene, key.public)
    const sent = whatIsSent(scene)
    await addSecret(scene, 'vault')
    const times = await found(scene)
    const clear = times === 0 ? null : `the password in the clear, ${times} times`
    const gained = clear ?? passwordReadWith([...sent, ...stored(scene)], key)
    const seen = ['nothing happened that anybody could see']
    return { code: gained === null ? 'kid_missing' : null, seen, gained }
  },
}

export const dump: readonly Attack[] = [fromDump]
