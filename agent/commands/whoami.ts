import { formatPin } from '../../shared/trust/pin.ts'
import { answer } from '../edge_client/edge_client.ts'
import { openSession, type SessionOptions, sessionOptions } from './session.ts'
import type { Define } from './shell.ts'
import { facts } from './table.ts'

export const define: Define = (command, shell) => {
  sessionOptions(command)
    .addHelpText('after', '\nExamples:\n  sallyport whoami\n  sallyport whoami --json')
    .action(shell.action(async (options: SessionOptions) => {
      const { edge, url, profile } = openSession(shell, options)
      const who = await answer(edge.GET('/v1/whoami'))
      const pin = profile?.pin ? formatPin(profile.pin) : null
      shell.result(
        { url: url.origin, ...who, pin },
        facts([
          ['edge', url.origin],
          ['tenant', who.tenant],
          ['member', `${who.name} (${who.member})`],
          ['role', who.role ?? 'none at the tenant'],
          ['may', who.permissions.join(', ')],
          ['pin', pin ?? 'none: sallyport login --pin <pin>'],
        ]),
      )
    }))
}
