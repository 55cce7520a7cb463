import { resolve } from 'node:path'
import type { Connector } from '../connector.ts'
import { config, type FilesConfig } from './config.ts'
import { FilesDestination } from './destination.ts'
import { folderOf, realOf } from './place.ts'
import { FilesSource } from './source.ts'

export const files: Connector<FilesConfig> = {
  name: 'files',
  config,
  targets: ({ path }, base) => [{ kind: 'files', path: resolve(base, path) }],
  target: ({ path }, base, name) => realOf(resolve(folderOf(resolve(base, path)), name)),
  source: (config, context) => new FilesSource(config, context),
  destination: (config, context) => new FilesDestination(config, context),
}
