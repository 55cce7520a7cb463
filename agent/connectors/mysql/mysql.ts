import type { Connector } from '../connector.ts'
import { config, type MysqlConfig } from './config.ts'
import { MysqlDestination } from './destination.ts'
import { parseTable } from './names.ts'
import { MysqlSource } from './source.ts'

export const mysql: Connector<MysqlConfig> = {
  name: 'mysql',
  config,
  targets: ({ host, port, user, database }) => [
    { kind: 'mysql', endpoint: host, port, account: user, database },
  ],
  target: ({ database }, _base, name) => JSON.stringify(parseTable(name, database)),
  source: (config, context) => new MysqlSource(config, context),
  destination: (config, context) => new MysqlDestination(config, context),
}
