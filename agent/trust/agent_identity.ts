/** Who this agent is to the edge: an id and a key of its own, made here. */
import { join } from 'node:path'
import { z } from 'zod'
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { Id, Key, Name, Time } from '../../shared/schemas/fields.ts'
import { EnrolmentRule } from '../../shared/schemas/trust_document.ts'
import { makePrivateFolder, readIfThere, refuseShared, writeAtomic } from '../files.ts'
import { type KeyPair, parseFile } from '../home.ts'

const AgentFile = z.strictObject({
  type: z.literal('agent'),
  /** Null between making the key and the edge's answer. */
  id: Id.nullable(),
  url: z.string(),
  pool: Name,
  name: Name,
  private: Key,
  public: Key,
  created: Time,
  /** How it got in: by a person, or by the pool's key. Remembered, since the one by the pool's key may do less. */
  enrolment: EnrolmentRule.default('approval'),
})

export interface AgentIdentity extends KeyPair {
  readonly id: string | null
  readonly url: string
  readonly pool: string
  readonly name: string
  readonly enrolment: EnrolmentRule
}

/** One that the edge knows. */
export type Enrolled = AgentIdentity & { readonly id: string }

function placeIn(state: string): string {
  return join(state, 'agent.json')
}

/** Null before `enroll`. Throws `file_not_private` or `invalid_file`. */
export function readIdentity(state: string): AgentIdentity | null {
  const path = placeIn(state)
  const text = readIfThere(path)
  if (text === null) return null
  refuseShared(path, 'agent key')
  const file = parseFile(AgentFile, text, path)
  return { ...file, private: fromBase64(file.private), public: fromBase64(file.public) }
}

export function writeIdentity(state: string, identity: AgentIdentity, now: number): void {
  makePrivateFolder(state)
  const { id, url, pool, name, enrolment } = identity
  const file: z.infer<typeof AgentFile> = {
    type: 'agent',
    id,
    url,
    pool,
    name,
    private: toBase64(identity.private),
    public: toBase64(identity.public),
    created: new Date(now).toISOString(),
    enrolment,
  }
  writeAtomic(placeIn(state), JSON.stringify(file, null, 2) + '\n')
}

/** Throws `not_enrolled`. */
export function enrolledIdentity(state: string): Enrolled {
  const identity = readIdentity(state)
  if (identity === null || identity.id === null) {
    throw new Fault('not_enrolled', `No agent is enrolled in ${state}.`)
  }
  return { ...identity, id: identity.id }
}
