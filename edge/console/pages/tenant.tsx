/** The tenant itself: its name, who owns it, and its end. */
import { z } from 'zod'
import { Tenant } from '../../../shared/schemas/tenant.ts'
import { page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { Act, Alert, Field, Form, Select, Submit } from '../parts/form.tsx'
import { When } from '../parts/text.tsx'
import type { ConsoleVisitor } from '../visitor.ts'

const People = z.object({
  data: z.array(z.object({ id: z.string(), name: z.string(), state: z.string(), kind: z.string() })),
})
type Person = z.infer<typeof People>['data'][number]

export const tenantPage = page<ConsoleVisitor>({
  id: 'consoleTenant',
  path: '/console/tenant',
  permission: 'tenant.read',
  async handle(context) {
    const { ask, visitor } = context
    const may = (permission: string) => visitor.permissions.has(permission)
    const [tenant, people] = await Promise.all([
      ask('GET /v1/tenant', Tenant),
      may('members.read') ? ask('GET /v1/members?limit=200', People) : { data: [] },
    ])
    const heirs = people.data.filter(({ id, state, kind }) =>
      state === 'active' && kind === 'person' && id !== visitor.member
    )
    return room(context, {
      title: 'Tenant',
      lead: tenant.name,
      children: (
        <>
          {tenant.erase_at === undefined ? null : <Closing tenant={tenant} may={may('tenant.delete')} />}
          <Facts tenant={tenant} may={may('tenant.write')} />
          {may('tenant.export') ? <Export tenant={tenant} /> : null}
          {may('tenant.delete') && tenant.closing === undefined
            ? (
              <div class='columns'>
                <HandOver heirs={heirs} />
                {tenant.stays === true ? <Stays /> : <End name={tenant.name} />}
              </div>
            )
            : null}
        </>
      ),
    })
  },
})

function Facts({ tenant, may }: { readonly tenant: Tenant; readonly may: boolean }) {
  return (
    <section class='card' aria-labelledby='facts'>
      <h2 id='facts'>What it is</h2>
      <dl class='facts'>
        <dt>Since</dt>
        <dd>
          <When at={tenant.created} />
        </dd>
        <dt>Id</dt>
        <dd>
          <code>{tenant.id}</code>
        </dd>
        <dt>Key of the audit log</dt>
        <dd>
          <code>{tenant.log_key}</code>
        </dd>
      </dl>
      {may
        ? (
          <Form call='PATCH /v1/tenant' label='Change the name'>
            <Field name='name' label='Name' value={tenant.name} maxlength={200} required />
            <div>
              <Submit class=''>Save the name</Submit>
            </div>
          </Form>
        )
        : null}
    </section>
  )
}

function Export({ tenant }: { readonly tenant: Tenant }) {
  return (
    <section class='card' aria-labelledby='export'>
      <header>
        <h2 id='export'>Take everything along</h2>
        <p>
          Every row that this address has of the tenant, as JSON lines. What is sealed stays sealed; what
          opens anything here is left out.
        </p>
      </header>
      <form
        method='dialog'
        data-download='/v1/tenant/export'
        data-name={`tenant-${tenant.id}.jsonl`}
        aria-label='Export'
      >
        <Alert />
        <div>
          <Submit class=''>Download the export</Submit>
        </div>
      </form>
    </section>
  )
}

function HandOver({ heirs }: { readonly heirs: readonly Person[] }) {
  return (
    <section class='card' aria-labelledby='hand-over'>
      <header>
        <h2 id='hand-over'>Hand it over</h2>
        <p>Another person becomes its owner, and you an admin. Only they can hand it back.</p>
      </header>
      {heirs.length === 0
        ? <p class='muted'>Nobody else is an active member. Invite somebody first.</p>
        : (
          <Form
            call='POST /v1/tenant/owner'
            confirm='You will not own this tenant any more.'
            confirmAs='Hand it over'
            label='Hand it over'
          >
            <Select
              name='member'
              label='New owner'
              options={heirs.map(({ id, name }) => ({ value: id, label: name }))}
            />
            <div>
              <Submit class=''>Hand it over</Submit>
            </div>
          </Form>
        )}
    </section>
  )
}

function End({ name }: { readonly name: string }) {
  return (
    <section class='card' aria-labelledby='end'>
      <header>
        <h2 id='end'>Delete it</h2>
        <p>
          From then on only owners get in, and nothing runs. After 30 days everything goes but the audit log,
          which keeps verifying and names nobody. Until then an owner can take it back.
        </p>
      </header>
      <Form call='DELETE /v1/tenant' label='Delete the tenant'>
        <Field name='name' label='Type its name' hint={name} maxlength={200} required />
        <div>
          <Submit class='danger'>Delete this tenant</Submit>
        </div>
      </Form>
    </section>
  )
}

function Stays() {
  return (
    <section class='card' aria-labelledby='end'>
      <header>
        <h2 id='end'>It stays</h2>
        <p>
          This installation was set up with this tenant, and whoever operates it belongs to it. So it cannot
          be deleted; others here can.
        </p>
      </header>
    </section>
  )
}

function Closing({ tenant, may }: { readonly tenant: Tenant; readonly may: boolean }) {
  return (
    <div class='note warn stack'>
      <p>
        <strong>This tenant is being deleted.</strong> Everything of it goes on <When at={tenant.erase_at} />.
      </p>
      {may ? <Act call='POST /v1/tenant/restore' class='primary'>Take the deletion back</Act> : null}
    </div>
  )
}
