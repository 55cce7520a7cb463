/** Every attack, in the order of the list. */
import type { Attack } from './attack.ts'
import { documents } from './documents.ts'

export const attacks: readonly Attack[] = [...documents]
