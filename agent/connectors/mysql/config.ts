/** How a mysql connection is written, and what it comes down to. */
import { z } from 'zod'
import { addressFields, type DatabaseAddress, readAddress } from '../database_address.ts'

export interface MysqlConfig extends DatabaseAddress {
  readonly database: string
  /** Database of Sallyport's own tables in a destination; null: each target's own database. */
  readonly ledger: string | null
}

const written = z.strictObject({ ...addressFields, ledger: z.string().min(1).optional() })

const form = { schemes: ['mysql', 'mariadb'], port: 3306, tls: 'tls', socket: 'socket' } as const

export const config: z.ZodType<MysqlConfig> = written.transform((given, context) => {
  const address = readAddress(given, form, context)
  if (address === null) return z.NEVER
  const { database } = address
  if (database === null) {
    const message = 'a database is missing: give it in "url", or as "database"'
    context.addIssue({ code: 'custom', message, path: ['database'] })
    return z.NEVER
  }
  return { ...address, database, ledger: given.ledger ?? null }
}) as unknown as z.ZodType<MysqlConfig>
