/** What connectors may touch in one run: the signed policy's approvals, and what local policy leaves of them. */
import { Fault } from '../../shared/faults.ts'
import { type DerivedHosts, hostFits, urlPathFits } from '../../shared/trust/policy.ts'
import { checkDeclared, type ConnectGuard } from '../connectors/guard.ts'
import type { LocalPolicy } from '../trust/local_policy.ts'

/** `derived`: what policy approves beyond each place, by the place's text. */
export function guardOf(
  local: LocalPolicy,
  derived: ReadonlyMap<string, readonly DerivedHosts[]>,
): ConnectGuard {
  return {
    address: (host, addresses) => local.address(host, addresses),
    plain: (target) => local.plain(target),
    path: (absolute) => local.path(absolute),
    derived(asked) {
      const { connector, from, host, port } = asked
      checkDeclared(asked)
      const approved = (derived.get(from) ?? []).some((one) =>
        one.patterns.some((pattern) => hostFits(pattern, host)) &&
        (one.port === '*' || one.port === port || port === 443)
      )
      if (!approved) {
        throw new Fault(
          'host_not_declared',
          `${from} leads on to ${host}:${port}, which no line of the policy that allows it names as derived.`,
        )
      }
      local.narrows(connector, host)
    },
    onward({ from, path }) {
      if ((derived.get(from) ?? []).some((one) => urlPathFits(one.path, path))) return
      throw new Fault(
        'policy_denied',
        `${from} leads on to a path of its host that no line of the policy that allows it covers.`,
      )
    },
  }
}
