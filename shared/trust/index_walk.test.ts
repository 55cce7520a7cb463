import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault, type FaultCode } from '../faults.ts'
import type { Index, IndexEntry } from '../schemas/index.ts'
import { native as p } from '../seal/primitives_fixture.ts'
import { signDocument } from '../sign/documents.ts'
import { indexOf, signingPair, tenant } from './trust_fixture.ts'
import { walkIndex } from './index_walk.ts'

const home = tenant()
const { ids, trust, signer } = home
const former = signingPair()

function refused(code: FaultCode, act: () => unknown, what?: string): void {
  assert.throws(act, (error) => error instanceof Fault && error.code === code, what)
}
const entry = (version: number, change: Partial<IndexEntry> = {}): IndexEntry => ({
  kind: 'pipeline',
  name: 'orders',
  version,
  hash: version.toString(16).repeat(64).slice(0, 64),
  ...change,
})

/** Indexes one after another; the last by the signer, those before by one who has left. */
function walkable(...changes: Partial<Index>[]) {
  const made: ReturnType<typeof signIndex>[] = []
  for (const [i, change] of changes.entries()) {
    const previous = made.at(-1)
    const document = indexOf(home, { number: i + 1, previous: previous?.hash ?? null, ...change })
    made.push(signIndex(document, i === changes.length - 1 ? signer : former))
  }
  return made
}
function signIndex(document: Index, by: typeof signer) {
  return { ...signDocument(p, { type: 'index', document, seeds: [by.seed] }), number: document.number }
}
const versions = (...numbers: number[]) => numbers.map((n) => ({ entries: { [ids.pipeline]: entry(n) } }))

function walk(
  made: ReturnType<typeof walkable>,
  seen: { number: number; hash: string }[] = [],
  deny: string[] = [],
) {
  return walkIndex(p, { trust, deny, project: ids.project, documents: made.map(({ dsse }) => dsse), seen })
}

describe('walking the index', () => {
  const made = walkable(...versions(1, 2, 2, 3))

  test('ends at the newest, over those of signers who have left', () => {
    const found = walk(made, made)
    assert.equal(found.document.number, 4)
    assert.equal(found.hash, made[3]?.hash)
    assert.equal(walk(made.slice(2), made.slice(2)).document.number, 4)
  })

  test('the newest is signed by one who may publish now', () => {
    refused('signature_invalid', () => walk(made.slice(0, 3)))
    refused('denied', () => walk(made, [], [signer.keyid]))
    refused('index_missing', () => walk([]))
  })

  test('an older index than seen is rolled back, another under the same number forked', () => {
    const short = walkable(...versions(1, 2))
    const fork = walkable(
      { entries: { [ids.pipeline]: entry(1) }, issued: '2026-01-01T00:00:00.000Z' },
      ...versions(2),
    )
    assert.equal(walk(short, [short[1] as (typeof short)[number]]).document.number, 2)
    refused('index_rolled_back', () => walk(short, [made[3] as (typeof made)[number]]))
    refused('index_forked', () => walk(fork, [short[1] as (typeof short)[number]]))
  })

  test('the way reaches back to what was seen', () => {
    refused('index_missing', () => walk(made.slice(2), [made[0] as (typeof made)[number]]))
  })

  test('no link is missing, changed or of another project', () => {
    const [one, two, three, four] = made as [typeof made[0], typeof made[0], typeof made[0], typeof made[0]]
    refused('index_invalid', () => walk([one, two, four]))
    refused('index_invalid', () => walk([two, one, three, four]))
    refused(
      'index_invalid',
      () => walk(walkable(...versions(1), { ...versions(1)[0], previous: 'f'.repeat(64) })),
    )
    const elsewhere = walkable({ project: ids.source }, ...versions(2))
    refused('index_invalid', () => walk(elsewhere))
    refused('index_invalid', () => walk(walkable({ tenant: ids.source }, ...versions(2))))
    refused('index_invalid', () => walk(walkable(...versions(1), { ...versions(1)[0], number: 3 })))
  })

  test('a version that falls is refused, also over a gap in between', () => {
    assert.ok(walk(walkable(...versions(2, 2))))
    refused('version_fell', () => walk(walkable(...versions(2, 1))))
    refused('version_fell', () => walk(walkable(...versions(2), { entries: {} }, ...versions(1))))
  })

  test('a project keeps its name', () => {
    const [first] = versions(1)
    refused('index_invalid', () => walk(walkable({ ...first, project_name: 'staging' }, { ...first })))
    assert.equal(walk(walkable({ ...first }, { ...first })).document.project_name, 'default')
  })

  test('an id keeps its kind', () => {
    const changed = { entries: { [ids.pipeline]: entry(2, { kind: 'connection' }) } }
    refused('index_invalid', () => walk(walkable(...versions(1), changed)))
  })

  test('two of a kind do not share a name, in any case', () => {
    const entries = (second: Partial<IndexEntry>) => ({
      entries: { [ids.pipeline]: entry(1), [ids.source]: entry(1, second) },
    })
    refused('document_invalid', () => walkable(entries({})))
    refused('document_invalid', () => walkable(entries({ name: 'Orders' })))
    assert.ok(walk(walkable(entries({ kind: 'connection' }))))
  })
})
