import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { equal, fromUtf8, utf8 } from '../bytes.ts'
import { Fault } from '../faults.ts'
import { mutate } from './mutation_fixture.ts'
import { randomFrom } from './random_fixture.ts'
import { type Failure, inputOf, runCase, type Target } from './target_fixture.ts'
import { sharedTargets } from './targets_fixture.ts'

const CASES = 2000
const seed = utf8('{"type":"thing","count":3,"list":[1,2],"name":"abc"}')
const target = (given: Partial<Target>): Target => ({
  name: 'planted',
  structure: 'json',
  seeds: [seed],
  take: () => null,
  ...given,
})

async function firstFailure(of: Target): Promise<Failure | null> {
  for (let number = 0; number < CASES; number++) {
    const failure = await runCase(of, 7, number)
    if (failure) return failure
  }
  return null
}

/** A parser with a slip: it refuses what is no JSON, and believes the shape of the rest. */
const careless = (input: Uint8Array) => {
  let value: { list?: number[]; name: string; count: number }
  try {
    value = JSON.parse(fromUtf8(input))
  } catch {
    throw new Fault('document_invalid')
  }
  return value
}

describe('fuzzing', () => {
  test('finds a parser that throws what is no Fault', async () => {
    const failure = await firstFailure(target({ take: (input) => careless(input).name.length }))
    assert.match(failure?.why ?? '', /no Fault: TypeError/)
  })

  test('finds a parser that takes an altered thing for the right one', async () => {
    const first = (input: Uint8Array) => {
      if (!equal(input.subarray(0, 20), seed.subarray(0, 20))) throw new Fault('envelope_refused')
      return fromUtf8(seed)
    }
    const failure = await firstFailure(
      target({ take: first, authentic: (_, input) => equal(input, seed) }),
    )
    assert.equal(failure?.why, 'accepts something altered')
    const reader = target({ take: (input) => careless(input).count, authentic: true })
    assert.equal((await firstFailure(reader))?.why, 'accepts something altered')
  })

  test('finds a parser that refuses a valid input', async () => {
    const failure = await firstFailure(target({
      take: () => {
        throw new Fault('document_invalid')
      },
    }))
    assert.equal(failure?.case, 0)
    assert.match(failure?.why ?? '', /refuses a valid input/)
  })

  test('is content with one that takes what is right and refuses the rest', async () => {
    const strict = (input: Uint8Array) => {
      if (!equal(input, seed)) throw new Fault('envelope_refused')
      return fromUtf8(seed)
    }
    assert.equal(await firstFailure(target({ take: strict, authentic: true })), null)
  })

  test('makes the same input again from seed and number, and others from others', () => {
    const one = sharedTargets.find(({ name }) => name === 'signed-request') as Target
    const inputs = [4, 5, 6].map((number) => inputOf(one, 9, number))
    assert.deepEqual([4, 5, 6].map((number) => inputOf(one, 9, number)), inputs)
    assert.notDeepEqual(inputOf(one, 10, 4), inputs[0])
    assert.equal(new Set(inputs.map(String)).size, 3)
  })

  test('alters what stands in base64 inside of JSON, and leaves JSON as JSON often enough', () => {
    const dsse = (sharedTargets.find(({ name }) => name === 'signed-request') as Target)
      .seeds[0] as Uint8Array
    const { payload } = JSON.parse(fromUtf8(dsse))
    let [parses, inner] = [0, 0]
    for (let number = 0; number < CASES; number++) {
      const bytes = mutate(randomFrom(`${number}`), 'json', { seed: dsse, other: dsse })
      try {
        const value = JSON.parse(fromUtf8(bytes))
        parses++
        const text = value?.payload
        if (typeof text === 'string' && text !== payload && JSON.parse(atob(text)) !== null) inner++
      } catch {
        // The others are no JSON, or hold none.
      }
    }
    assert.ok(parses > CASES / 4, `${parses}`)
    assert.ok(inner > CASES / 50, `${inner}`)
  })

  test('has a name for each parser, of its own', () => {
    const names = sharedTargets.map(({ name }) => name)
    assert.equal(new Set(names).size, names.length)
  })
})
