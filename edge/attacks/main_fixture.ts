/**
 * Carries attacks out from the command line: `--list` prints them with the checks that stop them, `--only NAME` one of
 * them with its end, each as JSON. For `npm run attack -- --people`, which runs it on copies of the source.
 */
import process from 'node:process'
import { attacks } from './all_fixture.ts'
import { wrongWith } from './attack_fixture.ts'

const [flag, name] = process.argv.slice(2)
if (flag === '--list') {
  console.log(
    JSON.stringify(attacks.map(({ attempt: _, code, ...attack }) => ({ ...attack, codes: [code] }))),
  )
  process.exit()
}
const attack = attacks.find((one) => one.name === name)
if (attack === undefined) throw new Error(`there is no attack ${name}`)
const outcome = await attack.attempt()
console.log(JSON.stringify({ ...outcome, wrong: wrongWith(attack, outcome) }))
// Threads that hash passwords would keep it going.
process.exit()
