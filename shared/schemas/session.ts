import { z } from 'zod'
import { Id, Time } from './fields.ts'

/** Where somebody is signed in. */
export const Session = z.object({
  id: Id,
  current: z.boolean().meta({ description: 'The one that asks.' }),
  methods: z.array(z.object({
    method: z.enum(['password', 'passkey', 'totp', 'recovery', 'provider']),
    at: Time,
  })),
  agent: z.string().meta({ description: 'What the browser says of itself.' }),
  network: z.string().meta({ description: 'The address that it signed in from.' }),
  tenant: Id.optional().meta({ description: 'The tenant that it has chosen.' }),
  created: Time,
  seen: Time.meta({ description: 'To the minute.' }),
  ends: Time.meta({ description: 'Earlier when nothing is heard of it for a while.' }),
}).meta({ id: 'Session' })
export type Session = z.infer<typeof Session>

export const TenantChoice = z.strictObject({ tenant: Id }).meta({ id: 'TenantChoice' })

export const ChosenTenant = z.object({ tenant: Id, member: Id }).meta({ id: 'ChosenTenant' })
