/** One's own account: name, address, password, second factors, passkeys, other parties. */
import { z } from 'zod'
import { Account } from '../../../shared/schemas/account.ts'
import { Identity } from '../../../shared/schemas/provider.ts'
import { Factors } from '../../../shared/schemas/factor.ts'
import type { Passkey } from '../../../shared/schemas/passkey.ts'
import { page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { Act, Alert, Field, Form, Hidden, Submit } from '../parts/form.tsx'
import { Tag, When } from '../parts/text.tsx'
import { Problem } from '../parts/problem.tsx'
import type { ConsoleVisitor } from '../visitor.ts'
import { NewPassword } from './register.tsx'

const Identities = z.object({ data: z.array(Identity) })

const query = z.object({ problem: z.string().max(100).optional() })

export const accountPage = page<ConsoleVisitor, typeof query>({
  id: 'consoleAccount',
  path: '/console/account',
  permission: 'account:any',
  query,
  async handle(context) {
    const [account, factors, identities] = await Promise.all([
      context.ask('GET /v1/account', Account),
      context.ask('GET /v1/account/factors', Factors),
      context.ask('GET /v1/account/identities', Identities),
    ])
    return room(context, {
      title: 'Account and sign-in',
      lead: 'Yours alone, in every tenant. What changes how you sign in ends your other sessions.',
      children: (
        <>
          <Problem code={context.query.problem} />
          <Demanded by={factors.demanded_by} />
          <NewAddress />
          <div class='columns'>
            <Profile account={account} />
            <Password has={account.has_password} />
          </div>
          <Totp factors={factors} />
          <Passkeys passkeys={factors.passkeys} />
          <div class='columns'>
            <Recovery factors={factors} />
            <Others identities={identities.data} />
          </div>
          <Leave />
        </>
      ),
    })
  },
})

function Demanded({ by }: { readonly by: Factors['demanded_by'] }) {
  if (by.length === 0) return null
  return (
    <p class='note'>
      {by.map(({ name }) => name).join(', ')} {by.length === 1 ? 'asks' : 'ask'}{' '}
      for a second factor: the last one that you have stays.
    </p>
  )
}

/** Where the link of a mail to a new address leads. */
function NewAddress() {
  return (
    <section class='card' data-with-secret='' hidden aria-labelledby='new-address'>
      <h2 id='new-address'>Your new mail address</h2>
      <p>You opened the link that went there. From now on you sign in with that address.</p>
      <Form
        call='POST /v1/account/address/complete'
        fragment='secret'
        next='/console/account'
        label='Use the new address'
      >
        <Hidden name='secret' value='' />
        <div>
          <Submit>Use this address</Submit>
        </div>
      </Form>
    </section>
  )
}

function Profile({ account }: { readonly account: Account }) {
  return (
    <section class='card' aria-labelledby='profile'>
      <h2 id='profile'>Who you are</h2>
      <Form call='PATCH /v1/account' label='Your name'>
        <Field name='name' label='Name' value={account.name} autocomplete='name' maxlength={200} required />
        <div>
          <Submit class=''>Save the name</Submit>
        </div>
      </Form>
      <dl class='facts'>
        <dt>Mail address</dt>
        <dd>
          {account.email}{' '}
          {account.email_verified ? <Tag look='good'>confirmed</Tag> : <Tag look='warn'>open</Tag>}
        </dd>
        <dt>Account since</dt>
        <dd>
          <When at={account.created} />
        </dd>
      </dl>
      <details class='more'>
        <summary>Use another mail address</summary>
        <Form call='POST /v1/account/address' done='address-sent' label='Use another mail address'>
          <Field
            name='email'
            label='New mail address'
            type='email'
            autocomplete='email'
            maxlength={254}
            required
          />
          {account.has_password
            ? (
              <Field
                name='current'
                label='Your password'
                type='password'
                autocomplete='current-password'
                maxlength={256}
                hint='Not needed within five minutes of a passkey or a code.'
              />
            )
            : null}
          <div>
            <Submit class=''>Send a link there</Submit>
          </div>
        </Form>
        <p id='address-sent' hidden>
          A mail is on its way to the new address. Its link, opened here, makes the change.
        </p>
      </details>
    </section>
  )
}

function Password({ has }: { readonly has: boolean }) {
  return (
    <section class='card' aria-labelledby='password'>
      <h2 id='password'>Password</h2>
      <Form call='PUT /v1/account/password' label='Change the password'>
        {has
          ? (
            <Field
              name='current'
              label='Password of now'
              type='password'
              autocomplete='current-password'
              maxlength={256}
              required
            />
          )
          : <p class='muted'>You have none yet.</p>}
        <NewPassword label='New password' />
        <div>
          <Submit class=''>{has ? 'Change the password' : 'Set a password'}</Submit>
        </div>
      </Form>
    </section>
  )
}

function Totp({ factors: { totp } }: { readonly factors: Factors }) {
  return (
    <section class='card' aria-labelledby='totp'>
      <div class='row apart'>
        <h2 id='totp'>Authenticator app</h2>
        {totp.on ? <Tag look='good'>on</Tag> : <Tag>off</Tag>}
      </div>
      {totp.on
        ? (
          <div class='row apart'>
            <p class='muted'>
              On since <When at={totp.since} />
            </p>
            <Act
              call='DELETE /v1/account/totp'
              confirm='Your authenticator app will not count any more. Your other sessions end.'
              class='slim danger'
            >
              Turn it off
            </Act>
          </div>
        )
        : (
          <>
            <p class='muted'>An app on your phone shows a new code of six digits every half minute.</p>
            <Act call='POST /v1/account/totp' reveal='totp-code' class='primary'>
              Set up an authenticator app
            </Act>
            <TotpCode />
          </>
        )}
    </section>
  )
}

/** Hidden until the edge has made a secret. */
function TotpCode() {
  return (
    <div id='totp-code' hidden>
      <div class='columns'>
        <div class='stack'>
          <p>Scan this with the app:</p>
          <div class='qr' data-qr='uri' />
          <details class='more'>
            <summary>It cannot scan?</summary>
            <p class='muted small'>Type this into the app, as a time-based code of six digits:</p>
            <code class='secret' data-fill='secret' />
          </details>
        </div>
        <Form
          call='POST /v1/account/totp/confirm'
          once={{ field: 'recovery_codes', called: 'recovery codes' }}
          label='First code of the app'
        >
          <Field
            name='code'
            label='The code that the app shows now'
            class='digits'
            inputmode='numeric'
            autocomplete='one-time-code'
            pattern='[0-9 ]{6,7}'
            required
          />
          <Submit>Turn it on</Submit>
        </Form>
      </div>
    </div>
  )
}

function Passkeys({ passkeys }: { readonly passkeys: readonly Passkey[] }) {
  return (
    <section class='card' aria-labelledby='passkeys'>
      <h2 id='passkeys'>Passkeys</h2>
      <p class='muted'>
        A passkey signs you in by your device’s lock. It counts at this address alone, so no other page can
        have it of you.
      </p>
      {passkeys.length === 0 ? null : (
        <ul class='choices'>
          {passkeys.map(({ id, name, created, last_used, synced }) => (
            <li>
              <div>
                <strong>{name}</strong>
                <span class='muted small'>
                  Made <When at={created} />, last used <When at={last_used} />
                  {synced ? '; copied between your devices' : '; on one device'}
                </span>
              </div>
              <Act
                call={`DELETE /v1/account/passkeys/${id}`}
                confirm={`The passkey “${name}” will not sign you in any more.`}
                label={`Remove the passkey ${name}`}
                class='slim danger'
              >
                Remove
              </Act>
              <details class='more whole'>
                <summary aria-label={`Rename the passkey ${name}`}>Rename</summary>
                <Form
                  call={`PATCH /v1/account/passkeys/${id}`}
                  label={`Rename the passkey ${name}`}
                  class='filter'
                >
                  <Field name='name' label='New name' value={name} maxlength={200} required />
                  <Submit class=''>Rename</Submit>
                </Form>
              </details>
            </li>
          ))}
        </ul>
      )}
      <form
        method='dialog'
        data-passkey='make'
        data-options='POST /v1/account/passkeys/options'
        data-verify='POST /v1/account/passkeys'
        data-once='recovery_codes'
        data-once-called='recovery codes'
        aria-label='Add a passkey'
      >
        <Alert />
        <Field name='name' label='Name of the new passkey' value='This device' maxlength={200} required />
        <div>
          <Submit class=''>Add a passkey</Submit>
        </div>
      </form>
    </section>
  )
}

function Recovery({ factors: { recovery_codes } }: { readonly factors: Factors }) {
  return (
    <section class='card' aria-labelledby='recovery'>
      <h2 id='recovery'>Recovery codes</h2>
      {recovery_codes.created === undefined
        ? (
          <p class='muted'>
            You get ten of them with your first second factor: they let you in when that is lost.
          </p>
        )
        : (
          <>
            <p>
              <strong>{String(recovery_codes.left)}</strong> of ten are left, made{' '}
              <When at={recovery_codes.created} />.
            </p>
            <Act
              call='POST /v1/account/recovery-codes'
              once={{ field: 'recovery_codes', called: 'recovery codes' }}
              confirm='The codes that you have now will not count any more.'
              class=''
            >
              Make new codes
            </Act>
          </>
        )}
    </section>
  )
}

function Others({ identities }: { readonly identities: readonly Identity[] }) {
  return (
    <section class='card' aria-labelledby='others'>
      <h2 id='others'>Other parties that sign you in</h2>
      {identities.length === 0
        ? <p class='muted'>None. When you sign in with one of them, it is connected here.</p>
        : (
          <ul class='choices'>
            {identities.map(({ id, provider, name, created }) => (
              <li>
                <div>
                  <strong>{provider}</strong>
                  <span class='muted small'>
                    {name}, since <When at={created} />
                  </span>
                </div>
                <Act
                  call={`DELETE /v1/account/identities/${id}`}
                  confirm={`${provider} will not sign you in any more.`}
                  label={`Disconnect ${provider}`}
                  class='slim danger'
                >
                  Disconnect
                </Act>
              </li>
            ))}
          </ul>
        )}
    </section>
  )
}

function Leave() {
  return (
    <details class='more'>
      <summary>Delete this account</summary>
      <section class='card' aria-label='Delete this account'>
        <p>
          Your memberships end and your name goes from every tenant; the audit logs keep that somebody did
          something, not who. It cannot be undone.
        </p>
        <Act
          call='DELETE /v1/account'
          confirm='Your account, its sessions and its memberships end now.'
          next='/console/sign-in'
          class='danger'
        >
          Delete my account
        </Act>
      </section>
    </details>
  )
}
