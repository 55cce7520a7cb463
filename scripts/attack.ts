/**
 * `npm run attack [-- --prove] [-- --only WORD] [-- --json] [-- --list] [-- --people]`: an edge that was taken over, against the
 * compiled agent. Each attack has to be refused, and the customer has to see it. With --prove the check that stops an
 * attack is taken out of the binary, and the attack has to succeed: one that does not proves nothing. With --people the
 * attacker is anybody, and the edge is attacked: how people and programs get in, and what they may.
 */
import { parseArgs } from 'node:util'
import { attacks } from './attack/all.ts'
import { type CampaignOptions, carryOut } from './attack/campaign.ts'
import { type Judged, lineOf, listOf } from './attack/judge.ts'
import { carryOutSignIns, signInAttacks } from './attack/sign_ins.ts'

const { values } = parseArgs({
  options: {
    prove: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    people: { type: 'boolean', default: false },
  },
})
const { prove, json } = values

function chosen<One extends { readonly name: string; readonly tried: string }>(all: readonly One[]): One[] {
  return all.filter(({ name, tried }) => `${name} ${tried}`.includes(values.only))
}

async function attackAll(): Promise<Judged[]> {
  const judged: Judged[] = []
  const options: CampaignOptions = {
    prove,
    onJudged(one, at) {
      judged[at] = one
      if (!json) console.log(lineOf(one))
    },
  }
  if (values.people) await carryOutSignIns(chosen(await signInAttacks()), options)
  else await carryOut(chosen(attacks), options)
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

if (values.list) console.log(listOf(values.people ? chosen(await signInAttacks()) : chosen(attacks)))
else process.exitCode = close(await attackAll())
