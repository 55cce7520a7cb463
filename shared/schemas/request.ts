import { z } from 'zod'
import { Hash, Id, Name, Time, Version } from './fields.ts'
import { ParameterValues } from './parameter.ts'

/** A signed request lives at most so long, which bounds what an agent has to remember. */
export const MAX_REQUEST_MS = 86_400_000

/**
 * `reset` loads every stream as if its target were not there; `resync` reads everything once more, wherever the cursor
 * is; `backfill` is a run over the range that its parameters give, and leaves the cursor where it is; `run` is as the
 * schedule would do it.
 */
export const RequestAction = z.enum(['run', 'reset', 'resync', 'backfill'])
export type RequestAction = z.infer<typeof RequestAction>

/**
 * A person's or a machine's order to run one pipeline, once; with `redrive` no order to run anything new, but leave to
 * attempt that run again, as often as its pipeline allows a run of its own.
 */
export const Request = z.strictObject({
  type: z.literal('request'),
  tenant: Id,
  project: Id,
  action: RequestAction,
  parameters: ParameterValues,
  pool: Name,
  /** The index that the signer looked at. */
  index: Version,
  pipeline: z.strictObject({ id: Id, hash: Hash }),
  /** The run that may be attempted again. It keeps its own action and parameters: here stand `run` and none. */
  redrive: Id.optional(),
  /** 16 random bytes in hex. */
  nonce: z.string().regex(/^[0-9a-f]{32}$/),
  issued: Time,
  expires: Time,
}).refine(({ issued, expires }) => {
  const life = Date.parse(expires) - Date.parse(issued)
  return life > 0 && life <= MAX_REQUEST_MS
}, 'expires is after issued, by at most a day').refine(
  ({ redrive, action, parameters }) =>
    redrive === undefined || (action === 'run' && Object.keys(parameters).length === 0),
  'a redrive has no action and no parameters of its own',
)
export type Request = z.infer<typeof Request>
