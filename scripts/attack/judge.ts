/** Carries one attack out, and says whether it ended as it has to: refused and seen, or – without its check – won. */
import { binaryPath } from '../build_agent.ts'
import { root } from '../suites.ts'
import type { Attack, Outcome } from './attack.ts'
import type { Scene } from './scene.ts'
import { buildWithout, edgeWithout } from './without.ts'

/** A run that waits for something that never comes is a failure, not a wait. */
const LONGEST_MS = 45_000

export interface Judged extends Outcome {
  readonly name: string
  readonly tried: string
  readonly ok: boolean
  readonly seconds: number
  /** Why it is not as it has to be. */
  readonly wrong: string | null
  /** The checks that were taken out. */
  readonly without: readonly string[]
}

interface Judging {
  readonly prove: boolean
  /** Folder of the binaries without a check. */
  readonly mutants: string
}

export async function judge(scene: Scene, attack: Attack, { prove, mutants }: Judging): Promise<Judged> {
  const { name, tried } = attack
  const began = performance.now()
  const without = prove ? attack.without.map(({ check }) => check) : []
  const after = (outcome: Outcome, wrong: string | null): Judged => {
    const seconds = Math.round((performance.now() - began) / 100) / 10
    return { name, tried, ok: wrong === null, ...outcome, seconds, wrong, without }
  }
  try {
    const binary = prove ? await buildWithout(attack.without, mutants) : binaryPath
    await scene.reset(binary, prove ? edgeWithout(attack.without, mutants) : root)
    const outcome = await inTime(attack.attempt(scene))
    return after(outcome, prove ? wrongInProof(outcome) : wrongInEarnest(attack, outcome))
  } catch (error) {
    const said = error instanceof Error ? error.stack ?? error.message : String(error)
    const told = scene.said().slice(-1000)
    return after({ code: null, seen: [], gained: null }, `it could not be carried out: ${said}\n${told}`)
  }
}

function wrongInEarnest({ codes }: Attack, { code, seen, gained }: Outcome): string | null {
  if (gained !== null) return `it SUCCEEDED: ${gained}`
  const expected: readonly (string | null)[] = codes
  if (!expected.includes(code)) return `it was to be refused by ${codes.join(' or ')}`
  return seen.length === 0 ? 'the customer sees it nowhere' : null
}

/** An attack that gains nothing where its checks are taken out proves nothing. */
export const wrongInProof = ({ gained, code }: Pick<Outcome, 'gained' | 'code'>): string | null =>
  gained === null ? `without its check it still gains nothing (${code ?? 'no code'})` : null

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not end in ${LONGEST_MS / 1000} s`)), LONGEST_MS)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** One line: what was tried, what refused it and where the customer sees that – or, in a proof, what was gained. */
export function lineOf({ ok, name, tried, code, seen, gained, wrong, without, seconds }: Judged): string {
  const proved = `${gained}, without: ${without.join('; ')}`
  const end = wrong ?? (without.length > 0 ? proved : `${code}: ${seen.join(', ')}`)
  return `${ok ? 'ok  ' : 'FAIL'}  ${name} | ${tried} | ${end} | ${seconds} s`
}

export function listOf(attacks: readonly Pick<Attack, 'name' | 'tried' | 'codes' | 'without'>[]): string {
  return attacks.map(({ name, tried, codes, without }) =>
    `${name}: ${tried}\n      ${codes.join(' or ')}; stopped by: ${
      without.map(({ check }) => check).join('; ')
    }`
  ).join('\n')
}
