/** Signing in: with a password, a passkey, or with another party; and the second factor. */
import { z } from 'zod'
import { gate } from '../frame.tsx'
import { ownPath, withNext } from '../next.ts'
import { Act, Alert, Field, Form, Hidden, Submit } from '../parts/form.tsx'
import { openPage } from '../../http/page_route.ts'
import { Setup } from '../../../shared/schemas/tenant.ts'
import { Problem } from '../parts/problem.tsx'
import type { ConsoleVisitor } from '../visitor.ts'

const query = z.object({ next: z.string().optional(), problem: z.string().max(100).optional() })

const Providers = z.object({ data: z.array(z.object({ id: z.string(), name: z.string() })) })

export const signInPage = openPage<ConsoleVisitor, typeof query>({
  id: 'consoleSignIn',
  path: '/console/sign-in',
  because: 'it is how somebody signs in',
  query,
  async handle(context) {
    const next = ownPath(context.query.next)
    if (context.visitor !== null) return { lead: next }
    const [providers, setup] = await Promise.all([
      context.ask('GET /v1/sign-in/providers', Providers),
      context.ask('GET /v1/setup', Setup),
    ])
    return gate(context, {
      title: 'Sign in',
      children: (
        <>
          <Problem code={context.query.problem} />
          {setup.next === 'done' ? null : <SettingUp next={setup.next} />}
          <Form
            call='POST /v1/sessions'
            ways={{ done: next, second_factor: withNext('/console/second-factor', next) }}
            label='Sign in with a password'
          >
            <Field
              name='email'
              label='Mail address'
              type='email'
              autocomplete='username webauthn'
              maxlength={254}
              required
              autofocus
            />
            <Field
              name='password'
              label='Password'
              type='password'
              autocomplete='current-password'
              maxlength={256}
              required
            />
            <Submit class='primary wide'>Sign in</Submit>
          </Form>
          <div class='or'>or</div>
          <div class='stack'>
            <PasskeyForm next={next} />
            {providers.data.map(({ id, name }) => (
              <Act
                call={`POST /v1/sign-in/${id}/start`}
                fields={{ next }}
                next='{location}'
                class='wide'
              >
                Sign in with {name}
              </Act>
            ))}
          </div>
          <OwnProvider next={next} />
        </>
      ),
      aside: (
        <p>
          <a href='/console/reset'>Forgot your password?</a> ·{' '}
          <a href={withNext('/console/register', next)}>Make an account</a>
        </p>
      ),
    })
  },
})

/**
 * Before anybody has an account. No page takes the setup token: with the first tenant its keys are made, on the machine
 * of whoever holds them from then on, where no page can put them.
 */
function SettingUp({ next }: { readonly next: 'tenant' | 'account' }) {
  return (
    <section class='note stack' aria-label='Setting up'>
      <p>
        <strong>Nobody has an account here yet.</strong> On the machine that is to keep your keys, run
      </p>
      {next === 'tenant'
        ? (
          <p>
            <code>sallyport init --url ADDRESS --setup-token-file FILE</code>
          </p>
        )
        : null}
      <p>
        <code>sallyport members link --email YOUR-ADDRESS</code>
      </p>
      <p>
        {next === 'tenant'
          ? 'The address is the one of this page; the edge has written the setup token to a file when it first started, and says in its log where. The second command makes the link that lets you in here.'
          : 'Whoever ran sallyport init runs it there: it makes the link that lets them in here.'}
      </p>
    </section>
  )
}

/** For whoever's tenant has a provider of its own: which it is follows from the address. */
function OwnProvider({ next }: { readonly next: string }) {
  return (
    <details class='more'>
      <summary>Sign in with your tenant’s own provider</summary>
      <Form call='POST /v1/sign-in/providers' reveal='providers' label='Your tenant’s provider'>
        <Field
          name='email'
          label='Mail address at work'
          type='email'
          autocomplete='email'
          maxlength={254}
          required
        />
        <Submit class='wide'>Go on</Submit>
      </Form>
      <div id='providers' class='stack' hidden>
        <p class='muted' data-if-empty='data'>No tenant has said how this address signs in.</p>
        <template data-each='data'>
          <Form call='POST /v1/sign-in/{provider}/start' next='{location}' small>
            <input type='hidden' name='provider' data-from='id' />
            <input type='hidden' name='next' value={next} />
            <button type='submit' class='wide'>
              Sign in with <span data-fill='name' />
            </button>
          </Form>
        </template>
      </div>
    </details>
  )
}

function PasskeyForm({ next }: { readonly next: string }) {
  return (
    <form
      method='dialog'
      data-passkey='autofill'
      data-options='POST /v1/sessions/passkey/options'
      data-verify='POST /v1/sessions/passkey/verify'
      data-next={next}
      class='stack'
      aria-label='Sign in with a passkey'
    >
      <Alert />
      <button type='submit' class='wide'>Sign in with a passkey</button>
    </form>
  )
}

export const secondFactorPage = openPage<ConsoleVisitor, typeof query>({
  id: 'consoleSecondFactor',
  path: '/console/second-factor',
  because: 'whoever is half-way in is nobody yet',
  query,
  handle(context) {
    const next = ownPath(context.query.next)
    if (context.visitor !== null) return Promise.resolve({ lead: next })
    return Promise.resolve(gate(context, {
      title: 'Second factor',
      lead: 'Your password was right. Now show that you hold one of your second factors.',
      children: (
        <>
          <Form call='POST /v1/sessions/second-factor' next={next} label='Code of an authenticator app'>
            <Hidden name='method' value='totp' />
            <Field
              name='code'
              label='Code from your authenticator app'
              hint='Six digits. Each code counts once.'
              class='digits'
              inputmode='numeric'
              autocomplete='one-time-code'
              pattern='[0-9 ]{6,7}'
              required
              autofocus
            />
            <Submit class='primary wide'>Go on</Submit>
          </Form>
          <form
            method='dialog'
            data-passkey='use'
            data-options='POST /v1/sessions/second-factor/options'
            data-verify='POST /v1/sessions/second-factor'
            data-next={next}
            class='stack'
            aria-label='Passkey'
          >
            <Hidden name='method' value='passkey' />
            <Alert />
            <button type='submit' class='wide'>Use a passkey</button>
          </form>
          <details class='more'>
            <summary>Use a recovery code</summary>
            <Form call='POST /v1/sessions/second-factor' next={next} label='Recovery code'>
              <Hidden name='method' value='recovery' />
              <Field
                name='code'
                label='Recovery code'
                hint='One of the ten that you kept. It is used up by this.'
                maxlength={60}
                required
              />
              <Submit class='wide'>Go on with a recovery code</Submit>
            </Form>
          </details>
        </>
      ),
      aside: (
        <Act call='DELETE /v1/sessions/current' next='/console/sign-in' class='slim'>
          Start again as somebody else
        </Act>
      ),
    }))
  },
})
