/** What the environment says about connections and is not heeded: the settings say it. Loaded before all else. */

const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY']
const silent = [...proxies, ...proxies.map((name) => name.toLowerCase()), 'NODE_TLS_REJECT_UNAUTHORIZED']

/** Those of the variables that the runtime would obey without a word and that are set: whoever set them is told. */
export function unheeded(env: Readonly<Record<string, string | undefined>>): string[] {
  return silent.filter((name) => env[name] !== undefined && env[name] !== '')
}

/** So that the runtime cannot obey them either. */
export function forgetEnvironment(env: Record<string, string | undefined>): void {
  for (const name of silent) delete env[name]
}
