import type { Connector } from '../connector.ts'
import { config, type PostgresConfig } from './config.ts'
import { PostgresDestination } from './destination.ts'
import { parseTable } from './names.ts'
import { PostgresSource } from './source.ts'

export const postgres: Connector<PostgresConfig> = {
  name: 'postgres',
  config,
  targets: ({ host, port, user, database }) => [
    { kind: 'postgres', endpoint: host, port, account: user, database },
  ],
  target: ({ schema }, _base, name) => JSON.stringify(parseTable(name, schema)),
  source: (config, context) => new PostgresSource(config, context),
  destination: (config, context) => new PostgresDestination(config, context),
}
