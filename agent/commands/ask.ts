/**
 * Questions. A secret comes from a file, the environment or a prompt, never from the command line, where every
 * process of the machine could read it.
 */
import { readFileSync } from 'node:fs'
import { readPrivate } from '../files.ts'
import { Interrupted, type Shell, UsageError } from './shell.ts'

interface SecretSource {
  /** What it is, for the prompt and for messages: `API token`. */
  readonly what: string
  /** A file given by option; `-` is stdin. */
  readonly file: string | undefined
  readonly fileOption: string
  readonly variable: string
}

/** Throws UsageError when it is nowhere and nobody can be asked. */
export async function askSecret(shell: Shell, source: SecretSource): Promise<string> {
  const { what, file, fileOption, variable } = source
  if (file === '-') return clean(readFileSync(0, 'utf8'), what)
  if (file !== undefined) return clean(readPrivate(file, what), what)
  const given = shell.env[variable]
  if (given !== undefined && given !== '') return clean(given, what)
  if (!shell.interactive) {
    throw new UsageError(`There is no ${what}. Give it by ${fileOption} FILE (- is stdin) or ${variable}.`)
  }
  const { password, isCancel } = await import('@clack/prompts')
  const answer = await password({ message: capital(what), output: process.stderr })
  if (isCancel(answer)) throw new Interrupted()
  return clean(answer ?? '', what)
}

interface TextQuestion {
  readonly what: string
  readonly option: string
  /** By option or environment: then nobody is asked. */
  readonly given?: string | undefined
  /** The answer on Enter, and where nobody can be asked. */
  readonly fallback?: string | undefined
}

/** Throws UsageError naming `option` when there is no answer and nobody can be asked. */
export async function askText(shell: Shell, question: TextQuestion): Promise<string> {
  const { what, option, given, fallback } = question
  if (given !== undefined && given !== '') return given
  if (!shell.interactive) {
    if (fallback !== undefined) return fallback
    throw new UsageError(`There is no ${what}. Give it by ${option}.`)
  }
  const { text, isCancel } = await import('@clack/prompts')
  const answer = await text({
    message: capital(what),
    output: process.stderr,
    ...(fallback === undefined ? {} : { placeholder: fallback, defaultValue: fallback }),
  })
  if (isCancel(answer)) throw new Interrupted()
  return clean(answer ?? '', what)
}

/** Throws Interrupted on no, and UsageError naming `option` when nobody can be asked. With `yes` nobody is. */
export async function confirm(
  shell: Shell,
  question: string,
  { yes = false, option }: { readonly yes?: boolean; readonly option: string },
): Promise<void> {
  if (yes) return
  if (!shell.interactive) throw new UsageError(`${question} Nobody can be asked here; give ${option}.`)
  const prompts = await import('@clack/prompts')
  const answer = await prompts.confirm({ message: question, output: process.stderr })
  if (prompts.isCancel(answer) || !answer) throw new Interrupted()
}

function clean(text: string, what: string): string {
  const value = text.trim()
  if (value === '') throw new UsageError(`The ${what} is empty.`)
  return value
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
