import { Fault } from '../../shared/faults.ts'

/** `anchor.json` and `x` make `anchor.d/x.json`. */
export function besideName(own: string, name: string): string {
  if (!/^[a-z0-9-]{1,80}$/.test(name)) throw new Fault('invalid_setting', `${name} is no name for an object.`)
  return `${own.replace(/\.json$/, '')}.d/${name}.json`
}
