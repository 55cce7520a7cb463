/** Who may say yes to what another person asked for. */
import { Fault } from '../../shared/faults.ts'
import type { Reader } from '../db/database.ts'
import type { MemberPrincipal } from '../http/principal.ts'
import type { ApprovalRow } from './approvals.ts'
import { areTwo, hereSince, personOf } from './persons.ts'

/**
 * Another person than who asked, there before they asked, and there themselves now: by a session or a machine that they
 * approved, which the route wants to be fresh. An API token says only that somebody had it made. Throws
 * `separation_of_duties`.
 */
export async function checkApprover(
  db: Reader,
  { principal, row, now }: {
    readonly principal: MemberPrincipal
    readonly row: ApprovalRow
    readonly now: number
  },
): Promise<void> {
  const { tenant, by } = principal
  const inPerson = by.kind === 'session' || by.sort === 'device'
  if (!inPerson) {
    throw refused(
      'A person says yes in the console, or from a machine that they signed in: no API token does.',
    )
  }
  const [one, asker] = await Promise.all([
    personOf(db, tenant, principal.id),
    personOf(db, tenant, row.asked_by),
  ])
  if (one === null || asker === null) throw refused('Who asked is not known here any more.')
  if (one.kind !== 'person' || one.account === null) {
    throw refused('Only a person with an account says yes.')
  }
  if (hereSince(one) > row.created) throw refused('You were not here yet when they asked.')
  if (!areTwo(one, asker, now)) {
    throw refused(
      'As far as anybody can tell you may be the person who asked: the same account, or one of you let the other ' +
        'in, less than a day ago or without an account.',
    )
  }
}

const refused = (why: string) =>
  new Fault('separation_of_duties', `Another person has to approve this. ${why}`)
