import { formatPin } from '../../shared/trust/pin.ts'
import { answer } from '../edge_client/edge_client.ts'
import { heldText, withId } from './named.ts'
import { openSession, type SessionOptions, sessionOptions } from './session.ts'
import type { Define } from './shell.ts'
import { facts } from './table.ts'

const sorts = { personal: 'API token', service: 'API token of a service', device: 'this machine’s sign-in' }

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
          ['tenant', withId(who.tenant_name, who.tenant)],
          ['member', `${who.name} (${who.member})`],
          ['roles', who.roles.map(heldText).join(', ') || 'none'],
          ['may', who.permissions.join(', ')],
          ['by', who.sort === undefined ? 'a session' : `${sorts[who.sort]}, until ${who.expires ?? '?'}`],
          ...freshness(who),
          ['pin', pin ?? 'none: sallyport login --pin <pin>'],
        ]),
      )
    }))
}

/** A machine's sign-in counts as confirmed for five minutes; a program's token always does. */
function freshness(who: { readonly sort?: string; readonly fresh_until?: string }): [string, string][] {
  if (who.sort !== 'device') return []
  const until = who.fresh_until ?? ''
  const text = Date.parse(until) > Date.now() ? `until ${until}` : 'no longer: sallyport login --fresh'
  return [['fresh', text]]
}
