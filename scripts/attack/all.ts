/** Every attack, in the order of the list. */
import { agents } from './agents.ts'
import { anchors } from './anchors.ts'
import type { Attack } from './attack.ts'
import { bulk } from './bulk.ts'
import { catalogues } from './catalogues.ts'
import { documents } from './documents.ts'
import { dump } from './dump.ts'
import { indexes } from './indexes.ts'
import { logs } from './logs.ts'
import { people } from './people.ts'
import { places } from './places.ts'
import { records } from './records.ts'
import { requests } from './requests.ts'
import { schedules } from './schedules.ts'
import { starters } from './starters.ts'
import { triggers } from './triggers.ts'
import { sizes } from './sizes.ts'
import { trust } from './trust.ts'

export const attacks: readonly Attack[] = [
  ...dump,
  ...documents,
  ...trust,
  ...indexes,
  ...records,
  ...places,
  ...triggers,
  ...schedules,
  ...starters,
  ...anchors,
  ...people,
  ...logs,
  ...catalogues,
  ...agents,
  ...requests,
  ...sizes,
  ...bulk,
]
