/** `sallyport keys rotate`: a pool goes from one sealing key to the next while its pipelines go on. */
import type { Command } from 'commander'
import { agentOptions } from './agent_options.ts'
import { secondsIn } from './live.ts'
import { rotate } from './rotating.ts'
import { type SessionOptions, sessionOptions } from './session.ts'
import { type Shell, UsageError } from './shell.ts'

export interface RotateOptions extends SessionOptions {
  readonly pool?: string
  readonly suite?: string
  readonly compromised?: boolean
  readonly continue?: boolean
  readonly key: readonly string[]
  readonly reader: readonly string[]
  readonly recoveryOut?: string
  readonly leaveRefused?: boolean
  readonly wait?: number
  readonly yes?: boolean
}

const help = `
In this order: a new key into the ring, a trust document that makes it the active one, agents that prove that they hold
it, every sealed record passed on by them, and a trust document that retires the old key. Pipelines go on all the while.
Whatever interrupts it, the same command goes on where it stopped. Retired keys stay in the ring: an old backup of the
edge opens with nothing else.

A key that has leaked, --compromised: the pin moves on, bodies are sealed anew under new data keys, and the connections
are listed whose credentials have to be changed at their source. Passing records on cannot undo a leaked key and an old
dump of the edge.

Examples:
  sallyport keys rotate
  sallyport keys rotate --pool eu --keystore aws-sm:sallyport/eu --key /media/stick/root-2.json
  sallyport keys rotate --compromised
  sallyport keys rotate --suite 2`

const collect = (value: string, all: readonly string[]) => [...all, value]

export function defineKeysRotate(command: Command, shell: Shell): void {
  const rotating = sessionOptions(
    command.command('rotate').description('Give a pool its next sealing key, and pass every record on to it'),
  )
  agentOptions(rotating, ['keystore'])
    .option('--pool <name>', 'the pool, to be sure that the ring at hand is its own')
    .option('--suite <number>', '1 (X25519) or 2 (X-Wing), where the tenant changes it')
    .option('--compromised', 'the key may be known to others')
    .option('--continue', 'go on where an earlier call has stopped; the default when there is one')
    .option(
      '--key <file>',
      'a root key file besides those of the home folder; repeat for more',
      collect,
      [],
    )
    .option(
      '--reader <old=new>',
      "for another suite: a reader's key id, and its next public key; repeat for more",
      collect,
      [],
    )
    .option(
      '--recovery-out <file>',
      "where the ring's sealed copy goes (default: recovery/ in the home folder)",
    )
    .option('--leave-refused', 'retire the old key although agents refuse to pass some records on')
    .option('--wait <seconds>', 'wait so long for agents to hold the new key (default: 600)', secondsIn)
    .option('--yes', 'do not ask')
    .addHelpText('after', help)
    .action(shell.action((options: RotateOptions) => {
      if (options.suite !== undefined && !['1', '2'].includes(options.suite)) {
        throw new UsageError('--suite is 1 or 2.')
      }
      return rotate(shell, options)
    }))
}
