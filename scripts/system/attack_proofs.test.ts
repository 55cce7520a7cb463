/** `npm run attack -- --prove`: each attack of an edge that was taken over succeeds where its checks are taken out. */
import { attacks } from '../attack/all.ts'
import { carryOut } from '../attack/campaign.ts'
import { eachAttack } from './each_attack.ts'

eachAttack('an edge that was taken over, and a program without a check', attacks, {
  named: ({ name, without }) => `${name} succeeds without: ${without.map(({ check }) => check).join('; ')}`,
  carryOut: (onJudged) => carryOut(attacks, { prove: true, onJudged }),
})
