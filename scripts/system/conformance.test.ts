/** Every trap through every pair of engines, and every mode: an outcome that has changed fails, and so does a wrong one. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { mariadbSettings } from '../conformance/engines/mysql.ts'
import { scenarios } from '../conformance/modes/scenarios.ts'
import { differences, expectedModes, expectedOf } from '../conformance/outcomes.ts'
import { asks, type Pair } from '../conformance/pair.ts'
import { modePairsHere, openSuite, pairsHere, type Suite } from '../conformance/suite.ts'
import { heavyTraps, lightTraps } from '../conformance/traps/traps.ts'
import { type Mariadb, startMariadb, withoutMariadb } from '../mariadb.ts'
import { type Postgres, startPostgres } from '../postgres.ts'

/** A pair with the hold in its way takes half a minute on two busy cores. */
const timeout = 300_000

let suite: Suite
let postgres: Postgres
let mariadb: Mariadb | null = null

before(async () => {
  postgres = await startPostgres({ settings: ['fsync=off'] })
  mariadb = withoutMariadb ? null : await startMariadb(mariadbSettings)
  suite = openSuite({ postgres: postgres.url, mariadb })
}, { timeout })
after(async () => {
  await suite?.[Symbol.asyncDispose]()
  await mariadb?.[Symbol.asyncDispose]()
  await postgres?.[Symbol.asyncDispose]()
})

const skipped = ({ source, destination }: Pair) =>
  [source, destination].includes('mysql') && withoutMariadb !== false ? withoutMariadb : false

describe('every trap has the outcome that is written down', () => {
  for (const pair of pairsHere({ mariadb: true })) {
    test(`from ${pair.source} to ${pair.destination}`, { timeout, skip: skipped(pair) }, async () => {
      assert.deepEqual(differences(expectedOf(pair), await suite.run(pair, lightTraps)), [])
    })
  }
})

describe('a value of 255 MB', () => {
  for (const pair of pairsHere({ mariadb: true })) {
    const own = heavyTraps.filter((trap) => asks(pair, trap))
    test(`from ${pair.source} to ${pair.destination}`, { timeout, skip: skipped(pair) }, async () => {
      const wrong = [...await suite.run(pair, own)].filter(([, outcome]) =>
        !/^(exact|refused): /.test(outcome)
      )
      assert.deepEqual(wrong, [])
    })
  }
})

describe('every mode leaves what its scenario says', () => {
  for (const pair of modePairsHere({ mariadb: true })) {
    test(`from ${pair.source} to ${pair.destination}`, { timeout, skip: skipped(pair) }, async () => {
      assert.deepEqual(differences(expectedModes(pair), await suite.modes(pair, scenarios)), [])
    })
  }
})
