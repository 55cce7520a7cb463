import type { Connector } from '../connector.ts'
import { config, type HttpsConfig } from './config.ts'
import { HttpsSource } from './source.ts'

/** Reads only: there is no destination. */
export const https: Connector<HttpsConfig> = {
  name: 'https',
  config,
  targets: ({ host, port, path }) => [{ kind: 'https', endpoint: host, port, path }],
  derivedHosts: ({ redirects }) => redirects,
  source: (config, context) => new HttpsSource(config, context),
}
