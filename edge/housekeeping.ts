/**
 * What has run out goes: rows with an end are deleted a while after it, in every tenant. What of them has to be known
 * later stands in the audit log. `housekeeping.test.ts` asks this of every table that has such a column.
 */
import { sql, step, writes } from './db/database.ts'
import type { Step } from './db/plan.ts'

const HOUR_MS = 60 * 60_000
const DAY_MS = 24 * HOUR_MS
/** How long people find in a list what is over. */
const SHOWN_MS = 30 * DAY_MS

/** Safe from any number of instances. Sessions, mailed secrets, guesses and browsers are swept by their own room. */
export function sweepRunOut(now: number): Step[] {
  const shown = now - SHOWN_MS
  const ended = sql<boolean>`min(token.expires, coalesce(token.idle_until, token.expires),
    coalesce(token.revoked, token.expires)) < ${shown}`
  return [
    // With them the mail address. Not at once: clocks of instances are apart. An accepted one names no address any more,
    // and says who let its member in (`access/persons.ts`).
    step(
      writes.deleteFrom('invitation').where('expires', '<', now - DAY_MS).where('accepted', 'is', null),
    ),
    step(writes.deleteFrom('approval').where('expires', '<', shown)),
    // Until the agent is decided about it is known who let it ask: another person approves it.
    step(
      writes.deleteFrom('enrolment_token').where('expires', '<', shown).where(
        sql<boolean>`not exists (select 1 from agent where agent.tenant = enrolment_token.tenant
        and agent.id = enrolment_token.agent and agent.state = 'pending')`,
      ),
    ),
    step(
      writes.deleteFrom('token_network').where(
        'token',
        'in',
        writes.selectFrom('token').select('token.id').where(ended),
      ),
    ),
    step(writes.deleteFrom('token').where(ended)),
    step(writes.deleteFrom('device_request').where('expires', '<', now - HOUR_MS)),
    step(writes.deleteFrom('passkey_challenge').where('expires', '<=', now)),
    step(writes.deleteFrom('sign_in_attempt').where('expires', '<=', now)),
    step(writes.deleteFrom('webhook_call').where('until', '<', now - HOUR_MS)),
    step(writes.deleteFrom('inspection').where('expires', '<', now - DAY_MS)),
    // Set up, and never confirmed.
    step(writes.deleteFrom('totp').where('confirmed', 'is', null).where('created', '<', now - DAY_MS)),
    // Given up long ago, or left from when this installation sent mail.
    step(writes.deleteFrom('outbox').where('created', '<', now - 2 * DAY_MS)),
  ]
}
