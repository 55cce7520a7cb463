import type { Connector } from '../connector.ts'
import { folded } from '../sqlite/names.ts'
import { config, type LibsqlConfig } from './config.ts'
import { LibsqlDestination } from './destination.ts'
import { LibsqlSource } from './source.ts'

export const libsql: Connector<LibsqlConfig> = {
  name: 'libsql',
  config,
  targets: ({ host, port }) => [{ kind: 'libsql', endpoint: host, port }],
  target: ({ host, port }, _base, name) => JSON.stringify([host, port, folded(name)]),
  source: (config, context) => new LibsqlSource(config, context),
  destination: (config, context) => new LibsqlDestination(config, context),
}
