/** Every attack, in the order of the list. */
import type { Attack } from './attack_fixture.ts'
import { secondFactors } from './factors_fixture.ts'
import { passwords } from './passwords_fixture.ts'
import { providers } from './providers_fixture.ts'
import { rights } from './rights_fixture.ts'
import { sessions } from './sessions_fixture.ts'
import { tokens } from './tokens_fixture.ts'

export const attacks: readonly Attack[] = [
  ...passwords,
  ...sessions,
  ...secondFactors,
  ...providers,
  ...tokens,
  ...rights,
]
