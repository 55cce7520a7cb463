/**
 * Traps through the compiled binary, between the engines that npm alone brings. What becomes of each is written down in
 * scripts/conformance/outcomes: `npm run conformance -- --write` after a change that is meant.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { staleDocuments } from '../conformance/document.ts'
import { scenarios } from '../conformance/modes/scenarios.ts'
import { differences, expectedModes, expectedOf } from '../conformance/outcomes.ts'
import type { Pair } from '../conformance/pair.ts'
import { openSuite, type Suite } from '../conformance/suite.ts'
import { lightTraps, traps } from '../conformance/traps/traps.ts'

const server = process.env['SALLYPORT_TEST_POSTGRES_URL']
const skip = server === undefined ? 'SALLYPORT_TEST_POSTGRES_URL is not set' : false

let suite: Suite

before(() => {
  if (server === undefined) return
  suite = openSuite({
    postgres: (database = 'postgres') => Object.assign(new URL(server), { pathname: `/${database}` }).href,
    mariadb: null,
  })
})
after(async () => {
  await suite?.[Symbol.asyncDispose]()
})

/** Those that pass no hold: each costs one start of the binary. */
const quick: readonly Pair[] = [
  { source: 'postgres', destination: 'postgres' },
  { source: 'postgres', destination: 'sqlite' },
  { source: 'postgres', destination: 'csv' },
  { source: 'sqlite', destination: 'postgres' },
  { source: 'sqlite', destination: 'sqlite' },
  { source: 'csv', destination: 'postgres' },
  { source: 'csv', destination: 'sqlite' },
  { source: 'csv', destination: 'csv' },
]

describe('every trap has the outcome that is written down', { skip }, () => {
  for (const pair of quick) {
    test(`from ${pair.source} to ${pair.destination}`, async () => {
      assert.deepEqual(differences(expectedOf(pair), await suite.run(pair, lightTraps)), [])
    })
  }
})

describe('every mode leaves what its scenario says', { skip }, () => {
  for (const destination of ['postgres', 'sqlite', 'csv'] as const) {
    test(`in ${destination}`, async () => {
      const pair = { source: 'postgres', destination } as const
      assert.deepEqual(differences(expectedModes(pair), await suite.modes(pair, scenarios)), [])
    })
  }
})

test('the tables for people say what the outcomes say', () => {
  assert.deepEqual(staleDocuments(traps), [])
})
