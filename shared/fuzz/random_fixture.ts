/** Random numbers that are the same in every process: a failing input is made again from its seed. */

export interface Random {
  /** From 0 to `below`, without it. */
  readonly int: (below: number) => number
  readonly chance: (of: number) => boolean
  readonly pick: <T>(from: readonly T[]) => T
  readonly bytes: (length: number) => Uint8Array
}

/** FNV-1a over UTF-16 units. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}

/** sfc32, which passes the usual tests of randomness; nothing here is secret. */
export function randomFrom(seed: string): Random {
  let [a, b, c, counter] = [hash(seed), hash(`${seed} b`), hash(`${seed} c`), 1] as [
    number,
    number,
    number,
    number,
  ]
  const next = () => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum | 0
    return sum >>> 0
  }
  for (let i = 0; i < 12; i++) next()
  const int = (below: number) => Math.floor((next() / 2 ** 32) * below)
  return {
    int,
    chance: (of) => int(of) === 0,
    pick: <T>(from: readonly T[]) => from[int(from.length)] as T,
    bytes: (length) => Uint8Array.from({ length }, () => int(256)),
  }
}
