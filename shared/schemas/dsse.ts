import { z } from 'zod'
import { Base64, KeyId } from './fields.ts'

/** A signed document: DSSE v1 in JSON. The payload is bytes; what they mean is said after they are verified. */
export const Dsse = z.strictObject({
  payloadType: z.string().max(100).regex(/^application\/vnd\.sallyport\.[a-z]+\.v[0-9]+\+json$/),
  payload: Base64.max(4 * 1024 * 1024),
  signatures: z.array(z.strictObject({
    keyid: KeyId,
    sig: z.string().regex(/^[A-Za-z0-9+/]{85}[AQgw]==$/, 'not 64 bytes in base64'),
  })).min(1).max(64),
}).meta({ id: 'Dsse' })
export type Dsse = z.infer<typeof Dsse>
