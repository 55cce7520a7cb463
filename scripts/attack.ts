/**
 * `npm run attack [-- --prove] [-- --only WORD] [-- --json] [-- --list]`: an edge that was taken over, against the
 * compiled agent. Each attack has to be refused, and the customer has to see it. With --prove the check that stops an
 * attack is taken out of the binary, and the attack has to succeed: one that does not proves nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { attacks } from './attack/all.ts'
import { judge, type Judged, lineOf, listOf } from './attack/judge.ts'
import { startScene } from './attack/scene.ts'
import { currentBinary } from './build_agent.ts'
import { startPostgres } from './postgres.ts'

/** As many as there are cores on the machine that this is measured on. */
const LANES = 2

const { values } = parseArgs({
  options: {
    prove: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
})
const chosen = attacks.filter(({ name, tried }) => `${name} ${tried}`.includes(values.only))

async function attackAll(): Promise<Judged[]> {
  await currentBinary()
  await using postgres = await startPostgres({ settings: ['fsync=off', 'max_connections=100'] })
  const mutants = mkdtempSync(join(tmpdir(), 'sallyport-mutants-'))
  const waiting = chosen.map((attack, at) => ({ attack, at }))
  const judged: Judged[] = []
  const lane = async (name: string) => {
    if (waiting.length === 0) return
    await using scene = await startScene(postgres.url(), name)
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const one = await judge(scene, next.attack, { prove: values.prove, mutants })
      judged[next.at] = one
      if (!values.json) console.log(lineOf(one))
    }
  }
  try {
    const lanes = Array.from({ length: Math.min(LANES, waiting.length) }, (_, at) => lane(`${at}`))
    await Promise.all(lanes)
  } finally {
    rmSync(mutants, { recursive: true, force: true })
  }
  return judged
}

function close(judged: readonly Judged[]): number {
  const good = judged.filter(({ ok }) => ok).length
  const succeeded = judged.filter(({ gained }) => gained !== null).length
  if (values.json) console.log(JSON.stringify({ prove: values.prove, attacks: judged }))
  else if (values.prove) console.log(`\n${good} of ${judged.length} proved`)
  else {
    const refused = judged.length - succeeded
    const unseen = refused - good
    if (unseen > 0) console.log(`\n${unseen} not refused as they should be`)
    console.log(`\n${refused} attacks refused, ${succeeded} succeeded`)
  }
  return good === judged.length && good > 0 ? 0 : 1
}

if (values.list) console.log(listOf(chosen))
else process.exitCode = close(await attackAll())
