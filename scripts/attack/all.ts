/** Every attack, in the order of the list. */
import type { Attack } from './attack.ts'
import { documents } from './documents.ts'
import { dump } from './dump.ts'
import { indexes } from './indexes.ts'
import { records } from './records.ts'
import { triggers } from './triggers.ts'
import { trust } from './trust.ts'

export const attacks: readonly Attack[] = [
  ...dump,
  ...documents,
  ...trust,
  ...indexes,
  ...records,
  ...triggers,
]
