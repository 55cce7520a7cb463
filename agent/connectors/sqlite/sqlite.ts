import type { Connector } from '../connector.ts'
import { config, type SqliteConfig } from './config.ts'
import { SqliteDestination } from './destination.ts'
import { folded } from './names.ts'
import { pathOf } from './place.ts'
import { SqliteSource } from './source.ts'

export const sqlite: Connector<SqliteConfig> = {
  name: 'sqlite',
  config,
  targets: (config, base) => [{ kind: 'sqlite', path: pathOf(config, base) }],
  target: (config, base, name) => JSON.stringify([pathOf(config, base), folded(name)]),
  source: (config, context) => new SqliteSource(config, context),
  destination: (config, context) => new SqliteDestination(config, context),
}
