/** Who looks at the console: what the frame and its pages need to know of them. */
import { z } from 'zod'
import { Fault, type FaultCode } from '../../shared/faults.ts'
import type { Ask, Visitor } from '../http/page_route.ts'

const Account = z.object({ id: z.string(), email: z.string(), name: z.string() })
const Tenants = z.object({
  data: z.array(z.object({ tenant: z.object({ id: z.string(), name: z.string() }) })),
})
const Whoami = z.object({ tenant: z.string(), member: z.string(), permissions: z.array(z.string()) })

export type Tenant = z.infer<typeof Tenants>['data'][number]['tenant']

export interface ConsoleVisitor extends Visitor {
  readonly account: z.infer<typeof Account>
  readonly tenants: readonly Tenant[]
  /** Their member id in the tenant that is chosen. */
  readonly member: string | null
  /** Why the chosen tenant does not let this session in; null when it does or none is chosen. */
  readonly kept: FaultCode | null
}

/** Throws Fault `second_factor_required` for a session that lacks its second factor. */
export async function visit(ask: Ask): Promise<ConsoleVisitor | null> {
  try {
    const [account, tenants, whoami] = await Promise.all([
      ask('GET /v1/account', Account),
      ask('GET /v1/account/tenants', Tenants),
      ask('GET /v1/whoami', Whoami).catch(reasonOf),
    ])
    const member = typeof whoami === 'string' ? null : whoami
    return {
      account,
      tenants: tenants.data.map(({ tenant }) => tenant),
      tenant: member?.tenant ?? null,
      member: member?.member ?? null,
      permissions: new Set(member?.permissions ?? []),
      kept: typeof whoami === 'string' && whoami !== 'forbidden' ? whoami : null,
    }
  } catch (error) {
    if (error instanceof Fault && error.code === 'unauthenticated') return null
    throw error
  }
}

/** Why there is no member: that is no failure of the page. */
function reasonOf(error: unknown): FaultCode {
  if (error instanceof Fault && error.class === 'request' && error.code !== 'unauthenticated') {
    return error.code
  }
  throw error
}
