/** What agents say of keys: that they hold them, and what they stand on. */
import { Fault } from '../../shared/faults.ts'
import {
  AnswerPossession,
  HandInReceipt,
  PossessionChallenges,
  ProvenKeys,
  ReceiptKept,
} from '../../shared/schemas/key_record.ts'
import type { SealingKey, TrustDocument } from '../../shared/schemas/trust_document.ts'
import { verifyPooled } from '../../shared/trust/authority.ts'
import { change, unchanged } from '../http/change.ts'
import { command, query, type Route } from '../http/route.ts'
import { native } from '../primitives.ts'
import { sealed, sealingKid, signedReceipt } from '../trust/examples.ts'
import { requireTrust } from '../trust/rules.ts'
import { challengeFor, isAnswer, type PossessionOptions } from './possession.ts'
import type { Rewraps } from './rewraps.ts'
import { keepReceipt, proven, provenKeys, receipt } from './store.ts'

const tag = 'Agent'
const permission = 'agent:approved'
/** A key that was proven within this time is not asked for. */
const PROVEN_MS = 86_400_000

/** Keys of the pool that an agent may still hold. */
function keysOf(trust: TrustDocument, pool: string): SealingKey[] {
  return trust.sealing_keys.filter((key) => key.pool === pool && key.state !== 'retired')
}

function challengesRoute(options: PossessionOptions): Route {
  return query({
    id: 'listPossessionChallenges',
    path: '/v1/agent/possession',
    tag,
    summary: 'A challenge for each sealing key of the pool that this agent has not proven within a day',
    description:
      'Each is 32 bytes sealed to that key alone, in the context of type `possession` of this agent. Good for ten minutes at least. Who holds a key is shown to people ' +
      'by `GET /v1/keys`; an agent is handed records to rewrap only where it has lately ' +
      'proven a key that they are sealed to.',
    permission,
    reply: PossessionChallenges,
    faults: ['trust_missing'],
    example: { reply: { challenges: [{ kid: sealingKid, sealed }] } },
    async handle({ db, principal, now }) {
      const { tenant, id: agent, pool } = principal
      const trust = await requireTrust(db, tenant)
      const known = await provenKeys(db, tenant, { agent, since: now - PROVEN_MS })
      const asked = { tenant, agent, now }
      const challenges = keysOf(trust, pool).filter(({ kid }) => !known.has(kid))
        .map((key) => ({ kid: key.kid, sealed: challengeFor(options, asked, key) }))
      return { challenges }
    },
  })
}

function answersRoute(options: KeyAgentOptions): Route {
  return command({
    id: 'provePossession',
    method: 'post',
    path: '/v1/agent/possession',
    tag,
    summary: 'Answer challenges with what was sealed in them',
    description:
      'All of them have to be right, or none counts. Leave out the keys that the agent does not hold.',
    permission,
    audit: 'key.possession_proven',
    body: AnswerPossession,
    reply: ProvenKeys,
    faults: ['trust_missing', 'possession_failed'],
    example: {
      body: { answers: [{ kid: sealingKid, answer: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=' }] },
      reply: { proven: [sealingKid] },
    },
    async handle({ db, principal, body, now }) {
      const { tenant, id: agent, pool } = principal
      const trust = await requireTrust(db, tenant)
      const mine = new Set(keysOf(trust, pool).map(({ kid }) => kid))
      const asked = { tenant, agent, now }
      const right = body.answers.filter((one) => mine.has(one.kid) && isAnswer(options, asked, one))
      if (right.length < body.answers.length) throw new Fault('possession_failed')
      const kids = right.map(({ kid }) => kid)
      return change({
        writes: [proven(kids.map((kid) => ({ tenant, kid, agent, proven: now })))],
        target: agent,
        facts: { pool, kids: kids.join(' ') },
        reply: () => ({ proven: kids }),
        committed: () => options.rewraps.changed(tenant),
      })
    },
  })
}

const handInReceipt = command({
  id: 'handInReceipt',
  method: 'post',
  path: '/v1/agent/receipts',
  tag,
  summary: 'Hand in what this agent stands on, signed by the key of its pool',
  description:
    'The newest of each agent is kept and shown to people, who verify it themselves. The edge looks at the signature ' +
    'only to keep out what nobody could believe, and decides nothing by what it says.',
  permission,
  audit: { none: 'it is signed itself, comes every few minutes, and changes nothing' },
  body: HandInReceipt,
  maxBodyBytes: 1024 * 1024,
  reply: ReceiptKept,
  faults: ['trust_missing', 'wrong_pool', 'signature_invalid', 'document_invalid'],
  example: { body: { receipt: signedReceipt.dsse }, reply: { kept: true } },
  async handle({ db, principal, body, now }) {
    const { tenant, id: agent, pool } = principal
    const trust = await requireTrust(db, tenant)
    const given = { trust, deny: [], type: 'receipt', pool, dsse: body.receipt } as const
    const { document } = verifyPooled(native, given)
    if (document.agent !== agent) throw new Fault('document_invalid', 'The receipt is of another agent.')
    const issued = Date.parse(document.issued)
    const before = await receipt(db, tenant, agent)
    if (before !== null && before.issued > issued) return unchanged({ kept: false })
    const row = {
      tenant,
      agent,
      pool,
      document: JSON.stringify(body.receipt),
      trust_version: document.trust.version,
      trust_hash: document.trust.hash,
      issued,
      received: now,
    }
    return change({ writes: [keepReceipt(row)], target: agent, reply: () => ({ kept: true }) })
  },
})

export interface KeyAgentOptions extends PossessionOptions {
  readonly rewraps: Rewraps
}

export function keyAgentRoutes(options: KeyAgentOptions): readonly Route[] {
  return [challengesRoute(options), answersRoute(options), handInReceipt]
}
