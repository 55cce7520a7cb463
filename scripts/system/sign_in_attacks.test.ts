/** `npm run attack -- --people --prove`: each attack on how people get in succeeds where its checks are taken out. */
import { carryOutSignIns, signInAttacks } from '../attack/sign_ins.ts'
import { eachAttack } from './each_attack.ts'

const attacks = await signInAttacks()

eachAttack('an edge without a check', attacks, {
  named: ({ name, without }) => `${name} succeeds without: ${without.map(({ check }) => check).join('; ')}`,
  carryOut: (onJudged) => carryOutSignIns(attacks, { prove: true, onJudged }),
})
