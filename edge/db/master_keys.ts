/**
 * What the edge itself must read again is stored under a master key: AES-256-GCM, a nonce per record, and as
 * additional data the place where it stands, so that a sealed value moved elsewhere does not open.
 */
import { concat, fromBase64, lengthPrefixed, toBase64, utf8 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { KEY_BYTES, NONCE_BYTES, type Primitives } from '../../shared/seal/primitives.ts'

export interface MasterKeys {
  /** The version that seals. */
  readonly newest: number
  readonly keys: ReadonlyMap<number, Uint8Array>
}

/** Table and column, the tenant whose record it is, and the record's id where that is not the tenant's own. */
export type Place = readonly [table: string, column: string, tenant: string, id?: string]

type Sealing = Pick<Primitives, 'aes256Gcm' | 'randomBytes'>

/** Reads `v2:base64,v1:base64`, newest first. Throws a TypeError that quotes nothing of it. */
export function parseMasterKeys(text: string): MasterKeys {
  const keys = new Map<number, Uint8Array>()
  for (const part of text.split(',')) {
    const match = /^v([1-9][0-9]{0,5}):(\S+)$/.exec(part.trim())
    if (match === null) throw new TypeError('master keys are spelled v2:base64,v1:base64')
    const version = Number(match[1])
    const key = fromBase64(match[2] as string)
    if (key.length !== KEY_BYTES) throw new TypeError(`master key v${version} is not 32 bytes long`)
    if (keys.has(version)) throw new TypeError(`master key v${version} is there twice`)
    keys.set(version, key)
  }
  const [newest] = keys.keys()
  return { newest: newest as number, keys }
}

/** `v<version>.<base64 of nonce and ciphertext>`. */
export function sealColumn(
  p: Sealing,
  master: MasterKeys,
  { place, plaintext }: { readonly place: Place; readonly plaintext: Uint8Array },
): string {
  const key = master.keys.get(master.newest) as Uint8Array
  const nonce = p.randomBytes(NONCE_BYTES)
  const sealed = p.aes256Gcm.seal(key, nonce, placeBytes(master.newest, place), plaintext)
  return `v${master.newest}.${toBase64(concat(nonce, sealed))}`
}

/** Throws Fault `internal` when the key is gone or the value was altered or moved. */
export function openColumn(
  p: Sealing,
  master: MasterKeys,
  { place, sealed }: { readonly place: Place; readonly sealed: string },
): Uint8Array {
  const match = /^v(\d+)\.([A-Za-z0-9+/]{38,}={0,2})$/.exec(sealed)
  const version = Number(match?.[1])
  const key = master.keys.get(version)
  if (match === null || key === undefined) throw failure(`no master key opens ${place.join('/')}`)
  const bytes = fromBase64(match[2] as string)
  const aad = placeBytes(version, place)
  const plaintext = p.aes256Gcm.open(key, bytes.subarray(0, NONCE_BYTES), aad, bytes.subarray(NONCE_BYTES))
  if (plaintext === null) throw failure(`${place.join('/')} does not open under master key v${version}`)
  return plaintext
}

/** A key for one purpose that follows from a master key, to authenticate with; null without that version. */
export function derivedKey(
  p: Pick<Primitives, 'hmacSha256'>,
  master: MasterKeys,
  { version, purpose }: { readonly version: number; readonly purpose: string },
): Uint8Array | null {
  const key = master.keys.get(version)
  return key === undefined
    ? null
    : p.hmacSha256(key, lengthPrefixed(utf8('sallyport derived key'), utf8(purpose)))
}

function placeBytes(version: number, place: Place): Uint8Array {
  return lengthPrefixed(
    utf8('sallyport column'),
    utf8(`v${version}`),
    ...(place as readonly string[]).map(utf8),
  )
}

function failure(message: string): Fault {
  return new Fault('internal', undefined, { cause: new Error(message) })
}
