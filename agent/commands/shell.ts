/** What a command gets from the process: environment, home folder, the two output streams, the exit code. */
import type { Command } from 'commander'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { Fault, type FaultCode } from '../../shared/faults.ts'
import { nextStep } from './next_step.ts'

/** 0 done, 1 failed, 2 wrong usage, 3 not signed in or not allowed, 4 refused, 5 a check failed, 130 interrupted. */
export const exits = {
  done: 0,
  failed: 1,
  usage: 2,
  notAllowed: 3,
  refused: 4,
  checkFailed: 5,
  interrupted: 130,
}

/** Wrong usage: the person at the keyboard mends the command line. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The person left a question unanswered (Ctrl-C). */
/** Ctrl-C, or no to a question. The message says what is left as it is. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'

  constructor(message = 'Interrupted; nothing was changed by this step.') {
    super(message)
  }
}

interface Sink {
  write(text: string): unknown
  readonly isTTY?: boolean
}

export interface ShellOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: Sink
  readonly stderr: Sink
  readonly stdin: { readonly isTTY?: boolean }
}

/** Fills in one command: its options, examples and action. Loaded only when that command is called. */
export type Define = (command: Command, shell: Shell) => void

export class Shell {
  readonly env: ShellOptions['env']
  /** Where keys, settings and state live unless they are configured elsewhere. */
  readonly home: string
  json = false
  exitCode = 0
  readonly #out: ShellOptions

  constructor(options: ShellOptions) {
    this.#out = options
    this.env = options.env
    this.home = resolve(options.env['SALLYPORT_HOME'] ?? join(homedir(), '.sallyport'))
  }

  /** True when somebody can be asked. */
  get interactive(): boolean {
    return this.#out.stdin.isTTY === true && this.#out.stderr.isTTY === true && !this.json
  }

  /** True when lines can be drawn over. */
  get animated(): boolean {
    return this.#out.stderr.isTTY === true && !this.json
  }

  /** The command's result: with --json the value as one line, otherwise the text. On stdout, nothing else is. */
  result(value: unknown, human: string): void {
    const text = this.json ? escaped(JSON.stringify(value)) : steady(human)
    if (text !== '') this.#out.stdout.write(text + '\n')
  }

  /** For people; on stderr. */
  note(text: string): void {
    this.#out.stderr.write(steady(text) + '\n')
  }

  warn(text: string): void {
    this.#out.stderr.write(this.#paint('33', 'warning') + ` ${steady(text)}\n`)
  }

  /** For results: on a terminal, bold. */
  bold(text: string): string {
    return this.#out.stdout.isTTY === true && this.env['NO_COLOR'] === undefined
      ? `\x1b[1m${text}\x1b[0m`
      : text
  }

  /** Wraps a command's work: its faults become messages and exit codes. */
  action<Args extends unknown[]>(
    work: (...args: Args) => Promise<number | void>,
  ): (...args: Args) => Promise<void> {
    return async (...args) => {
      const command = args.at(-1) as Command
      this.json = command.optsWithGlobals()['json'] === true
      try {
        this.exitCode = await work(...args) ?? exits.done
      } catch (error) {
        this.exitCode = this.failed(error)
      }
    }
  }

  /** Says what happened and what to do next; returns the exit code. */
  failed(error: unknown): number {
    if (error instanceof Interrupted) {
      this.note(error.message)
      return exits.interrupted
    }
    if (error instanceof UsageError) return this.#complain('usage', error.message, null, exits.usage)
    if (!(error instanceof Fault)) {
      const text = error instanceof Error
        ? (this.env['SALLYPORT_DEBUG'] ? error.stack : error.message)
        : String(error)
      return this.#complain(
        'internal',
        text ?? 'unknown',
        'Set SALLYPORT_DEBUG=1 to see where.',
        exits.failed,
      )
    }
    return this.#complain(error.code, error.message, nextStep(error.code), exitOf(error))
  }

  #complain(code: string, message: string, next: string | null, exit: number): number {
    if (this.json) {
      this.note(JSON.stringify({ error: { code, message, ...(next === null ? {} : { next }) } }))
      return exit
    }
    this.note(`${this.#paint('31', code)}  ${message}`)
    if (next !== null) this.note(`${' '.repeat(code.length)}  ${next}`)
    return exit
  }

  #paint(style: string, text: string): string {
    const plain = this.#out.stderr.isTTY !== true || this.env['NO_COLOR'] !== undefined
    return plain ? text : `\x1b[${style}m${text}\x1b[0m`
  }
}

/**
 * Names of columns, files and tables come from sources, and reach terminals in messages: nothing in them moves a cursor or
 * hides what else is said. Lines, tabs, and what is bold or coloured here stay.
 */
export function steady(text: string): string {
  return text.replace(
    // deno-lint-ignore no-control-regex -- they are what is looked for
    /\x1b\[(?:0|1|31|33)m|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (found) => found.length > 1 ? found : '?',
  )
}

/** JSON escapes what is below a space, and not DEL and C1. */
function escaped(json: string): string {
  return json.replace(/[\u007f-\u009f]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`)
}

const notAllowed: readonly FaultCode[] = [
  'unauthenticated',
  'forbidden',
  'not_signed_in',
  'fresh_sign_in_required',
  'approval_required',
  'separation_of_duties',
  'sign_in_not_enough',
  'tenant_closing',
  'tenant_suspended',
  'access_denied',
]

function exitOf(fault: Fault): number {
  if (notAllowed.includes(fault.code)) return exits.notAllowed
  if (fault.code === 'invalid_setting') return exits.usage
  return fault.class === 'refused' ? exits.refused : exits.failed
}
