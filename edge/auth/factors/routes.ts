/** Second factors: those of an account, and the routes that ask for one. */
import type { Reader } from '../../db/database.ts'
import type { Storage } from '../../db/storage.ts'
import type { Route } from '../../http/route.ts'
import type { SecurityEvents } from '../events/events.ts'
import type { Outbox } from '../mail/outbox.ts'
import type { DemandsOf } from '../sessions/demands.ts'
import { codeRoutes } from './code_routes.ts'
import { freshRoutes } from './fresh_routes.ts'
import { passkeyRoutes } from './passkey_routes.ts'
import { secondFactorRoutes } from './second_factor_routes.ts'
import type { FactorKeys } from './shown.ts'

export interface FactorOptions extends FactorKeys {
  /** Without a trailing slash. */
  readonly publicUrl: string
  readonly storage: Storage
  readonly db: Reader
  readonly demandsOf: DemandsOf
  readonly events: SecurityEvents
  readonly outbox: Outbox
}

export function factorRoutes(options: FactorOptions): readonly Route[] {
  return [
    ...secondFactorRoutes(options),
    ...freshRoutes(options),
    ...codeRoutes(options),
    ...passkeyRoutes(options),
  ]
}
