/** What the law calls the right to be forgotten, in a log that forgets nothing: the name goes, its hash stays. */
import { z } from 'zod'
import { mayRule } from '../access/ruling.ts'
import { Fault } from '../../shared/faults.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { ErasedMember } from '../../shared/schemas/member.ts'
import { dropSessionsOfMember } from '../auth/sessions/sessions.ts'
import { revokeTokensOf } from '../auth/store.ts'
import type { Reader } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import { change, unchanged } from '../http/change.ts'
import { command, type Route } from '../http/route.ts'
import { anyMember, eraseMember, namesOf } from './member_store.ts'

const id = '019a9f3e-7c00-7000-8000-000000000006'
const at = '2026-11-22T08:00:00.000Z'

/** Everything personal about somebody who is a member there, whoever wishes it; to be entered as `member.erased`. */
export async function erasing(
  db: Reader,
  { tenant, id }: { readonly tenant: string; readonly id: string },
  now: number,
): Promise<{ readonly steps: readonly Step[]; readonly names: number }> {
  const names = await namesOf(db, tenant, id)
  const steps = [
    // While the member still names the account.
    dropSessionsOfMember({ tenant, member: id }, 'member_removed', now),
    ...eraseMember(tenant, id, { names, now }),
    revokeTokensOf(tenant, id, now),
  ]
  return { steps, names }
}

export const erasureRoutes: readonly Route[] = [
  command({
    id: 'eraseMember',
    method: 'post',
    path: '/v1/members/{id}/erase',
    tag: 'Members',
    permission: 'members.write',
    fresh: true,
    twoPerson: 'deletion',
    audit: 'member.erased',
    summary: 'Erase everything personal about a member, for good',
    description:
      'Removes them too. Names and salts beside the entries of the audit log go, and so the hashes in it ' +
      'say nothing any more; every proof holds as before. Of the member the id is left, and this entry, which says ' +
      'how many names went. What is in exports and in signed documents is out of the edge’s reach.',
    params: z.strictObject({ id: Id }),
    reply: ErasedMember,
    faults: ['not_found', 'last_owner', 'conflict'],
    example: { params: { id }, reply: { id, erased: at, names: 1 } },
    async handle({ db, principal, params, now }) {
      const { tenant } = principal
      const row = await anyMember(db, tenant, params.id)
      if (row === null) throw new Fault('not_found')
      const erasedReply = (erased: number, names: number) => ({
        id: row.id,
        erased: new Date(erased).toISOString(),
        names,
      })
      if (row.erased !== null) return unchanged(erasedReply(row.erased, 0))
      await mayRule(db, principal, row)
      const { steps, names } = await erasing(db, { tenant, id: row.id }, now)
      return change({
        writes: steps,
        target: row.id,
        facts: { names },
        reply: () => erasedReply(now, names),
        again: true,
      })
    },
  }),
]
