import { equal, fromHex } from '../bytes.ts'

/**
 * The y coordinates (little-endian, sign bit clear) of the eight points of small order: 0, 1, -1 and the two of
 * order eight. Whatever the sign bit says, an encoding with one of these is such a point or not canonical.
 */
const smallOrder = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
].map(fromHex)

/**
 * False for an encoded Ed25519 point that is of small order or not canonical (y ≥ 2^255 - 19). Libraries differ on
 * those, so both primitives refuse them before they ask the library.
 */
export function isStrictPoint(encoded: Uint8Array): boolean {
  if (encoded.length !== 32) return false
  const y = encoded.slice()
  y[31] = (y[31] as number) & 0x7f
  return !isAboveField(y) && !smallOrder.some((point) => equal(point, y))
}

function isAboveField(y: Uint8Array): boolean {
  if (y[31] !== 0x7f || (y[0] as number) < 0xed) return false
  return y.subarray(1, 31).every((byte) => byte === 0xff)
}
