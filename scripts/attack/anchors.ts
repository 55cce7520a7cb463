/** The anchor put back, or taken away, by somebody who can write where it lies. */
import { cpSync, rmSync } from 'node:fs'
import type { Attack } from './attack.ts'
import { ledger } from './checks.ts'
import { homeFile, type Scene } from './scene.ts'
import { queueRun } from './triggers.ts'
import { refusalAtStart, refusalOf, rowsIn, startUnsigned } from './watch.ts'

const memory = {
  check: 'an agent remembers how far the anchor had come',
  file: 'agent/trust/anchor_memory.ts',
  find: 'if (before !== null && this.#counts(before) && isOlder(here, before)) {',
  put: 'if (false) {',
}

async function again(scene: Scene, first: string) {
  const refusal = await refusalOf(scene, 'tick', { start: () => queueRun(scene, first) })
  const rows = await rowsIn(scene.sql, 'public.tick') ?? 0
  return { ...refusal, gained: rows > 6 ? `${rows} rows where 6 were ordered` : null }
}

/** Two honest runs; `between` is called between them. */
async function twoRuns(scene: Scene, between: () => void): Promise<string> {
  await scene.agent()
  await scene.world.endOf(await startUnsigned(scene, 'tick'))
  between()
  const second = await startUnsigned(scene, 'tick')
  await scene.world.endOf(second)
  await scene.stopAgent()
  return second
}

const objects = ['anchor.json', 'anchor.d']

const stale: Attack = {
  name: 'stale agent state offered',
  tried: 'the anchor as it was before a run, so that the run is forgotten and can be repeated',
  codes: ['anchor_rolled_back'],
  without: [memory, ledger],
  async attempt(scene) {
    const copy = (name: string) => homeFile(scene, `kept-${name}`)
    const second = await twoRuns(scene, () => {
      for (const name of objects) cpSync(homeFile(scene, name), copy(name), { recursive: true })
    })
    for (const name of objects) {
      rmSync(homeFile(scene, name), { recursive: true })
      cpSync(copy(name), homeFile(scene, name), { recursive: true })
    }
    const ended = await scene.agentOrEnd()
    if (ended !== null) return refusalAtStart(scene, ended)
    return await again(scene, second)
  },
}

const gone: Attack = {
  name: 'empty anchor',
  tried: 'the anchor deleted, so that agents begin with an empty one',
  codes: ['anchor_missing'],
  without: [
    {
      check: 'a missing anchor is a refusal, and no agent makes one',
      file: 'agent/trust/anchor.ts',
      find: "if (text === null) throw new Fault('anchor_missing', `There is no anchor at ${place}.`)",
      put:
        "if (text === null) return { type: 'anchor', tenant: of.tenant, pool: of.pool, generation: 0, lost: null, ...empty, refusals: [] } as Anchor",
    },
    memory,
    ledger,
  ],
  async attempt(scene) {
    const second = await twoRuns(scene, () => undefined)
    for (const name of objects) rmSync(homeFile(scene, name), { recursive: true })
    const ended = await scene.agentOrEnd()
    if (ended !== null) return refusalAtStart(scene, ended)
    return await again(scene, second)
  },
}

export const anchors: readonly Attack[] = [stale, gone]
