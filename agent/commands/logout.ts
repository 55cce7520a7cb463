/** `sallyport logout`: ends this machine's sign-in at the edge, and forgets it here. */
import { Fault } from '../../shared/faults.ts'
import { edgeOf } from '../config.ts'
import { answer, edgeFor } from '../edge_client/edge_client.ts'
import { readProfile } from '../home.ts'
import { forgetToken, readToken, tokenText } from '../kept_token.ts'
import { configOf } from './agent_options.ts'
import type { Define, Shell } from './shell.ts'

interface Options {
  readonly revoke?: boolean
  readonly local?: boolean
}

const examples = `
A machine that was signed in by a person ends at the edge as well. An API token is only forgotten here: other machines
may use it, and it may be the only one that you have. --revoke ends it too. Keys, pin and settings stay.

Examples:
  sallyport logout
  sallyport logout --revoke
  sallyport logout --local`

export const define: Define = (command, shell) => {
  command
    .option('--revoke', 'end an API token at the edge as well')
    .option('--local', 'only forget it here, where the edge is out of reach')
    .addHelpText('after', examples)
    .action(shell.action((options: Options) => logout(shell, options)))
}

async function logout(shell: Shell, options: Options): Promise<void> {
  const { home } = shell
  const source = readToken(home)
  if (source === null) throw new Fault('not_signed_in', 'Nobody is signed in here.')
  const url = edgeOf(readProfile(home)?.url ?? null)
  const revoked = options.local !== true && url !== null && await revoke()
  await forgetToken(home)
  shell.result(
    { revoked, forgotten: true },
    revoked ? 'Signed out.' : 'The token is forgotten here; it still counts.',
  )

  /** False where it is another machine's too. What has ended already is as good. Throws what the edge says. */
  async function revoke(): Promise<boolean> {
    const token = await tokenText(source as NonNullable<typeof source>)
    if (!token.startsWith('sp_dev_') && options.revoke !== true) return false
    try {
      await answer(edgeFor(url as URL, token, configOf(shell, {}).network).DELETE('/v1/tokens/current'))
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'unauthenticated') throw error
    }
    return true
  }
}
