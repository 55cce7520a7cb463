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
  last_seen: Time.optional().meta({ description: 'To the minute.' }),
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
