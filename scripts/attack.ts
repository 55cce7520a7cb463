/**
 * `npm run attack [-- --prove] [-- --only WORD] [-- --json] [-- --list]`: an edge that was taken over, against the
 * compiled agent. Each attack has to be refused, and the customer has to see it. With --prove the check that stops an
 * attack is taken out of the binary, and the attack has to succeed: one that does not proves nothing.
 */
import { parseArgs } from 'node:util'
import { attacks } from './attack/all.ts'
import { carryOut } from './attack/campaign.ts'
import { type Judged, lineOf, listOf } from './attack/judge.ts'

const { values } = parseArgs({
  options: {
    prove: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
})
const { prove, json } = values
const chosen = attacks.filter(({ name, tried }) => `${name} ${tried}`.includes(values.only))

async function attackAll(): Promise<Judged[]> {
  const judged: Judged[] = []
  await carryOut(chosen, {
    prove,
    onJudged(one, at) {
      judged[at] = one
      if (!json) console.log(lineOf(one))
    },
  })
  return judged
}

function close(judged: readonly Judged[]): number {
  const good = judged.filter(({ ok }) => ok).length
  const succeeded = judged.filter(({ gained }) => gained !== null).length
  if (json) console.log(JSON.stringify({ prove, attacks: judged }))
  else if (prove) console.log(`\n${good} of ${judged.length} proved`)
  else {
    const wrong = judged.length - succeeded - good
    if (wrong > 0) console.log(`\n${wrong} did not end as they should`)
    console.log(`\n${good} attacks refused, ${succeeded} succeeded`)
  }
  return good === judged.length && good > 0 ? 0 : 1
}

if (values.list) console.log(listOf(chosen))
else process.exitCode = close(await attackAll())
