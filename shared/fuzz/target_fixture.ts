/** What is fuzzed: a parser, valid inputs to start from, and what it must never do. */
import process from 'node:process'
import { toBase64 } from '../bytes.ts'
import { Fault } from '../faults.ts'
import { mutate, type Structure } from './mutation_fixture.ts'
import { type Random, randomFrom } from './random_fixture.ts'

export interface Target {
  readonly name: string
  readonly structure: Structure
  /** Valid inputs, the same in every process. */
  readonly seeds: readonly Uint8Array[]
  /** Takes an input: returns what it means (null: refused without an error), or throws a Fault. */
  readonly take: (input: Uint8Array) => unknown
  /**
   * True where the input is authenticated: whatever is accepted means what one of the seeds means. A function says
   * it of what was accepted and the input.
   */
  readonly authentic?: true | ((accepted: unknown, input: Uint8Array) => boolean)
}

export interface Failure {
  readonly target: string
  readonly case: number
  readonly why: string
  readonly stack: string | null
  /** Base64. */
  readonly input: string
}

/** An input that takes so much of a processor, in the best of three, is as good as one that never ends. */
const SLOW_MS = 3000

/** Milliseconds that this process has worked: a busy machine does not count. */
const worked = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

export function inputOf(target: Target, seed: number, number: number): Uint8Array {
  const random: Random = randomFrom(`${seed} ${target.name} ${number}`)
  if (number < target.seeds.length) return target.seeds[number] as Uint8Array
  return mutate(random, target.structure, {
    seed: random.pick(target.seeds),
    other: random.pick(target.seeds),
  })
}

const meaning = (value: unknown) =>
  JSON.stringify(value, (_, one: unknown) => (one instanceof Uint8Array ? toBase64(one) : one)) ?? 'undefined'

const known = new WeakMap<Target, ReadonlySet<string>>()

async function meaningsOf(target: Target): Promise<ReadonlySet<string>> {
  const before = known.get(target)
  if (before) return before
  const meanings = new Set<string>()
  for (const seed of target.seeds) meanings.add(meaning(await target.take(seed)))
  known.set(target, meanings)
  return meanings
}

/** Null when the target does what it must. */
async function complaint(target: Target, input: Uint8Array, valid: boolean) {
  let accepted: unknown
  try {
    accepted = await target.take(input.slice())
  } catch (error) {
    if (error instanceof Fault) {
      return valid ? { why: `refuses a valid input: ${error.message}`, stack: null } : null
    }
    const stack = error instanceof Error ? error.stack ?? null : null
    return { why: `throws what is no Fault: ${String(error)}`, stack }
  }
  if (accepted === null) return valid ? { why: 'refuses a valid input', stack: null } : null
  if (target.authentic === undefined) return null
  const fine = target.authentic === true
    ? (await meaningsOf(target)).has(meaning(accepted))
    : target.authentic(accepted, input)
  return fine ? null : { why: 'accepts something altered', stack: null }
}

/** Runs one case: those first in number are the valid inputs themselves. */
export async function runCase(target: Target, seed: number, number: number): Promise<Failure | null> {
  const input = inputOf(target, seed, number)
  const failure = (found: { why: string; stack: string | null }): Failure => ({
    target: target.name,
    case: number,
    input: toBase64(input),
    ...found,
  })
  let fastest = Infinity
  for (let attempt = 0; attempt < 3; attempt++) {
    const began = worked()
    const found = await complaint(target, input, number < target.seeds.length)
    if (found) return failure(found)
    fastest = Math.min(fastest, worked() - began)
    if (fastest < SLOW_MS) return null
  }
  return failure({ why: `takes ${Math.round(fastest)} ms`, stack: null })
}
