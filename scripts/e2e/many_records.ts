/** Sealed records by the thousand, made through the API with real seals and signatures: what no person types in. */
import { fromBase64, toBase64, utf8 } from '../../shared/bytes.ts'
import { newId } from '../../shared/ids.ts'
import type { Connection } from '../../shared/schemas/connection.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { schemas } from '../../shared/seal/context.ts'
import { seal } from '../../shared/seal/envelope.ts'
import { commit } from '../../shared/seal/record.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import { connectionRecipients } from '../../shared/trust/recipients.ts'
import { payloadOf, primitives as p, seedOf } from './forge.ts'
import type { World } from './world.ts'

/** Versions of each connection, one after the other; connections side by side. */
const versionsEach = 50
const atOnce = 16

export async function trustOf(world: World): Promise<TrustDocument> {
  const { body: list } = await world.api('GET', '/v1/trust')
  const version = Math.max(...list.data.map((one: { version: number }) => one.version))
  const { body } = await world.api('GET', `/v1/trust/${version}`)
  return payloadOf(body.document)
}

/** Stores `count` versions of connections of the world's project; returns the ids of the connections. */
export async function makeRecords(world: World, count: number): Promise<string[]> {
  const trust = await trustOf(world)
  const recipients = connectionRecipients(trust, { pools: ['default'] })
  const signer = seedOf(`${world.person.home}/keys/signer.json`)
  const ids = Array.from({ length: Math.ceil(count / versionsEach) }, () => newId(Date.now(), p.randomBytes))
  const one = async (id: string, version: number) => {
    const { plaintext, commitment } = commit(
      p,
      utf8(JSON.stringify({ config: { path: `/data/${id}`, format: 'csv' }, pools: ['default'] })),
    )
    const document: Connection = {
      type: 'connection',
      tenant: world.tenant,
      project: world.project,
      id,
      version,
      name: `many-${id.slice(-12)}`,
      kind: 'files',
      pools: ['default'],
      owner: null,
      account: null,
      commitment,
    }
    const { tenant, project } = document
    const context = { tenant, project, type: 'connection', id, version, schema: schemas.connection } as const
    const sealed = toBase64(seal(p, { context, plaintext, recipients }))
    const { dsse } = signDocument(p, { type: 'connection', document, seeds: [signer] })
    const path = version === 1 ? '/v1/connections' : `/v1/connections/${id}/versions`
    const { status, body } = await world.api('POST', path, { document: dsse, sealed })
    if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`)
  }
  const waiting = [...ids]
  let left = count
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const versions = Math.min(versionsEach, left)
      left -= versions
      for (let version = 1; version <= versions; version++) await one(id, version)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return ids
}

/** The envelope of a connection's newest version. */
export async function envelopeOf(world: World, id: string): Promise<Uint8Array> {
  const { body } = await world.api('GET', `/v1/connections/${id}`)
  return fromBase64(body.sealed)
}
