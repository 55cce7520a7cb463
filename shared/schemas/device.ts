/** The device authorization grant, RFC 8628: field names are the RFC's. */
import { z } from 'zod'
import { Count, Id, Line, Time } from './fields.ts'
import { PermissionName } from './principal.ts'
import { Secret } from './token.ts'

/** Of the grant, RFC 8628 section 3.4. */
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

/** The one client that there is: the binary. */
export const CLIENT_ID = 'sallyport'

const Client = z.string().min(1).max(200).meta({ description: 'Always `sallyport`.' })

const Device = Line.meta({ description: 'What the person is shown: the name of the machine.' })

/** Section 3.1. */
export const DeviceAuthorizationRequest = z.strictObject({
  client_id: Client,
  scope: z.string().max(2000).optional().meta({
    description:
      'Permissions with spaces between, RFC 6749 section 3.3; all that the person has unless said.',
  }),
  device: Device.optional(),
}).meta({ id: 'DeviceAuthorizationRequest' })

export const DeviceFreshRequest = z.strictObject({ device: Device.optional() }).meta({
  id: 'DeviceFreshRequest',
})

/** Section 3.2. */
export const DeviceAuthorization = z.object({
  device_code: Secret,
  user_code: z.string(),
  verification_uri: z.string(),
  verification_uri_complete: z.string().meta({
    description: 'The code stands in the fragment: it reaches no server and no log.',
  }),
  expires_in: Count.meta({ description: 'Seconds.' }),
  interval: Count.meta({ description: 'Seconds between two requests for the token.' }),
}).meta({ id: 'DeviceAuthorization' })

/** Section 3.4. */
export const DeviceTokenRequest = z.strictObject({
  grant_type: z.string().min(1).max(200).meta({ description: `\`${DEVICE_GRANT}\`` }),
  device_code: z.string().min(1).max(200),
  client_id: Client,
}).meta({ id: 'DeviceTokenRequest' })

/** RFC 6749 section 5.1. */
export const DeviceToken = z.object({
  access_token: Secret,
  token_type: z.literal('Bearer'),
  expires_in: Count.meta({ description: 'Seconds.' }),
  scope: z.string().optional().meta({
    description: 'Permissions with spaces between, where it is cut down.',
  }),
}).meta({ id: 'DeviceToken' })

/** What a person compares before they say yes. */
export const DeviceRequest = z.object({
  user_code: z.string(),
  device: z.string(),
  network: z.string().meta({ description: 'The address that it asked from.' }),
  agent: z.string().meta({ description: 'The program that asked, as it says of itself.' }),
  scopes: z.array(PermissionName).optional().meta({ description: 'Left out: all that you may.' }),
  renews: z.boolean().meta({ description: 'Whether a device that is signed in already wants it anew.' }),
  created: Time,
  expires: Time,
}).meta({ id: 'DeviceRequest' })
export type DeviceRequest = z.infer<typeof DeviceRequest>

const UserCode = z.string().max(40).meta({
  description: 'As the device shows it; case and dashes do not count.',
})

/** In the body: a code that is good for a sign-in stands in no URL. */
export const DeviceCode = z.strictObject({ user_code: UserCode }).meta({ id: 'DeviceCode' })

export const DeviceApproval = z.strictObject({
  user_code: UserCode,
  tenant: Id.meta({ description: 'The one that your session has chosen.' }),
}).meta({ id: 'DeviceApproval' })

export const DeviceDecision = z.object({ state: z.enum(['approved', 'denied']) }).meta({
  id: 'DeviceDecision',
})
