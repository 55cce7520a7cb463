/**
 * Attacks on how people and programs get in (`edge/attacks`): each in a process of its own, against the edge as it
 * is, or against a copy of its source without the checks that stop it.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FaultCode } from '../../shared/faults.ts'
import { root } from '../suites.ts'
import type { CampaignOptions } from './campaign.ts'
import { type Judged, wrongInProof } from './judge.ts'
import { edgeWithout, type Mutation } from './without.ts'

/** Without its checks an attack may do what its author did not think of, and wait for it. */
const LONGEST_MS = 90_000
const LANES = 2

/** As `edge/attacks/main_fixture.ts --list` prints it. */
export interface SignInAttack {
  readonly name: string
  readonly tried: string
  readonly codes: readonly FaultCode[]
  readonly leaves: { readonly entry: string } | { readonly refused: string }
  readonly without: readonly Mutation[]
}

/** What it prints on a line of its own, of a copy of the source below `folder`. */
// deno-lint-ignore no-explicit-any -- what comes of it is looked at by who asked
async function carryOutAt(folder: string, args: readonly string[]): Promise<any> {
  const program = join(root, 'node_modules', '.bin', 'deno')
  const entry = join('edge', 'attacks', 'main_fixture.ts')
  const child = spawn(program, ['run', '--no-check', '--allow-all', entry, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
  const said = { out: '', error: '' }
  child.stdout.on('data', (data) => (said.out += data))
  child.stderr.on('data', (data) => (said.error += data))
  const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearTimeout(timer)
  const line = said.out.trim().split('\n').at(-1) ?? ''
  if (code !== 0 || !line.startsWith('{') && !line.startsWith('[')) {
    throw new Error(`it ended with ${code}: ${said.error.slice(-1500)}`)
  }
  return JSON.parse(line)
}

export async function signInAttacks(): Promise<readonly SignInAttack[]> {
  return await carryOutAt(root, ['--list'])
}

/** Told of each as it ends. */
export async function carryOutSignIns(
  attacks: readonly SignInAttack[],
  { prove, onJudged }: CampaignOptions,
): Promise<void> {
  const waiting = attacks.map((attack, at) => ({ attack, at }))
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      onJudged(await judgeSignIn(next.attack, prove), next.at)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}

async function judgeSignIn(attack: SignInAttack, prove: boolean): Promise<Judged> {
  const { name, tried, leaves } = attack
  const began = performance.now()
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-people-'))
  const without = prove ? attack.without.map(({ check }) => check) : []
  const after = (ended: Pick<Judged, 'code' | 'seen' | 'gained' | 'wrong'>): Judged => {
    const seconds = Math.round((performance.now() - began) / 100) / 10
    return { name, tried, ...ended, ok: ended.wrong === null, seconds, without }
  }
  try {
    const source = prove
      ? edgeWithout(attack.without.map((one) => ({ ...one, of: 'edge' as const })), folder)
      : root
    const { code, gained, wrong } = await carryOutAt(source, ['--only', name])
    const seen = ['entry' in leaves ? `audit ${leaves.entry}` : `audit request.refused of ${leaves.refused}`]
    return after({ code, gained, seen, wrong: prove ? wrongInProof({ code, gained }) : wrong })
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    return after({ code: null, gained: null, seen: [], wrong: `it could not be carried out: ${said}` })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
