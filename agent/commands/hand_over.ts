import { writeFileSync } from 'node:fs'
import { errno } from '../files.ts'
import { Fault } from '../../shared/faults.ts'
import type { Shell } from './shell.ts'

interface Handing {
  readonly secret: string
  /** A file that must not be there yet; stdout when there is none. */
  readonly out: string | undefined
  /** What else the result says. */
  readonly value: Readonly<Record<string, unknown>>
}

/** Gives a secret that is shown once to whoever asked for it: in a private file, or on stdout. */
export function handOver(shell: Shell, { secret, out, value }: Handing): void {
  if (out === undefined) return shell.result({ ...value, token: secret }, secret)
  try {
    writeFileSync(out, secret + '\n', { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    // It is shown once: better on the screen than lost.
    shell.result({ ...value, token: secret }, secret)
    throw new Fault('file_unwritable', `${out} cannot be written (${errno(cause)}); it is printed instead.`, {
      cause,
    })
  }
  shell.result({ ...value, file: out }, `Written to ${out}.`)
}
