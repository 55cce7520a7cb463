/** The tenants that one is in: choose, leave. */
import { z } from 'zod'
import { OwnTenant } from '../../../shared/schemas/tenant.ts'
import { page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { ownPath } from '../next.ts'
import { Act } from '../parts/form.tsx'
import { said, Tag, When } from '../parts/text.tsx'
import type { ConsoleVisitor } from '../visitor.ts'

const Tenants = z.object({ data: z.array(OwnTenant) })
const query = z.object({ next: z.string().optional() })

const kept: Readonly<Record<string, string>> = {
  second_factor_required: 'This tenant wants a second factor. Set one up, then sign in again.',
  sign_in_not_enough:
    'This tenant wants you to sign in another way: its rules name a provider or a second factor.',
  tenant_suspended:
    'Whoever runs this installation has suspended this tenant: members and agents are kept out until they let it in again. Ask them.',
  tenant_closing: 'This tenant is about to be deleted: only its owners get in.',
}

export const tenantsPage = page<ConsoleVisitor, typeof query>({
  id: 'consoleTenants',
  path: '/console/tenants',
  permission: 'account:any',
  query,
  async handle(context) {
    const { visitor } = context
    const next = ownPath(context.query.next)
    const { data } = await context.ask('GET /v1/account/tenants', Tenants)
    // Where there is no choice nobody is asked to make one.
    const only = data.length === 1 && visitor.kept === null && data[0]?.tenant.closing === undefined &&
      data[0]?.tenant.suspended === undefined
    const why = visitor.kept === null ? undefined : kept[visitor.kept]
    return room(context, {
      title: 'Tenants',
      lead: 'Your account can be in several. A session works in one at a time.',
      children: (
        <>
          {why === undefined ? null : (
            <div class='note warn'>
              <p>
                {why} <a href='/console/account'>Account and sign-in</a>
              </p>
            </div>
          )}
          {data.length === 0
            ? (
              <section class='card' aria-label='Tenants'>
                <div class='empty'>
                  <strong>You are in no tenant yet.</strong>
                  <span>
                    Were you invited? Open the link of that mail once more. If not, ask somebody who manages
                    one to invite <b>{visitor.account.email}</b>.
                  </span>
                </div>
              </section>
            )
            : (
              <ul class='choices'>
                {data.map((one) => <One one={one} next={next} only={only} />)}
              </ul>
            )}
        </>
      ),
    })
  },
})

function One(
  { one: { tenant, roles, chosen }, next, only }: {
    readonly one: OwnTenant
    readonly next: string
    readonly only: boolean
  },
) {
  return (
    <li class='card-like'>
      <div>
        <strong>
          {tenant.name} {chosen ? <Tag look='good'>chosen</Tag> : null}
          {tenant.closing === undefined ? null : <Tag look='bad'>being deleted</Tag>}
          {tenant.suspended === undefined ? null : <Tag look='bad'>suspended</Tag>}
        </strong>
        <span class='muted small'>
          {roles.length === 0 ? 'No role in the whole tenant' : roles.map(said).join(', ')} · since{' '}
          <When at={tenant.created} />
        </span>
      </div>
      <div class='row'>
        {chosen ? null : (
          <Act
            call='POST /v1/sessions/tenant'
            fields={{ tenant: tenant.id }}
            next={next}
            auto={only}
            label={`Work here: ${tenant.name}`}
            class='slim primary'
          >
            Work here
          </Act>
        )}
        <Act
          call={`DELETE /v1/account/tenants/${tenant.id}`}
          confirm={`You leave ${tenant.name}: your roles and tokens there end. Only an invitation brings you back.`}
          label={`Leave ${tenant.name}`}
          class='slim danger'
        >
          Leave
        </Act>
      </div>
    </li>
  )
}
