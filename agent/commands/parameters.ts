/** `--param name=value`, as often as there are parameters. */
import type { ParameterValues } from '../../shared/schemas/parameter.ts'
import { UsageError } from './shell.ts'

/** For commander, which hands in what came before. Throws `UsageError`. */
export function withParameter(text: string, before: ParameterValues = {}): ParameterValues {
  const at = text.indexOf('=')
  if (at < 1) throw new UsageError(`--param takes name=value, not ${text}.`)
  const name = text.slice(0, at)
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) {
    throw new UsageError(
      `--param: ${name} is no name of a parameter: lowercase letters, digits and underscores.`,
    )
  }
  if (Object.hasOwn(before, name)) throw new UsageError(`--param: ${name} is given twice.`)
  return { ...before, [name]: text.slice(at + 1) }
}
