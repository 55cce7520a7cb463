/** Rewrap campaigns, as security staff start and watch them, and what agents hand back. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { CompleteRewrap, CompleteRewrapReply, Rewrap } from '../../shared/schemas/rewrap.ts'
import type { Reader } from '../db/database.ts'
import { change, unchanged } from '../http/change.ts'
import { Page, paged, pageOf, window } from '../http/page.ts'
import { command, query, type Route } from '../http/route.ts'
import { at, ids, sealed, sealingKid } from '../trust/examples.ts'
import { requireTrust } from '../trust/rules.ts'
import { judge } from './complete.ts'
import {
  batch,
  closeBatch,
  heldRecords,
  insertRewrap,
  moveRewrap,
  openRewrap,
  rewrap,
  type RewrapRow,
  rewraps,
  swaps,
  tried,
} from './rewrap_store.ts'
import { storedEnvelopes } from './rewrap_records.ts'
import { remaining, toRewrap } from './rewrap_view.ts'
import type { Rewraps } from './rewraps.ts'

/** A batch is 2 MB of envelopes as they will be, in base64, or one larger record. */
const MAX_BODY_BYTES = 8 * 1024 * 1024
const tag = 'Keys'
const params = z.strictObject({ id: Id })
const example = {
  id: ids.rewrap,
  state: 'running',
  total: 10_000,
  done: 2_000,
  refused: 0,
  remaining: { [sealingKid]: 8_000 },
  created: at,
} as const

async function existing(db: Reader, tenant: string, id: string): Promise<RewrapRow> {
  const row = await rewrap(db, tenant, id)
  if (row === null) throw new Fault('not_found')
  return row
}

async function shown(db: Reader, tenant: string, row: RewrapRow): Promise<Rewrap> {
  return toRewrap(row, await remaining(db, tenant, await requireTrust(db, tenant)))
}

function startRoute(campaigns: Rewraps): Route {
  return command({
    id: 'startRewrap',
    method: 'post',
    path: '/v1/rewraps',
    status: 201,
    tag,
    summary: 'Pass every sealed record on to the keys of the current trust document',
    description:
      'Agents do it, in batches, while runs go on: each verifies a record, opens it, and seals it to whom the trust ' +
      'document that it has verified says. All stored versions count. A tenant has one campaign at a time: while one ' +
      'is not done, it is answered. With nothing to do the answer is `done`.',
    permission: 'keys.write',
    fresh: true,
    twoPerson: 'keys',
    audit: 'rewrap.started',
    body: z.strictObject({}),
    reply: Rewrap,
    faults: ['trust_missing'],
    example: { body: {}, reply: { ...example, done: 0, remaining: { [sealingKid]: 10_000 } } },
    async handle({ db, principal: { tenant }, now, newId }) {
      const before = await openRewrap(db, tenant)
      if (before !== null) return unchanged(await shown(db, tenant, before))
      const trust = await requireTrust(db, tenant)
      const left = await remaining(db, tenant, trust, { anew: true })
      const over = left.records === 0
      const row: RewrapRow = {
        tenant,
        id: newId(),
        state: over ? 'done' : 'running',
        done: 0,
        refused: 0,
        created: now,
        finished: over ? now : null,
      }
      return change({
        writes: insertRewrap(row),
        target: row.id,
        facts: { trust: trust.version, records: left.records },
        reply: () => toRewrap(row, left),
        committed: () => campaigns.changed(tenant),
        again: true,
      })
    },
  })
}

const list = query({
  id: 'listRewraps',
  path: '/v1/rewraps',
  tag,
  summary: 'Rewrap campaigns, newest first',
  permission: 'keys.read',
  query: Page,
  reply: pageOf(Rewrap),
  faults: ['trust_missing'],
  example: { query: { limit: '10' }, reply: { data: [example] } },
  async handle({ db, principal: { tenant }, query }) {
    const { after, take, limit } = window(query)
    const rows = await rewraps(db, tenant, { after, take })
    const left = rows.length === 0 ? null : await remaining(db, tenant, await requireTrust(db, tenant))
    return paged(rows, {
      limit,
      key: ({ id }) => id,
      item: (row) => toRewrap(row, left ?? { records: 0, byKid: {} }),
    })
  },
})

const get = query({
  id: 'getRewrap',
  path: '/v1/rewraps/{id}',
  tag,
  summary: 'How far a rewrap campaign has come',
  description:
    '`remaining` counts what is still sealed to keys that it is not to be sealed to, by key id. A campaign that is ' +
    'done with something remaining has records that agents refused, or that no agent can open: see the records of ' +
    'that key.',
  permission: 'keys.read',
  params,
  reply: Rewrap,
  faults: ['not_found', 'trust_missing'],
  example: { params: { id: ids.rewrap }, reply: example },
  async handle({ db, principal: { tenant }, params }) {
    return await shown(db, tenant, await existing(db, tenant, params.id))
  },
})

function moveRoute(
  campaigns: Rewraps,
  move: {
    readonly verb: 'pause' | 'resume'
    readonly audit: 'rewrap.paused' | 'rewrap.resumed'
    readonly from: 'running' | 'paused'
    readonly to: 'running' | 'paused'
    readonly summary: string
  },
): Route {
  const { verb, from, to, summary, audit } = move
  return command({
    id: `${verb}Rewrap`,
    method: 'post',
    path: `/v1/rewraps/{id}/${verb}`,
    tag,
    summary,
    permission: 'keys.write',
    fresh: true,
    audit,
    params,
    reply: Rewrap,
    faults: ['not_found', 'conflict', 'trust_missing'],
    example: { params: { id: ids.rewrap }, reply: { ...example, state: to } },
    async handle({ db, principal: { tenant }, params }) {
      const row = await existing(db, tenant, params.id)
      if (row.state === to) return unchanged(await shown(db, tenant, row))
      if (row.state !== from) throw new Fault('conflict', 'This rewrap is done.')
      const reply = await shown(db, tenant, { ...row, state: to })
      return change({
        writes: [moveRewrap(row, { from, to })],
        target: row.id,
        facts: { done: row.done, refused: row.refused },
        reply: () => reply,
        committed: () => campaigns.changed(tenant),
        again: true,
      })
    },
  })
}

function completeRoute(campaigns: Rewraps): Route {
  return command({
    id: 'completeRewrap',
    method: 'post',
    path: '/v1/agent/rewraps/{batch}/complete',
    tag: 'Agent',
    summary: 'Hand a batch back: envelopes for the new recipients, and what was refused',
    description:
      'An envelope takes the place of the one whose SHA-256 is `was`, if that is still there, and if it is sealed to ' +
      'exactly the keys that the trust document names, around the same body – or, where a wrap was to a compromised ' +
      'key or the suite changes, around a new one. What is refused is not offered again in this campaign; the rest ' +
      'comes again. The same word said twice is answered as the first time. `rewrap_stale`: the lease has run out.',
    permission: 'agent:approved',
    audit: 'rewrap.batch_completed',
    params: z.strictObject({ batch: Id }),
    body: CompleteRewrap,
    maxBodyBytes: MAX_BODY_BYTES,
    reply: CompleteRewrapReply,
    faults: ['not_found', 'rewrap_stale', 'trust_missing'],
    example: {
      params: { batch: ids.batch },
      body: {
        fence: 1,
        records: [{ type: 'connection', id: ids.source, version: 1, was: '5e'.repeat(32), sealed }],
        refused: [{ type: 'pipeline', id: ids.pipeline, version: 1, code: 'signer_not_allowed' }],
      },
      reply: { done: 1, refused: 1, left: 0 },
    },
    async handle({ db, principal, params, body }) {
      const { tenant } = principal
      const row = await batch(db, tenant, params.batch)
      if (row === null) throw new Fault('not_found')
      if (row.agent !== principal.id || row.fence !== body.fence) throw new Fault('rewrap_stale')
      if (row.state === 'lost') throw new Fault('rewrap_stale')
      const { done, refused, later } = row
      if (row.state === 'done') return unchanged({ done, refused, left: later })
      const trust = await requireTrust(db, tenant)
      const held = await heldRecords(db, tenant, row.id)
      const stored = await storedEnvelopes(db, tenant, held)
      const { gaveUp, passed, trials, counts } = judge(body, { batch: row.id, held, trust, stored })
      const { first, last } = closeBatch(row, counts)
      return change({
        writes: [first, ...swaps(tenant, passed), ...tried({ tenant, batch: row.id }, trials), ...last],
        target: row.id,
        facts: { rewrap: row.rewrap, ...counts },
        reply: () => counts,
        committed: () => {
          if (gaveUp) campaigns.gaveUp(principal.id)
        },
        again: true,
      })
    },
  })
}

export function rewrapRoutes(campaigns: Rewraps): readonly Route[] {
  return [
    startRoute(campaigns),
    list,
    get,
    moveRoute(campaigns, {
      verb: 'pause',
      audit: 'rewrap.paused',
      from: 'running',
      to: 'paused',
      summary: 'Hand out no more batches of a rewrap; those that agents have are finished',
    }),
    moveRoute(campaigns, {
      verb: 'resume',
      audit: 'rewrap.resumed',
      from: 'paused',
      to: 'running',
      summary: 'Go on with a rewrap that was paused',
    }),
    completeRoute(campaigns),
  ]
}
