/** Carries attacks out, two beside each other, each on an installation put back as it was. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { currentBinary } from '../build_agent.ts'
import { startPostgres } from '../postgres.ts'
import type { Attack } from './attack.ts'
import { judge, type Judged } from './judge.ts'
import { startScene } from './scene.ts'

/** As many as there are cores on the machine that this is measured on. */
const LANES = 2

export interface CampaignOptions {
  readonly prove: boolean
  /** Told of each as it ends, with its place in the list. */
  readonly onJudged: (one: Judged, at: number) => void
}

/** Resolves when all have ended; throws when an installation cannot be set up. */
export async function carryOut(attacks: readonly Attack[], options: CampaignOptions): Promise<void> {
  await currentBinary()
  await using postgres = await startPostgres({ settings: ['fsync=off', 'max_connections=100'] })
  const mutants = mkdtempSync(join(tmpdir(), 'sallyport-mutants-'))
  const waiting = attacks.map((attack, at) => ({ attack, at }))
  const lane = async (name: string) => {
    await using scene = await startScene(postgres.url(), name)
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      options.onJudged(await judge(scene, next.attack, { prove: options.prove, mutants }), next.at)
    }
  }
  try {
    const lanes = Array.from({ length: Math.min(LANES, attacks.length) }, (_, at) => lane(`${at}`))
    await Promise.all(lanes)
  } finally {
    rmSync(mutants, { recursive: true, force: true })
  }
}
