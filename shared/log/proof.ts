/**
 * Proofs between trees: that a leaf is in one (RFC 9162 section 2.1.3), that one continues another (2.1.4).
 * A verifier answers yes or no and never throws on what somebody else sent.
 */
import { equal } from '../bytes.ts'
import { emptyRoot, half, type Hashing, isOdd, nodeHash, type Nodes, rangeHash, split } from './tree.ts'

export type Proof = readonly Uint8Array[]

/** A tree as somebody claims it to be. */
export interface TreeHead {
  readonly size: number
  readonly root: Uint8Array
}

/** The path for leaf `index` in the tree of `size` leaves, from the leaf up. RFC 9162 section 2.1.3.1. */
export function inclusionProof(p: Hashing, nodes: Nodes, at: { index: number; size: number }): Proof {
  const { index, size } = at
  if (!(index >= 0 && index < size && size <= nodes.size)) throw new RangeError('outside the tree')
  return path(0, size)

  function path(start: number, end: number): Uint8Array[] {
    if (end - start === 1) return []
    const middle = start + split(end - start)
    return index < middle
      ? [...path(start, middle), rangeHash(p, nodes, { start: middle, end })]
      : [...path(middle, end), rangeHash(p, nodes, { start, end: middle })]
  }
}

/** RFC 9162 section 2.1.3.2. `leaf` is the leaf's hash. */
export function verifyInclusion(
  p: Hashing,
  claim: { leaf: Uint8Array; index: number; head: TreeHead; proof: Proof },
): boolean {
  const { index, head, proof } = claim
  if (!isSize(index) || !isSize(head.size) || index >= head.size || !areHashes(proof)) return false
  let fn = index
  let sn = head.size - 1
  let hash = claim.leaf
  for (const step of proof) {
    if (sn === 0) return false
    if (isOdd(fn) || fn === sn) {
      hash = nodeHash(p, step, hash)
      while (!isOdd(fn) && fn !== 0) {
        fn = half(fn)
        sn = half(sn)
      }
    } else {
      hash = nodeHash(p, hash, step)
    }
    fn = half(fn)
    sn = half(sn)
  }
  return sn === 0 && equal(hash, head.root)
}

/**
 * That the tree of `to` leaves begins with the tree of `from` leaves. RFC 9162 section 2.1.4.1; from the empty tree,
 * and from a tree to itself, the proof is empty.
 */
export function consistencyProof(p: Hashing, nodes: Nodes, between: { from: number; to: number }): Proof {
  const { from, to } = between
  if (!(from >= 0 && from <= to && to <= nodes.size)) throw new RangeError('outside the tree')
  return from === 0 || from === to ? [] : subproof(0, to, true)

  /** `whole`: the subtree `[start, end)` is one that the verifier knows already when it ends at `from`. */
  function subproof(start: number, end: number, whole: boolean): Uint8Array[] {
    if (end === from) return whole ? [] : [rangeHash(p, nodes, { start, end })]
    const middle = start + split(end - start)
    return from <= middle
      ? [...subproof(start, middle, whole), rangeHash(p, nodes, { start: middle, end })]
      : [...subproof(middle, end, false), rangeHash(p, nodes, { start, end: middle })]
  }
}

/** RFC 9162 section 2.1.4.2, with the two empty proofs of `consistencyProof`. */
export function verifyConsistency(
  p: Hashing,
  claim: { from: TreeHead; to: TreeHead; proof: Proof },
): boolean {
  const { from, to, proof } = claim
  if (!isSize(from.size) || !isSize(to.size) || from.size > to.size || !areHashes(proof)) return false
  if (from.size === 0) return proof.length === 0 && equal(from.root, emptyRoot(p))
  if (from.size === to.size) return proof.length === 0 && equal(from.root, to.root)
  const path = isPowerOfTwo(from.size) ? [from.root, ...proof] : proof
  const roots = climb(p, { fn: from.size - 1, sn: to.size - 1, path })
  return roots !== null && equal(roots.from, from.root) && equal(roots.to, to.root)
}

/** Both roots that a consistency path leads to, or null when it is too short or too long. */
function climb(
  p: Hashing,
  start: { fn: number; sn: number; path: Proof },
): { from: Uint8Array; to: Uint8Array } | null {
  let { fn, sn } = start
  const [first, ...rest] = start.path
  if (!first) return null
  while (isOdd(fn)) {
    fn = half(fn)
    sn = half(sn)
  }
  let from = first
  let to = first
  for (const step of rest) {
    if (sn === 0) return null
    if (isOdd(fn) || fn === sn) {
      from = nodeHash(p, step, from)
      to = nodeHash(p, step, to)
      while (!isOdd(fn) && fn !== 0) {
        fn = half(fn)
        sn = half(sn)
      }
    } else {
      to = nodeHash(p, to, step)
    }
    fn = half(fn)
    sn = half(sn)
  }
  return sn === 0 ? { from, to } : null
}

function isSize(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0
}

function areHashes(proof: Proof): boolean {
  return proof.length <= 128 && proof.every((hash) => hash.length === 32)
}

function isPowerOfTwo(n: number): boolean {
  while (n > 1 && !isOdd(n)) n = half(n)
  return n === 1
}
