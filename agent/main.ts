/** The binary: one command line over everything that an agent and the people around it do. */
import { HOLD_WORD } from './engine/hold.ts'
import { forgetEnvironment } from './environment.ts'

/** The binary starts itself again as the hold: before anything else loads, and without a command line. */
async function start(words: readonly string[]): Promise<number> {
  if (words[0] === HOLD_WORD) return (await import('./engine/hold_child.ts')).holdChild()
  const { runProgram } = await import('./commands/program.ts')
  const { Shell } = await import('./commands/shell.ts')
  const { env, stdout, stderr, stdin } = process
  const shell = new Shell({ env: { ...env }, stdout, stderr, stdin })
  // The runtime obeys these without a word: where this machine connects is for its settings to say.
  forgetEnvironment(env)
  return runProgram(words, shell).catch((error) => shell.failed(error))
}

process.exitCode = await start(process.argv.slice(2))
