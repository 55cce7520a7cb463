/** The operator's plane: how much each tenant has, and keeping one out. No way leads from here into what they have. */
import { z } from 'zod'
import { Fault } from '../../../shared/faults.ts'
import { OperatedTenant, type QuotaName, quotaNames } from '../../../shared/schemas/operated_tenant.ts'
import { page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { Act, Field, Form, Hidden, Submit } from '../parts/form.tsx'
import { cursorOf, listQuery, pageOf } from '../parts/list.ts'
import { Table } from '../parts/table.tsx'
import { count, said, Tag, When } from '../parts/text.tsx'
import type { ConsoleVisitor } from '../visitor.ts'
import { idIn } from './run.tsx'

const Tenants = pageOf(OperatedTenant)

export const installationPage = page<ConsoleVisitor, typeof listQuery>({
  id: 'consoleInstallation',
  path: '/console/installation',
  permission: 'tenants.operate',
  query: listQuery,
  async handle(context) {
    const tenants = await context.ask(`GET /v1/tenants${cursorOf(context.query)}`, Tenants)
    return room(context, {
      title: 'Tenants of this installation',
      lead: 'How much each has, and nothing of what it is. What you do to one stands in its own audit log.',
      children: (
        <Table<OperatedTenant>
          caption='Tenants'
          rows={tenants.data}
          more={tenants.more('/console/installation')}
          empty={<strong>There is no tenant.</strong>}
          columns={[
            {
              head: 'Tenant',
              cell: ({ id, name }) => <a href={`/console/installation/${id}`}>{name}</a>,
            },
            { head: 'State', cell: (tenant) => <State tenant={tenant} /> },
            ...counted.map((what) => ({
              head: said(figures[what]),
              cell: (tenant: OperatedTenant) => <Used what={what} tenant={tenant} />,
            })),
          ]}
        />
      ),
    })
  },
})

function State({ tenant: { suspended, closing } }: { readonly tenant: OperatedTenant }) {
  if (suspended !== undefined) return <Tag look='bad'>Suspended</Tag>
  return closing === undefined ? <Tag look='good'>Open</Tag> : <Tag look='warn'>Being deleted</Tag>
}

/** Which figure a quota is about. Of the bytes of logs only the quota is known. */
const figures = {
  members: 'members',
  agents: 'agents',
  connections: 'connections',
  pipelines: 'pipelines',
  runs_per_day: 'runs_today',
  runs_waiting: 'runs_waiting',
} as const satisfies Partial<Record<QuotaName, keyof OperatedTenant['usage']>>

type Counted = keyof typeof figures
const isCounted = (what: QuotaName): what is Counted => what in figures
const counted = quotaNames.filter(isCounted)

function Used(
  { what, tenant: { usage, quotas } }: { readonly what: Counted; readonly tenant: OperatedTenant },
) {
  const most = quotas[what]
  const used = usage[figures[what]]
  if (most === undefined) return <>{count(used)}</>
  const words = `${count(used)} of ${count(most)}`
  return used >= most ? <Tag look='warn'>{words}</Tag> : <span class='nowrap'>{words}</span>
}

const One = z.object({ data: z.array(OperatedTenant) })

export const operatedTenantPage = page<ConsoleVisitor>({
  id: 'consoleOperatedTenant',
  path: '/console/installation/{id}',
  permission: 'tenants.operate',
  async handle(context) {
    const { data: [tenant] } = await context.ask(`GET /v1/tenants?tenant=${idIn(context.params)}`, One)
    if (tenant === undefined) throw new Fault('not_found')
    return room(context, {
      title: tenant.name,
      lead: <State tenant={tenant} />,
      children: (
        <>
          {tenant.suspended === undefined ? null : (
            <p class='note warn'>
              Suspended since{' '}
              <When at={tenant.suspended} />: its members and agents are kept out. What waits goes on waiting.
            </p>
          )}
          <Usage tenant={tenant} />
          <div class='columns'>
            <QuotaForm tenant={tenant} />
            <Suspension tenant={tenant} own={tenant.id === context.visitor.tenant} />
          </div>
        </>
      ),
    })
  },
})

function Usage({ tenant }: { readonly tenant: OperatedTenant }) {
  return (
    <section class='card' aria-labelledby='usage'>
      <h2 id='usage'>Usage</h2>
      <dl class='facts pairs'>
        {counted.map((what) => (
          <div>
            <dt>{said(figures[what])}</dt>
            <dd>
              <Used what={what} tenant={tenant} />
            </dd>
          </div>
        ))}
        <div>
          <dt>Since</dt>
          <dd>
            <When at={tenant.created} />
          </dd>
        </div>
        <div>
          <dt>Id</dt>
          <dd>
            <code>{tenant.id}</code>
          </dd>
        </div>
      </dl>
    </section>
  )
}

function QuotaForm({ tenant: { id, quotas } }: { readonly tenant: OperatedTenant }) {
  return (
    <section class='card' aria-labelledby='quotas'>
      <header>
        <h2 id='quotas'>Quotas</h2>
        <p>What it has beyond them stays; one more is refused. Empty: as many as it likes.</p>
      </header>
      <Form call='PUT /v1/tenants/quotas' label='Quotas'>
        <Hidden name='tenant' value={id} />
        {/* So that it is sent where all are empty. */}
        <Hidden name='quotas' value='{}' as='json' />
        <div class='fields'>
          {quotaNames.map((what) => {
            const most = quotas[what]
            return (
              <Field
                name={`quotas.${what}`}
                label={said(what)}
                type='number'
                min={0}
                {...(most === undefined ? {} : { value: most })}
              />
            )
          })}
        </div>
        <div>
          <Submit class=''>Save the quotas</Submit>
        </div>
      </Form>
    </section>
  )
}

function Suspension(
  { tenant: { id, name, suspended }, own }: { readonly tenant: OperatedTenant; readonly own: boolean },
) {
  return (
    <section class='card' aria-labelledby='suspension'>
      <header>
        <h2 id='suspension'>{suspended === undefined ? 'Suspend it' : 'Let it in again'}</h2>
        <p>
          {suspended === undefined
            ? 'Members and agents are kept out from the next request on, no schedule fires and no webhook starts anything.'
            : 'Schedules go on from now; what they missed is not made up for.'}
        </p>
      </header>
      {own
        ? <p class='muted'>This is the tenant that you work in: who runs the installation belongs to it.</p>
        : suspended === undefined
        ? (
          <Act
            call='POST /v1/tenants/suspend'
            fields={{ tenant: id }}
            confirm={`Members and agents of ${name} are kept out.`}
            confirmAs='Suspend'
            label={`Suspend this tenant: ${name}`}
            class='danger'
          >
            Suspend this tenant
          </Act>
        )
        : (
          <Act
            call='POST /v1/tenants/resume'
            fields={{ tenant: id }}
            label={`Let it in again: ${name}`}
            class='primary'
          >
            Let it in again
          </Act>
        )}
    </section>
  )
}
