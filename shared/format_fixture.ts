/**
 * The worked examples of FORMAT.md, made by the code that the product runs. FORMAT.md holds each between
 * `<!-- example NAME -->` and `<!-- /example -->`; `format.test.ts` compares, and writes them when it is told to.
 */
import { concat, fromBase64, fromHex, fromUtf8, toBase64, toHex, utf8 } from './bytes.ts'
import { runId } from './ids.ts'
import { checkpointExample, requestExample, treeExample } from './log/log_format_fixture.ts'
import type { Connection } from './schemas/connection.ts'
import type { TrustDocument } from './schemas/trust_document.ts'
import { openState, sealState } from './seal/agent_state.ts'
import { type Context, encodeContext } from './seal/context.ts'
import { open, seal } from './seal/envelope.ts'
import { keyId } from './seal/key_id.ts'
import { pad } from './seal/padding.ts'
import { native as p, scripted } from './seal/primitives_fixture.ts'
import { commit } from './seal/record.ts'
import { hybridExample } from './seal/suite_format_fixture.ts'
import { signDocument } from './sign/documents.ts'
import { preAuthEncoding } from './sign/dsse.ts'
import { formatPin } from './trust/pin.ts'

/** `length` bytes counting up from `first`. */
const counting = (first: number, length = 32) => Uint8Array.from({ length }, (_, i) => (first + i) & 0xff)

const hexLines = (bytes: Uint8Array, indent = '  ') =>
  toHex(bytes).match(/.{1,64}/g)?.map((line) => indent + line).join('\n') ?? indent

const keys = {
  pool: { private: counting(0x00), public: p.x25519.publicKey(counting(0x00)) },
  reader: { private: counting(0x20), public: p.x25519.publicKey(counting(0x20)) },
  root: { seed: counting(0x40), public: p.ed25519.publicKey(counting(0x40)) },
  signer: { seed: counting(0x60), public: p.ed25519.publicKey(counting(0x60)) },
}
const ids = {
  tenant: '019aa000-0000-7000-8000-000000000001',
  project: '019aa000-0000-7000-8000-000000000002',
  connection: '019aa000-0000-7000-8000-000000000003',
  pipeline: '019aa000-0000-7000-8000-000000000004',
}
const context: Context = {
  tenant: ids.tenant,
  project: ids.project,
  type: 'connection',
  id: ids.connection,
  version: 3,
  schema: 'connection/1',
}
const body = utf8('{"config":{"url":"postgres://etl:s3cret@db.example/shop"},"pools":["default"]}')
const record = commit(scripted(p, counting(0x80)), body)
const random = {
  dataKey: counting(0xa0),
  salt: counting(0xc0, 24),
  ephemerals: [counting(0x01), counting(0x11)] as const,
}
const envelope = seal(scripted(p, random.dataKey, random.salt, ...random.ephemerals), {
  context,
  plaintext: record.plaintext,
  recipients: [keys.pool, keys.reader].map((key) => ({ suite: 1, publicKey: key.public })),
})

function keyExample(): string {
  const rows = Object.entries(keys).map(([name, key]) => {
    const secret = 'seed' in key ? key.seed : key.private
    return `${name}\n  private  ${toHex(secret)}\n  public   ${toHex(key.public)}\n  base64   ${
      toBase64(key.public)
    }\n  key id   ${keyId(p, key.public)}`
  })
  return rows.join('\n')
}

function contextExample(): string {
  const fields = [context.tenant, context.project, context.type, context.id, context.version, context.schema]
  return [...fields.map((field) => `"${field}"`), 'encoded', hexLines(encodeContext(context))].join('\n')
}

function envelopeExample(): string {
  const at = { wraps: 12, mac: 12 + 2 * 96, body: 12 + 2 * 96 + 32 }
  const opened = open(p, { context, envelope, keys: [{ suite: 1, privateKey: keys.reader.private }] })
  if (toHex(opened) !== toHex(record.plaintext)) throw new Error('the example does not open')
  const wrap = (i: number) => {
    const start = at.wraps + 96 * i
    const part = (from: number, to: number) => toHex(envelope.subarray(start + from, start + to))
    return `wrap ${i + 1}\n  kid      ${part(0, 16)}\n  enc      ${part(16, 48)}\n  wrapped  ${part(48, 96)}`
  }
  return [
    `data key\n  ${toHex(random.dataKey)}`,
    `padded plaintext\n${hexLines(pad(record.plaintext))}`,
    `magic, suite, count\n  ${toHex(envelope.subarray(0, at.wraps))}`,
    wrap(0),
    wrap(1),
    `header mac\n  ${toHex(envelope.subarray(at.mac, at.body))}`,
    `body: salt\n  ${toHex(envelope.subarray(at.body, at.body + 24))}`,
    `body: commitment\n  ${toHex(envelope.subarray(at.body + 24, at.body + 56))}`,
    `body: chunk 0\n${hexLines(envelope.subarray(at.body + 56))}`,
    `SHA-256 of the body\n  ${toHex(p.sha256(envelope.subarray(at.body)))}`,
  ].join('\n')
}

function recordExample(): string {
  return [
    `r\n  ${toHex(record.plaintext.subarray(0, 32))}`,
    `body\n  ${fromUtf8(body)}`,
    `commitment\n  ${record.commitment}`,
  ].join('\n')
}

const connection: Connection = {
  type: 'connection',
  tenant: ids.tenant,
  project: ids.project,
  id: ids.connection,
  version: 3,
  name: 'shop',
  kind: 'postgres',
  pools: ['default'],
  owner: null,
  account: null,
  commitment: record.commitment,
}

function dsseExample(): string {
  const { dsse, hash } = signDocument(p, {
    type: 'connection',
    document: connection,
    seeds: [keys.signer.seed],
  })
  const payload = fromBase64(dsse.payload)
  const pae = preAuthEncoding(dsse.payloadType, payload)
  return [
    `payload\n  ${fromUtf8(payload)}`,
    `hash of the document\n  ${hash}`,
    `PAE, its first 80 bytes\n  ${fromUtf8(pae.subarray(0, 80))}`,
    `SHA-256 of the PAE\n  ${toHex(p.sha256(pae))}`,
    `signed\n  ${JSON.stringify(dsse)}`,
  ].join('\n')
}

function trustExample(): string {
  const document: TrustDocument = {
    type: 'trust',
    tenant: ids.tenant,
    version: 1,
    previous: null,
    issued: '2026-11-22T12:00:00.000Z',
    expires: '2027-11-22T12:00:00.000Z',
    roots: { keys: [toBase64(keys.root.public)], threshold: 1 },
    pools: [{ name: 'default', key: toBase64(p.ed25519.publicKey(counting(0x41))), enrolment: 'approval' }],
    sealing_keys: [{
      kid: keyId(p, keys.pool.public),
      suite: 1,
      pool: 'default',
      public: toBase64(keys.pool.public),
      state: 'active',
    }],
    signers: [{
      key: toBase64(keys.signer.public),
      owner: 'Ada',
      may: ['connections', 'pipelines', 'publish', 'runs'],
      projects: ['*'],
    }],
    readers: [{
      kid: keyId(p, keys.reader.public),
      suite: 1,
      public: toBase64(keys.reader.public),
      owner: 'Grace',
      projects: [ids.project],
    }],
    log_key: toBase64(p.ed25519.publicKey(counting(0x42))),
    recovery: null,
    releases: [],
    policy: null,
  }
  const { dsse, hash } = signDocument(p, { type: 'trust', document, seeds: [keys.root.seed] })
  return [
    `payload\n  ${fromUtf8(fromBase64(dsse.payload))}`,
    `signature by the root\n  ${dsse.signatures[0]?.sig}`,
    `pin\n  ${formatPin({ tenant: ids.tenant, version: 1, hash })}`,
  ].join('\n')
}

function runExample(): string {
  const given = { tenant: ids.tenant, pipeline: ids.pipeline }
  const api = runId(p, { ...given, trigger: { kind: 'api', day: '2026-11-22', slot: 5 } })
  const issued = '2026-11-22T12:00:00.000Z'
  const nonce = toHex(counting(0x00, 16))
  const request = runId(p, { ...given, trigger: { kind: 'request', issued, nonce } })
  const fire = '2026-11-22T06:00:00.000Z'
  const scheduled = runId(p, { ...given, trigger: { kind: 'schedule', fire } })
  const webhook = runId(p, { ...given, trigger: { kind: 'webhook', day: '2026-11-22', slot: 5 } })
  const after = runId(p, { ...given, trigger: { kind: 'after', run: scheduled } })
  const again = runId(p, { ...given, trigger: { kind: 'after', run: scheduled, redrive: request } })
  return [
    `pipeline ${ids.pipeline} of tenant ${ids.tenant}`,
    `api, day 2026-11-22, slot 5\n  ${api}`,
    `request issued ${issued}, nonce ${nonce}\n  ${request}`,
    `schedule, fire time ${fire}\n  ${scheduled}`,
    `webhook, day 2026-11-22, slot 5\n  ${webhook}`,
    `after the run ${scheduled}\n  ${after}`,
    `after the run ${scheduled}, by its redrive ${request}\n  ${again}`,
  ].join('\n')
}

function stateExample(): string {
  const place = { tenant: ids.tenant, type: 'token', id: ids.connection }
  const stateKey = counting(0x50)
  const sealed = sealState(scripted(p, counting(0x70, 12)), stateKey, { place, plaintext: utf8('{"n":1}') })
  openState(p, stateKey, { place, sealed })
  return [
    `state key\n  ${toHex(stateKey)}`,
    `tenant "${place.tenant}", type "token", id "${place.id}", plaintext {"n":1}`,
    `sealed\n${hexLines(sealed)}`,
  ].join('\n')
}

export const examples: Readonly<Record<string, string>> = {
  keys: keyExample(),
  context: contextExample(),
  envelope: envelopeExample(),
  hybrid: hybridExample({
    context,
    plaintext: record.plaintext,
    ...random,
    body: envelope.subarray(12 + 2 * 96 + 32),
  }),
  record: recordExample(),
  dsse: dsseExample(),
  trust: trustExample(),
  runs: runExample(),
  state: stateExample(),
  tree: treeExample(),
  checkpoint: checkpointExample(),
  request: requestExample(),
}

/** FORMAT.md with every example as the code makes it. Throws on a place for an example that there is none for. */
export function withExamples(text: string): string {
  return text.replace(
    /<!-- example (\w+) -->[\s\S]*?<!-- \/example -->/g,
    (_, name: string) => {
      const example = examples[name]
      if (!example) throw new Error(`no example ${name}`)
      return `<!-- example ${name} -->\n\n\`\`\`text\n${example}\n\`\`\`\n\n<!-- /example -->`
    },
  )
}

/** The bytes that stand in lines of hex after a caption, in an example as a reader finds it in FORMAT.md. */
export function bytesAfter(example: string, caption: string): Uint8Array<ArrayBuffer> {
  const lines = example.split('\n')
  const start = lines.indexOf(caption) + 1
  if (start === 0) throw new Error(`no caption ${caption}`)
  const end = lines.findIndex((line, i) => i >= start && !/^ +[0-9a-f]+$/.test(line))
  return concat(...lines.slice(start, end < 0 ? undefined : end).map((line) => fromHex(line.trim())))
}
