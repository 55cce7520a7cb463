/** How a postgres connection is written, and what it comes down to. */
import { z } from 'zod'
import { addressFields, type DatabaseAddress, readAddress } from '../database_address.ts'

export interface PostgresConfig extends DatabaseAddress {
  readonly database: string
  /** Where names without a schema are. */
  readonly schema: string
  /** Schema of Sallyport's own tables in a destination. */
  readonly ledger: string
  /** Sessions that read one large table at once. */
  readonly lanes: number
}

const written = z.strictObject({
  ...addressFields,
  schema: z.string().min(1).default('public'),
  ledger: z.string().min(1).default('sallyport'),
  lanes: z.int().min(1).max(8).default(1),
})

const form = { schemes: ['postgres', 'postgresql'], port: 5432, tls: 'sslmode', socket: 'host' } as const

export const config: z.ZodType<PostgresConfig> = written.transform((given, context) => {
  const address = readAddress(given, form, context)
  if (address === null) return z.NEVER
  const { schema, ledger, lanes } = given
  return { ...address, database: address.database ?? address.user, schema, ledger, lanes }
}) as unknown as z.ZodType<PostgresConfig>
