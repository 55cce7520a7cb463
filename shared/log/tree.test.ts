import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { fromHex, toHex, utf8 } from '../bytes.ts'
import { consistencyProof, inclusionProof, type Proof, verifyConsistency, verifyInclusion } from './proof.ts'
import { emptyRoot, Frontier, type Hashing, leafHash, Tree } from './tree.ts'

const p: Hashing = { sha256: (data) => new Uint8Array(createHash('sha256').update(data).digest()) }

/** The leaves and roots of the reference tree of the Certificate Transparency project. */
const referenceLeaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map(fromHex)

const referenceRoots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

function treeOf(leaves: readonly Uint8Array[]): Tree {
  const tree = new Tree(p)
  for (const leaf of leaves) tree.append(leaf)
  return tree
}

/** Leaf `i` holds its number, so that all differ. */
const numbered = treeOf(Array.from({ length: 72 }, (_, i) => utf8(`leaf ${i}`)))
const head = (size: number) => ({ size, root: numbered.root(size) })

describe('a tree over the reference leaves of RFC 6962', () => {
  test('has the reference root at every size, kept whole or as its edge alone', () => {
    const tree = treeOf(referenceLeaves)
    const edge = new Frontier(p)
    assert.equal(toHex(emptyRoot(p)), referenceRoots[0])
    assert.equal(toHex(edge.root()), referenceRoots[0])
    referenceLeaves.forEach((leaf, i) => {
      edge.append(leaf)
      assert.equal(toHex(tree.root(i + 1)), referenceRoots[i + 1])
      assert.equal(toHex(edge.root()), referenceRoots[i + 1])
    })
  })

  test('gives the reference paths', () => {
    const tree = treeOf(referenceLeaves)
    const inclusion = (index: number, size: number) => inclusionProof(p, tree, { index, size }).map(toHex)
    assert.deepEqual(inclusion(0, 1), [])
    assert.deepEqual(inclusion(0, 8), [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ])
    assert.deepEqual(inclusion(1, 5), [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ])
    assert.deepEqual(consistencyProof(p, tree, { from: 6, to: 8 }).map(toHex), [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ])
  })
})

describe('proofs', () => {
  test('every leaf is proven in every tree up to 72 leaves', () => {
    for (let size = 1; size <= 72; size++) {
      for (let index = 0; index < size; index++) {
        const proof = inclusionProof(p, numbered, { index, size })
        const leaf = numbered.node(0, index)
        assert.ok(verifyInclusion(p, { leaf, index, head: head(size), proof }), `${index} in ${size}`)
      }
    }
  })

  test('every tree up to 72 leaves is proven to continue every earlier one', () => {
    for (let to = 0; to <= 72; to++) {
      for (let from = 0; from <= to; from++) {
        const proof = consistencyProof(p, numbered, { from, to })
        assert.ok(verifyConsistency(p, { from: head(from), to: head(to), proof }), `${from} to ${to}`)
      }
    }
  })

  test('an inclusion proof altered by one bit, cut or lengthened is refused', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 72 }), fc.nat(), fc.nat(), (size, a, b) => {
      const index = a % size
      const proof = inclusionProof(p, numbered, { index, size })
      const claim = { leaf: numbered.node(0, index), index, head: head(size) }
      for (const wrong of alterations(proof, b)) assert.ok(!verifyInclusion(p, { ...claim, proof: wrong }))
      const other = (index + 1) % 72
      assert.ok(!verifyInclusion(p, { ...claim, leaf: numbered.node(0, other), proof }))
      assert.ok(size === 1 || !verifyInclusion(p, { ...claim, index: (index + 1) % size, proof }))
      assert.ok(!verifyInclusion(p, { ...claim, head: { size, root: flip(claim.head.root, b) }, proof }))
    }))
  })

  test('a consistency proof altered by one bit, cut or lengthened is refused', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 72 }), fc.nat(), fc.nat(), (to, a, b) => {
      const from = a % (to + 1)
      const proof = consistencyProof(p, numbered, { from, to })
      const claim = { from: head(from), to: head(to) }
      for (const wrong of alterations(proof, b)) assert.ok(!verifyConsistency(p, { ...claim, proof: wrong }))
      assert.ok(
        !verifyConsistency(p, { ...claim, from: { size: from, root: flip(claim.from.root, b) }, proof }),
      )
      if (from > 0) {
        assert.ok(!verifyConsistency(p, { ...claim, to: { size: to, root: flip(claim.to.root, b) }, proof }))
      }
    }))
  })

  test('a log that was rewritten anywhere before the size seen cannot prove itself consistent', () => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 72 }), fc.nat(), fc.nat(), (to, a, b) => {
      const from = 1 + (a % (to - 1))
      const changed = b % from
      const rewritten = treeOf(Array.from({ length: to }, (_, i) => utf8(i === changed ? 'x' : `leaf ${i}`)))
      const proof = consistencyProof(p, rewritten, { from, to })
      assert.ok(!verifyConsistency(p, { from: head(from), to: { size: to, root: rewritten.root() }, proof }))
    }))
  })

  test('what is no proof at all is refused and throws nothing', () => {
    const root = numbered.root(8)
    const leaf = leafHash(p, utf8('leaf 0'))
    const one = [new Uint8Array(31)]
    for (const size of [-1, 0.5, NaN, 2 ** 53, Infinity]) {
      assert.ok(!verifyInclusion(p, { leaf, index: 0, head: { size, root }, proof: [] }))
      assert.ok(!verifyConsistency(p, { from: { size, root }, to: head(8), proof: [] }))
      assert.ok(!verifyConsistency(p, { from: head(8), to: { size, root }, proof: [] }))
    }
    assert.ok(!verifyInclusion(p, { leaf, index: 8, head: head(8), proof: [] }))
    assert.ok(!verifyInclusion(p, { leaf, index: 0, head: head(2), proof: one }))
    assert.ok(!verifyConsistency(p, { from: head(9), to: head(8), proof: [] }))
    const endless = Array.from({ length: 1000 }, () => root)
    assert.ok(!verifyInclusion(p, { leaf, index: 0, head: { size: 2 ** 53 - 1, root }, proof: endless }))
  })
})

describe('the edge of a tree', () => {
  test('continues from what was kept of it', () => {
    fc.assert(fc.property(fc.nat(40), fc.nat(40), (kept, more) => {
      const first = new Frontier(p)
      for (let i = 0; i < kept; i++) first.append(utf8(`leaf ${i}`))
      const second = new Frontier(p, first.state)
      for (let i = kept; i < Math.min(72, kept + more); i++) second.append(utf8(`leaf ${i}`))
      assert.deepEqual(second.root(), numbered.root(second.size))
    }))
  })

  test('is refused when it has more or fewer hashes than its size says', () => {
    assert.throws(() => new Frontier(p, { size: 3, nodes: [new Uint8Array(32)] }), RangeError)
    assert.throws(() => new Frontier(p, { size: -1, nodes: [] }), RangeError)
  })
})

function flip(bytes: Uint8Array, at: number): Uint8Array {
  const out = bytes.slice()
  out[at % out.length] = (out[at % out.length] as number) ^ (1 << (at % 8))
  return out
}

function* alterations(proof: Proof, at: number): Generator<Proof> {
  yield [...proof, numbered.node(0, 0)]
  yield [numbered.node(0, 0), ...proof]
  if (proof.length === 0) return
  const i = at % proof.length
  yield proof.with(i, flip(proof[i] as Uint8Array, at))
  yield proof.toSpliced(i, 1)
  if (proof.length > 1) yield proof.toReversed()
}
