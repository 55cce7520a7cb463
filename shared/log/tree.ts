/**
 * Merkle trees over exact leaf bytes, RFC 9162 section 2.1 with SHA-256 (the hashing of RFC 6962).
 *
 * Sizes and indexes are whole numbers up to 2^53 − 1, so that a claimed size never overflows: halving is division,
 * not a 32-bit shift.
 */
import { concat } from '../bytes.ts'
import type { Primitives } from '../seal/primitives.ts'

export type Hashing = Pick<Primitives, 'sha256'>

const LEAF = new Uint8Array([0x00])
const NODE = new Uint8Array([0x01])

/** `MTH({d}) = HASH(0x00 || d)`. */
export function leafHash(p: Hashing, leaf: Uint8Array): Uint8Array {
  return p.sha256(concat(LEAF, leaf))
}

/** `HASH(0x01 || left || right)`. */
export function nodeHash(p: Hashing, left: Uint8Array, right: Uint8Array): Uint8Array {
  return p.sha256(concat(NODE, left, right))
}

/** The root of the tree without leaves: `HASH()`. */
export function emptyRoot(p: Hashing): Uint8Array {
  return p.sha256(new Uint8Array(0))
}

export function half(n: number): number {
  return Math.floor(n / 2)
}

export function isOdd(n: number): boolean {
  return n % 2 === 1
}

/** The largest power of two below `n`, for `n` ≥ 2: where RFC 9162 cuts a tree in two. */
export function split(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

/** The hashes of the perfect subtrees that a tree of `size` leaves is made of, largest first: at most 53. */
export interface FrontierState {
  readonly size: number
  readonly nodes: readonly Uint8Array[]
}

/** A tree that only grows and remembers nothing but its right edge: the root of any export in flat memory. */
export class Frontier {
  #size: number
  readonly #nodes: Uint8Array[]
  readonly #p: Hashing

  /** Continues from a kept state, or from nothing. Throws a RangeError on a state that no tree has. */
  constructor(p: Hashing, from: FrontierState = { size: 0, nodes: [] }) {
    if (from.nodes.length !== countOnes(from.size)) throw new RangeError('not the state of a tree')
    this.#p = p
    this.#size = from.size
    this.#nodes = [...from.nodes]
  }

  get size(): number {
    return this.#size
  }

  get state(): FrontierState {
    return { size: this.#size, nodes: [...this.#nodes] }
  }

  append(leaf: Uint8Array): void {
    let node = leafHash(this.#p, leaf)
    for (let rest = this.#size; isOdd(rest); rest = half(rest)) {
      node = nodeHash(this.#p, this.#nodes.pop() as Uint8Array, node)
    }
    this.#nodes.push(node)
    this.#size++
  }

  root(): Uint8Array {
    let root = this.#nodes.at(-1)
    if (!root) return emptyRoot(this.#p)
    for (let i = this.#nodes.length - 2; i >= 0; i--) {
      root = nodeHash(this.#p, this.#nodes[i] as Uint8Array, root)
    }
    return root
  }
}

function countOnes(size: number): number {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError('not a size')
  let ones = 0
  for (let rest = size; rest > 0; rest = half(rest)) if (isOdd(rest)) ones++
  return ones
}

/** Where proofs read from: `node(level, index)` is the hash over leaves `[index·2^level, (index+1)·2^level)`. */
export interface Nodes {
  readonly size: number
  node(level: number, index: number): Uint8Array
}

/** Every node of a growing tree in memory, 64 bytes a leaf. Answers for every size that it once had. */
export class Tree implements Nodes {
  readonly #levels: Uint8Array[][] = [[]]
  readonly #p: Hashing

  constructor(p: Hashing) {
    this.#p = p
  }

  get size(): number {
    return (this.#levels[0] as Uint8Array[]).length
  }

  append(leaf: Uint8Array): void {
    let node = leafHash(this.#p, leaf)
    for (let level = 0;; level++) {
      const row = this.#levels[level] ??= []
      row.push(node)
      if (isOdd(row.length)) return
      node = nodeHash(this.#p, row.at(-2) as Uint8Array, node)
    }
  }

  node(level: number, index: number): Uint8Array {
    const hash = this.#levels[level]?.[index]
    if (!hash) throw new RangeError('the tree has no such node')
    return hash
  }

  /** The root when the tree had `size` leaves. */
  root(size: number = this.size): Uint8Array {
    return rangeHash(this.#p, this, { start: 0, end: size })
  }
}

/** The hash of leaves `[start, end)`, as a tree of its own; `start` is where RFC 9162 would cut. */
export function rangeHash(p: Hashing, nodes: Nodes, range: { start: number; end: number }): Uint8Array {
  const { start, end } = range
  const size = end - start
  if (start < 0 || end > nodes.size || size < 0) throw new RangeError('outside the tree')
  if (size === 0) return emptyRoot(p)
  let level = 0
  let span = 1
  while (span < size) {
    span *= 2
    level++
  }
  if (span === size && start % span === 0) return nodes.node(level, start / span)
  const middle = start + split(size)
  return nodeHash(p, rangeHash(p, nodes, { start, end: middle }), rangeHash(p, nodes, { start: middle, end }))
}
