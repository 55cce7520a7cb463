/** The tenant's rules of sign-in, and what it wants two people for. */
import { TenantRules } from '../../../shared/schemas/tenant_rules.ts'
import { page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { Check, Field, Form, Select, Submit } from '../parts/form.tsx'
import { pageOf } from '../parts/list.ts'
import { Provider } from '../../../shared/schemas/provider.ts'
import type { ConsoleVisitor } from '../visitor.ts'

const Providers = pageOf(Provider)

export const rulesPage = page<ConsoleVisitor>({
  id: 'consoleRules',
  path: '/console/rules',
  permission: 'rules.read',
  async handle(context) {
    const [rules, providers] = await Promise.all([
      context.ask('GET /v1/rules', TenantRules),
      context.ask('GET /v1/providers?limit=200', Providers),
    ])
    const may = context.visitor.permissions.has('rules.write')
    return room(context, {
      title: 'Rules of sign-in',
      lead: 'Checked whenever a session chooses or uses this tenant, also for sessions that exist.',
      children: (
        <>
          {may
            ? null
            : <p class='note'>You may read these rules. Owners and security officers change them.</p>}
          <Form call='PUT /v1/rules' label='Rules of sign-in'>
            <fieldset class='plain stack' disabled={!may}>
              <legend class='visually-hidden'>Rules</legend>
              <div class='columns'>
                <Ways rules={rules} />
                <Lengths rules={rules} />
              </div>
              <Parties rules={rules} providers={providers.data} />
              <Two rules={rules} />
              {may
                ? (
                  <div>
                    <Submit>Save the rules</Submit>
                  </div>
                )
                : null}
            </fieldset>
          </Form>
        </>
      ),
    })
  },
})

interface Ruled {
  readonly rules: TenantRules
}

function Ways({ rules }: Ruled) {
  return (
    <section class='card' aria-labelledby='ways'>
      <h2 id='ways'>How people sign in</h2>
      <Select
        name='passwords'
        label='Passwords'
        value={rules.passwords}
        options={[
          { value: 'allowed', label: 'Allowed' },
          { value: 'off', label: 'Off: passkeys and other parties alone' },
        ]}
      />
      <Select
        name='mfa'
        label='Second factor'
        value={rules.mfa}
        options={[
          { value: 'optional', label: 'Up to each person' },
          { value: 'required', label: 'Required of everybody' },
        ]}
      />
    </section>
  )
}

function Lengths({ rules: { session } }: Ruled) {
  return (
    <section class='card' aria-labelledby='lengths'>
      <h2 id='lengths'>How long sessions last</h2>
      <Field
        name='session.idle_minutes'
        label='Minutes without use'
        type='number'
        min={5}
        max={1440}
        value={session.idle_minutes}
        hint='From 5 to 1440. After them, people sign in again.'
        required
      />
      <Field
        name='session.absolute_hours'
        label='Hours altogether'
        type='number'
        min={1}
        max={720}
        value={session.absolute_hours}
        hint='From 1 to 720, whatever they do.'
        required
      />
    </section>
  )
}

function Parties({ rules, providers }: Ruled & { readonly providers: readonly Provider[] }) {
  const known = new Map(providers.map(({ id, name }) => [id, name] as const))
  return (
    <section class='card' aria-labelledby='parties'>
      <h2 id='parties'>Other parties</h2>
      <Field
        name='issuers'
        label='Who may sign people in'
        rows={3}
        as='lines'
        value={(rules.issuers ?? []).join('\n')}
        hint='Issuers, one a line. Empty: those of the installation and of this tenant.'
      />
      <Field
        name='mfa_from'
        label='Whose word counts as a second factor'
        rows={2}
        as='lines'
        empty='list'
        value={rules.mfa_from.join('\n')}
        hint='Issuers, one a line. Nobody else’s does.'
      />
      <Field
        name='sso_domains'
        label='Mail domains that have to use a provider'
        rows={3}
        as='pairs'
        empty='list'
        value={rules.sso_domains.map(({ domain, provider }) => `${domain} ${provider}`).join('\n')}
        hint={
          <>
            A domain and the id of a provider, one a line. {known.size === 0
              ? 'There is no provider yet.'
              : [...known].map(([id, name]) => (
                <span class='nowrap'>
                  {name}: <code>{id}</code>
                  {' '}
                </span>
              ))}
          </>
        }
      />
    </section>
  )
}

function Two({ rules }: Ruled) {
  return (
    <section class='card' aria-labelledby='two'>
      <header>
        <h2 id='two'>What needs a second person</h2>
        <p>Somebody else who may approve has to agree, within an hour, to exactly what was asked.</p>
      </header>
      <div class='stack'>
        <Check name='approvals.keys' label='Changes of keys and of trust' checked={rules.approvals.keys} />
        <Check name='approvals.deletion' label='Deletion' checked={rules.approvals.deletion} />
      </div>
      <Select
        name='agent_approval'
        label='Who approves an agent'
        value={rules.agent_approval}
        options={[
          { value: 'another_person', label: 'Another person than who made its enrolment token' },
          { value: 'anyone', label: 'Anybody who may' },
        ]}
      />
    </section>
  )
}
