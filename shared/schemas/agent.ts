/** Agents, their pools, and how they come to be known. */
import { z } from 'zod'
import { Dsse } from './dsse.ts'
import { Count, Id, Key, KeyId, Line, Name, Time } from './fields.ts'

export const AgentState = z.enum(['pending', 'approved', 'revoked'])
export type AgentState = z.infer<typeof AgentState>

const Release = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.+-]{0,63}$/, 'not a version')

/** What an agent says of itself, once, with an enrolment token. */
export const EnrolAgent = z.strictObject({ public_key: Key, pool: Name, name: Name, version: Release })
export type EnrolAgent = z.infer<typeof EnrolAgent>

/** A word by which pipelines find agents: `gpu`, `region=eu`. */
export const Label = z.string().regex(
  /^[A-Za-z0-9][A-Za-z0-9._=:/-]{0,62}$/,
  'letters, digits and . _ = : / -, at most 63',
)
export const Labels = z.array(Label).max(32)
const Slots = z.int().min(0).max(1000)

/** What an agent says of itself with a poll. `clock` is its time when it asked. */
export const AgentReport = z.strictObject({
  version: Release,
  clock: Time,
  ring_created: Time,
  slots: Slots,
  slots_used: Slots,
  labels: Labels,
  stopping: z.boolean(),
})
export type AgentReport = z.infer<typeof AgentReport>

/** The newest of that, as the edge keeps it. */
export const AgentHealth = z.object({
  protocol: Count,
  version: Release,
  clock_skew_ms: z.int().meta({
    description: "By how much its clock is ahead of the edge's, the time on the way included.",
  }),
  ring_created: Time.meta({ description: 'When the newest key of its ring was made.' }),
  slots: Slots,
  slots_used: Slots,
  labels: Labels,
  stopping: z.boolean().meta({ description: 'It takes nothing more, and finishes what it holds.' }),
  reported: Time,
}).meta({ id: 'AgentHealth' })
export type AgentHealth = z.infer<typeof AgentHealth>

/** `fingerprint` is the key id of the agent's public key: what a person compares before approving. */
export const Agent = z.object({
  id: Id,
  name: Name,
  pool: Name,
  state: AgentState,
  public_key: Key,
  fingerprint: KeyId,
  version: Release,
  created: Time,
  approved: Time.optional(),
  revoked: Time.optional(),
  last_seen: Time.optional().meta({ description: 'Written within a few seconds.' }),
  lost: Time.optional().meta({ description: 'When it was noticed that nothing is heard of it any more.' }),
  stopped: Time.optional().meta({ description: 'When it said that it stops.' }),
  draining: Time.optional().meta({ description: 'Since when it is handed no work.' }),
  health: AgentHealth.optional(),
  ephemeral: z.boolean().meta({
    description: "It joined by its pool's key, and is removed after a day of silence.",
  }),
}).meta({ id: 'Agent' })
export type Agent = z.infer<typeof Agent>

export const ApproveAgent = z.strictObject({ fingerprint: KeyId })
export type ApproveAgent = z.infer<typeof ApproveAgent>

export const AskChallenge = z.strictObject({ tenant: Id, pool: Name })
export type AskChallenge = z.infer<typeof AskChallenge>

/** What the pool's key signs for an agent that joins by it: of this edge, for this tenant and pool, until `expires`. */
export const Challenge = z.object({ challenge: Line, expires: Time }).meta({ id: 'Challenge' })
export type Challenge = z.infer<typeof Challenge>

/** `statement` is an `enrolment` document, signed by the key of the pool that it names. */
export const JoinAgent = z.strictObject({ statement: Dsse, public_key: Key, name: Name, version: Release })
export type JoinAgent = z.infer<typeof JoinAgent>

export const CreateEnrolmentToken = z.strictObject({ pool: Name })
export type CreateEnrolmentToken = z.infer<typeof CreateEnrolmentToken>

/** Good for one agent until `expires`. The token is shown once: a repeated request is answered without it. */
export const EnrolmentToken = z.object({ token: z.string().optional(), pool: Name, expires: Time }).meta({
  id: 'EnrolmentToken',
})
export type EnrolmentToken = z.infer<typeof EnrolmentToken>

/** A pool of the current trust document, with how many agents it has. */
export const Pool = z.object({ name: Name, agents: z.object({ pending: Count, approved: Count }) }).meta({
  id: 'Pool',
})
export type Pool = z.infer<typeof Pool>

/** What an agent may know of itself at any time, also before it is approved. */
export const AgentSelf = z.object({ id: Id, state: AgentState, pool: Name }).meta({ id: 'AgentSelf' })
export type AgentSelf = z.infer<typeof AgentSelf>

/** The newest checkpoint of the audit log (a C2SP signed note), and that it continues the tree of `from`. */
export const AgentCheckpoint = z.object({
  checkpoint: z.string(),
  size: Count,
  consistency: z.array(Key).meta({ description: 'Hashes of the consistency proof, base64.' }),
}).meta({ id: 'AgentCheckpoint' })
export type AgentCheckpoint = z.infer<typeof AgentCheckpoint>
