/** What the edge knows and nobody may read in its log: a driver or a server may quote it in what it says. */
import { toBase64 } from '../shared/bytes.ts'
import type { Config } from './config.ts'
import type { MasterKeys } from './db/master_keys.ts'

/** Of the configuration. */
export function secretsOf(config: Config): string[] {
  const { databaseToken, databaseUrl, masterKeys, setupToken, metricsToken, providers, mail } = config
  const found = [
    databaseToken,
    ...inUrl(databaseUrl),
    ...(masterKeys === null ? [] : spelled(masterKeys)),
    setupToken,
    metricsToken,
    ...providers.map(({ clientSecret }) => clientSecret),
    mail?.password,
  ]
  return found.filter((secret) => typeof secret === 'string')
}

/** As the variable has them. */
export function spelled({ keys }: MasterKeys): string[] {
  return [...keys.values()].map(toBase64)
}

function inUrl(text: string): (string | null)[] {
  if (!URL.canParse(text)) return []
  const { password, searchParams } = new URL(text)
  return [password, searchParams.get('authToken')]
}
