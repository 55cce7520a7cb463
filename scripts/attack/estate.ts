/** What the customer does between two moves of the attacker: documents that are honestly signed and published. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Binary, binaryAt } from '../e2e/binary.ts'
import { resigned, seedOf } from '../e2e/forge.ts'
import type { Json } from '../e2e/tampering_proxy.ts'
import { mustSucceed } from '../e2e/world.ts'
import { hashOfPayload } from './forge.ts'
import { homeFile, type Scene } from './scene.ts'

export const rootSeed = (scene: Scene): Uint8Array => seedOf(homeFile(scene, 'keys/root-1.json'))
export const signerSeed = (scene: Scene): Uint8Array => seedOf(homeFile(scene, 'keys/signer.json'))

/** The next trust document: signed by a root of the customer's, in the floor, at the edge. Returns its version. */
export async function publishTrust(scene: Scene, change: (document: Json) => void): Promise<number> {
  const { world } = scene
  const { body: { data } } = await world.api('GET', '/v1/trust?limit=100')
  const version = Math.max(...data.map((one: Json) => one.version))
  const { body: newest } = await world.api('GET', `/v1/trust/${version}`)
  const document = resigned(newest.document, (payload) => {
    Object.assign(payload, { version: version + 1, previous: newest.hash, issued: new Date().toISOString() })
    change(payload)
  }, [rootSeed(scene)])
  changeFile(homeFile(scene, 'floor.json'), (floor) => {
    floor.trust = { version: version + 1, hash: hashOfPayload(document) }
  })
  const { status, body } = await world.api('POST', '/v1/trust', { document })
  if (status !== 201) throw new Error(JSON.stringify(body))
  return version + 1
}

export function changeFile(path: string, change: (value: Json) => void): void {
  const value = JSON.parse(readFileSync(path, 'utf8'))
  change(value)
  writeFileSync(path, JSON.stringify(value), { mode: 0o600 })
}

/** Another person of the tenant, with a signer key of their own that the next trust document lists. */
export async function colleague(scene: Scene, name: string): Promise<{ who: Binary; key: string }> {
  const home = join(scene.folder, 'person', name)
  mkdirSync(home, { mode: 0o700 })
  for (const file of ['profile.json', 'token']) cpSync(homeFile(scene, file), join(home, file))
  const who = binaryAt(scene.world.person.path, home)
  const { public: key } = mustSucceed(await who.call(['keys', 'make', '--json']), 'keys make').value
  const may = ['connections', 'pipelines', 'runs']
  await publishTrust(scene, (document) => document.signers.push({ key, owner: name, may, projects: ['*'] }))
  return { who, key }
}

/** A pipeline signed by somebody else, published by the person. */
export async function applySignedBy(
  scene: Scene,
  who: Binary,
  text: { name: string; yaml: string },
): Promise<void> {
  const [file, bundle] = ['yaml', 'json'].map((ending) => join(who.home, `${text.name}.${ending}`)) as [
    string,
    string,
  ]
  writeFileSync(file, text.yaml)
  mustSucceed(await who.call(['pipeline', 'sign', file, '--out', bundle, '--yes', '--json']), 'pipeline sign')
  await scene.world.does('pipeline', 'apply', bundle, '--yes')
}
