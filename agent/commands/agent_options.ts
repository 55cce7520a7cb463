import type { Command } from 'commander'
import { reachAwsBy } from '../aws/way_out.ts'
import { loadConfig, type SettingName, settings, variableOf } from '../config.ts'
import type { Config } from '../config.ts'
import type { Shell } from './shell.ts'

/** Options for these settings of the agent, named as in agent.yaml. */
export function agentOptions(command: Command, names: readonly SettingName[]): Command {
  command.option('--config <file>', 'agent.yaml to read (SALLYPORT_CONFIG)')
  for (const { name, key, help } of settings) {
    if (names.includes(name)) command.option(`--${key} <${key}>`, `${help} (${variableOf(key)})`)
  }
  return command
}

export function configOf(shell: Shell, flags: object): Config {
  const config = loadConfig({ flags: { ...flags }, env: shell.env, home: shell.home })
  reachAwsBy(config.network)
  return config
}
