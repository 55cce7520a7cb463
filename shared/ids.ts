/** Identifiers that everybody can make. */
import { lengthPrefixed, toHex, utf8 } from './bytes.ts'

/**
 * A UUID version 7 (RFC 9562 §5.7): `now` in milliseconds leads, so ids made one after another stand side by side
 * in an index.
 */
export function newId(now: number, randomBytes: (length: number) => Uint8Array): string {
  return newUuid(now, randomBytes(10), 7)
}

function newUuid(ms: number, rest: Uint8Array, version: 7 | 8): string {
  const bytes = new Uint8Array(16)
  let time = ms
  for (let i = 5; i >= 0; i--) {
    bytes[i] = time % 256
    time = Math.floor(time / 256)
  }
  for (let i = 0; i < 10; i++) bytes[6 + i] = rest[i] as number
  return spell(bytes, version)
}

/** Sets version and variant of 16 bytes and spells them. */
export function uuid(bytes: Uint8Array, version: 7 | 8): string {
  return spell(bytes.slice(0, 16), version)
}

function spell(bytes: Uint8Array, version: 7 | 8): string {
  bytes[6] = ((bytes[6] as number) & 0x0f) | (version << 4)
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  const hex = toHex(bytes)
  const [a, b, c, d] = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)]
  return `${a}-${b}-${c}-${d}-${hex.slice(20)}`
}

/**
 * What started a run: a signed request, slot `slot` (from 1) of the UTC day `day` that the edge may use – for whom it
 * knows, or for a webhook –, the fire time `fire` of the pipeline's schedule, or the end of another pipeline's run. A
 * run that was redriven ends once more: `redrive` is the id of the signed request that let it.
 */
export type RunTrigger =
  | { readonly kind: 'request'; readonly issued: string; readonly nonce: string }
  | { readonly kind: 'api'; readonly day: string; readonly slot: number }
  | { readonly kind: 'schedule'; readonly fire: string }
  | { readonly kind: 'webhook'; readonly day: string; readonly slot: number }
  | { readonly kind: 'after'; readonly run: string; readonly redrive?: string | undefined }

/** The milliseconds since 1970 that an id leads with. */
export function msOfId(id: string): number {
  return parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

/**
 * The id of the one run that a trigger can have: a UUID version 8 that leads with the trigger's milliseconds and
 * goes on with SHA-256 over tenant, pipeline and trigger, each part behind its length. FORMAT.md, "Run ids".
 */
export function runId(
  p: { readonly sha256: (data: Uint8Array) => Uint8Array },
  given: { readonly tenant: string; readonly pipeline: string; readonly trigger: RunTrigger },
): string {
  const { tenant, pipeline, trigger } = given
  const { words, ms } = partsOf(trigger)
  if (!Number.isSafeInteger(ms) || ms < 0) throw new RangeError('the trigger has no time')
  const digest = p.sha256(
    lengthPrefixed(...['sallyport run v1', tenant, pipeline, trigger.kind, ...words].map(utf8)),
  )
  return newUuid(ms, digest, 8)
}

/**
 * The id of the one inspection that an order can have: a UUID version 8 that leads with its milliseconds and goes on
 * with SHA-256 over tenant, connection, time and nonce, each behind its length. FORMAT.md, "Run ids".
 */
export function inspectionId(
  p: { readonly sha256: (data: Uint8Array) => Uint8Array },
  given: {
    readonly tenant: string
    readonly connection: string
    readonly issued: string
    readonly nonce: string
  },
): string {
  const { tenant, connection, issued, nonce } = given
  const words = ['sallyport inspection v1', tenant, connection, issued, nonce]
  return newUuid(Date.parse(issued), p.sha256(lengthPrefixed(...words.map(utf8))), 8)
}

function partsOf(trigger: RunTrigger): { readonly words: readonly string[]; readonly ms: number } {
  switch (trigger.kind) {
    case 'request':
      return { words: [trigger.issued, trigger.nonce], ms: Date.parse(trigger.issued) }
    case 'api':
    case 'webhook': {
      const ms = Date.parse(`${trigger.day}T00:00:00.000Z`) + trigger.slot
      return { words: [trigger.day, String(trigger.slot)], ms }
    }
    case 'schedule':
      return { words: [trigger.fire], ms: Date.parse(trigger.fire) }
    case 'after': {
      const { run, redrive } = trigger
      return { words: redrive === undefined ? [run] : [run, redrive], ms: msOfId(redrive ?? run) }
    }
  }
}
