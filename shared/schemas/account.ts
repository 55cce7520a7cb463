import { z } from 'zod'
import { Id, Line, Time } from './fields.ts'

const address = /^[^\s@<>"(),:;\\[\]\p{Cc}\p{Cf}]{1,64}@[^\s@<>"(),:;\\[\]\p{Cc}\p{Cf}]{1,189}$/u

/** A mail address of a person. Whether it is one, only a mail can tell. */
export const Email = z.string().max(254).regex(address, 'not a mail address').meta({
  pattern: address.source,
  description: 'A mail address.',
})

/** A password that is chosen: its length is all that is asked of its composition. */
export const NewPassword = z.string().min(12).max(256).meta({
  description: 'Any characters, 12 to 256. Common ones and those made of your name are refused.',
})

/** A password that is entered. */
const Password = z.string().min(1).max(256)

/** A secret out of a mail, as it stood behind the `#` of its link. */
const Mailed = z.string().regex(/^sp_(ver|rst)_[0-9A-Za-z]{36}$/).meta({
  description: 'What stands behind the # of the link in the mail.',
})

export const MailAsked = z.strictObject({ email: Email }).meta({ id: 'MailAsked' })
export type MailAsked = z.infer<typeof MailAsked>

/** The same whether or not somebody has that address. */
export const MailSent = z.object({ mail: z.literal('sent') }).meta({ id: 'MailSent' })

/** It is done, and there is nothing to say. */
export const Nothing = z.object({}).meta({ id: 'Nothing' })

export const NewAccount = z.strictObject({ secret: Mailed, name: Line, password: NewPassword }).meta({
  id: 'NewAccount',
})

export const PasswordReset = z.strictObject({ secret: Mailed, password: NewPassword }).meta({
  id: 'PasswordReset',
})

export const PasswordChange = z.strictObject({
  password: NewPassword,
  current: Password.optional().meta({
    description: 'The password until now. Not needed within five minutes of a passkey or a code.',
  }),
}).meta({ id: 'PasswordChange' })

export const AddressChange = z.strictObject({
  email: Email,
  current: Password.optional().meta({
    description: 'The password. Not needed within five minutes of a passkey or a code.',
  }),
}).meta({ id: 'AddressChange' })

export const AddressProof = z.strictObject({ secret: Mailed }).meta({ id: 'AddressProof' })

export const AccountChange = z.strictObject({ name: Line }).meta({ id: 'AccountChange' })

export const Account = z.object({
  id: Id,
  email: z.string(),
  email_verified: z.boolean(),
  name: z.string(),
  has_password: z.boolean(),
  password_changed: Time.optional(),
  created: Time,
}).meta({ id: 'Account' })
export type Account = z.infer<typeof Account>

export const PasswordSignIn = z.strictObject({ email: Email, password: Password }).meta({
  id: 'PasswordSignIn',
})
export type PasswordSignIn = z.infer<typeof PasswordSignIn>

export const SignedIn = z.object({
  next: z.enum(['done', 'second_factor']).meta({
    description: '`second_factor`: the session is good for nothing but to show one.',
  }),
}).meta({ id: 'SignedIn' })
