/** From what a command decided to a plan with its audit entry. */
import { createHash } from 'node:crypto'
import { lengthPrefixed, toHex, utf8 } from '../../shared/bytes.ts'
import { newId, uuid } from '../../shared/ids.ts'
import { nameHash } from '../../shared/log/names.ts'
import { step, writes } from '../db/database.ts'
import { type Leaf, leafStatement, type Plan, type Step } from '../db/plan.ts'
import type { Actor, Change, Facts, OpenChange, PersonalName } from './change.ts'
import { type HideNetwork, NetworkFact } from './network_fact.ts'
import type { Principal } from './principal.ts'

/** What makes a request itself: the same values give the same plan, entry and ids. */
export interface Identity {
  readonly planId: string
  /** True when `planId` came from an Idempotency-Key. */
  readonly keyed: boolean
  /** SHA-256 of key, method, path and body of a keyed request, lowercase hex. */
  readonly request: string | null
}

function sha256(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest()
}

export interface Asked {
  readonly method: string
  readonly path: string
  readonly bytes: Uint8Array
}

/** The identity under an Idempotency-Key, which counts per principal. */
export function keyedIdentity(principal: Principal, key: string, asked: Asked): Identity {
  const whose = principal.kind === 'account'
    ? ['account', principal.account]
    : [principal.tenant, principal.id]
  const name = lengthPrefixed(utf8('sallyport plan'), ...[...whose, key].map(utf8))
  // The key is part of it, and stored nowhere: nobody can guess a body from its hash in the log.
  const request = sha256(lengthPrefixed(utf8(key), utf8(asked.method), utf8(asked.path), asked.bytes))
  return {
    planId: uuid(sha256(name), 8),
    keyed: true,
    request: toHex(request),
  }
}

export function freshIdentity(now: number, randomBytes: (length: number) => Uint8Array): Identity {
  return { planId: newId(now, randomBytes), keyed: false, request: null }
}

/** Ids for what a request makes: time-ordered, and for a keyed request the same each time. */
export function idMaker(
  identity: Identity,
  options: { readonly now: number; readonly randomBytes: (length: number) => Uint8Array },
): () => string {
  const { now, randomBytes } = options
  if (!identity.keyed) return () => newId(now, randomBytes)
  let count = 0
  return () => newId(now, () => sha256(utf8(`${identity.planId}/${count++}`)).subarray(0, 10))
}

export function actorOf(
  principal: Principal | null,
  change: Change<unknown> | OpenChange<unknown>,
): { tenant: string; actor: Actor } {
  if ('actor' in change) return { tenant: change.tenant, actor: change.actor }
  if (principal === null || principal.kind === 'account') {
    throw new TypeError('an open route says whose log its entry goes to')
  }
  const { tenant, id } = principal
  if (principal.kind === 'agent') return { tenant, actor: { kind: 'agent', id } }
  const { by } = principal
  return by.kind === 'token'
    ? { tenant, actor: { kind: 'member', id, token: by.id } }
    : { tenant, actor: { kind: 'member', id, session: by.id } }
}

export interface Entry {
  readonly tenant: string
  readonly actor: Actor
  readonly action: string
  readonly now: number
}

/** The plan for a change; `entry` is null for a command that writes no audit entry. */
export function planOf(
  change: Change<unknown>,
  options: {
    readonly identity: Identity
    readonly entry: Entry | null
    readonly randomBytes: (length: number) => Uint8Array
    /** For facts that are networks; they are left empty without it. */
    readonly hideNetwork?: HideNetwork
    /** Whose load a command without an entry is; nobody's without it. */
    readonly lane?: string
  },
): Plan {
  const { identity, entry, randomBytes, hideNetwork = () => '', lane = '' } = options
  if (entry === null) {
    return { id: identity.planId, steps: change.writes, leaf: null, repeatable: false, lane }
  }
  const names = hideNames(change.names ?? {}, { identity, entry, randomBytes })
  return {
    id: identity.planId,
    steps: [
      ...change.writes,
      ...names.steps,
      ...witness(change, { identity, entry, hideNetwork }),
      ...further(change, { identity, entry, hideNetwork }),
    ],
    leaf: leafOf(change, { identity, entry, names: names.hashes, hideNetwork }),
    repeatable: identity.keyed,
  }
}

interface Making {
  readonly identity: Identity
  readonly entry: Entry
  readonly hideNetwork: HideNetwork
}

/** The entry once more, in the logs of other tenants and under plan ids that follow from the first. */
function witness(
  change: Change<unknown>,
  { identity, entry, hideNetwork }: Making,
): Step[] {
  return (change.alsoIn ?? []).map((tenant, i) => {
    const leaf = leafOf(change, { identity, entry: { ...entry, tenant }, names: {}, hideNetwork })
    const name = i === 0 ? `${identity.planId}/also` : `${identity.planId}/also/${i}`
    return leafStatement(uuid(sha256(utf8(name)), 8), leaf)
  })
}

/** Further entries, under plan ids that follow from the first. They stand before the route's own. */
function further(
  change: Change<unknown>,
  { identity, entry, hideNetwork }: Making,
): Step[] {
  return (change.further ?? []).map(({ action, tenant = entry.tenant, ...rest }, i) => {
    const planId = uuid(sha256(utf8(`${identity.planId}/further/${i}`)), 8)
    const own = {
      identity: { ...identity, planId },
      entry: { ...entry, tenant, action },
      names: {},
      hideNetwork,
    }
    return leafStatement(planId, leafOf({ ...change, facts: {}, ...rest }, own))
  })
}

function leafOf(
  change: Change<unknown>,
  options: Making & { readonly names: Readonly<Record<string, string>> },
): Leaf {
  const { identity, entry, names, hideNetwork } = options
  const hidden = ([name, value]: [string, Facts[string]]) =>
    [name, value instanceof NetworkFact ? value.hidden(hideNetwork, entry.tenant) : value] as const
  const fields = JSON.stringify({
    v: 1,
    time: new Date(entry.now).toISOString(),
    plan: identity.planId,
    actor: entry.actor,
    action: entry.action,
    ...(change.facts === undefined ? {} : {
      facts: Object.fromEntries(Object.entries(change.facts).map(hidden)),
    }),
    ...(Object.keys(names).length === 0 ? {} : { names }),
  })
  const before = `${fields.slice(0, -1)},"target":`
  const { target } = change
  return {
    tenant: entry.tenant,
    action: entry.action,
    time: entry.now,
    request: identity.request,
    text: typeof target === 'string' ? `${before}${JSON.stringify(target)}}` : { before, target, after: '}' },
  }
}

/** SHA-256 over a salt and the name stands in the log; salt and name stand beside it, and can be erased. */
function hideNames(
  names: Readonly<Record<string, PersonalName>>,
  options: {
    readonly identity: Identity
    readonly entry: Entry
    readonly randomBytes: (length: number) => Uint8Array
  },
): { steps: Step[]; hashes: Record<string, string> } {
  const steps: Step[] = []
  const hashes: Record<string, string> = {}
  for (const [field, { member, value }] of Object.entries(names)) {
    const salt = options.randomBytes(16)
    hashes[field] = nameHash({ sha256 }, salt, value)
    const row = { tenant: options.entry.tenant, plan: options.identity.planId, field, salt, value, member }
    steps.push(step(writes.insertInto('audit_name').values(row)))
  }
  return { steps, hashes }
}
