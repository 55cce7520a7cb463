/** Every attack of `npm run attack`, as a test each. */
import { attacks } from '../attack/all.ts'
import { carryOut } from '../attack/campaign.ts'
import { eachAttack } from './each_attack.ts'

eachAttack('an edge that was taken over', attacks, {
  named: ({ name, tried }) => `${name} is refused: ${tried}`,
  carryOut: (onJudged) => carryOut(attacks, { prove: false, onJudged }),
})
