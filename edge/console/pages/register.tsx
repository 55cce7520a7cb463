/** A new account, and what the links in its mails lead to. */
import { z } from 'zod'
import { openPage } from '../../http/page_route.ts'
import { gate } from '../frame.tsx'
import { ownPath, withNext } from '../next.ts'
import { Field, Form, Hidden, Submit } from '../parts/form.tsx'
import type { ConsoleVisitor } from '../visitor.ts'

const query = z.object({ next: z.string().optional() })

export const PASSWORD_HINT =
  'At least 12 characters. A few words that only you would put together are better than signs and digits.'

export const registerPage = openPage<ConsoleVisitor, typeof query>({
  id: 'consoleRegister',
  path: '/console/register',
  because: 'whoever has no account makes one here',
  query,
  handle: (context) =>
    Promise.resolve(gate(context, {
      title: 'Make an account',
      lead: 'An account is yours, wherever you work. Organisations invite it.',
      children: (
        <>
          <Form call='POST /v1/accounts' done='sent' label='Make an account'>
            <Field name='name' label='Your name' autocomplete='name' maxlength={200} required autofocus />
            <Field
              name='email'
              label='Mail address'
              type='email'
              autocomplete='username'
              maxlength={254}
              required
            />
            <Field
              name='password'
              label='Password'
              type='password'
              autocomplete='new-password'
              hint={PASSWORD_HINT}
              minlength={12}
              maxlength={256}
              required
            />
            <Submit class='primary wide'>Make the account</Submit>
          </Form>
          <Sent what='to make sure that the address is yours' />
        </>
      ),
      aside: (
        <p>
          You have one? <a href={withNext('/console/sign-in', ownPath(context.query.next))}>Sign in</a>
        </p>
      ),
    })),
})

/** The same whether or not the address is known: nobody learns from it who has an account. */
function Sent({ what }: { readonly what: string }) {
  return (
    <section id='sent' class='stack' hidden aria-labelledby='sent-title'>
      <h2 id='sent-title' tabindex={-1}>Look into your mail</h2>
      <p>
        A mail is on its way{' '}
        {what}. Its link counts once. Nothing came? Look among the unwanted mail, or try again in a few
        minutes.
      </p>
    </section>
  )
}

export const verifyPage = openPage<ConsoleVisitor>({
  id: 'consoleVerify',
  path: '/console/verify',
  because: 'a mailed link leads here, maybe on another device',
  handle: (context) =>
    Promise.resolve(gate(context, {
      title: 'Confirm your address',
      children: (
        <>
          <div data-with-secret='' hidden>
            <Form
              call='POST /v1/accounts/verify'
              fragment='secret'
              done='verified'
              label='Confirm your address'
            >
              <Hidden name='secret' value='' />
              <Submit class='primary wide'>Confirm this address</Submit>
            </Form>
            <section id='verified' class='stack' hidden aria-labelledby='verified-title'>
              <h2 id='verified-title' tabindex={-1}>Your address is confirmed</h2>
              <p>You can sign in now.</p>
              <a class='button primary' href='/console/sign-in'>Sign in</a>
            </section>
          </div>
          <NoSecret>
            <p>
              This page needs the link of a mail. Open that link, or{' '}
              <a href='/console/register'>ask for a new one</a> by making the account again.
            </p>
          </NoSecret>
        </>
      ),
    })),
})

export function NoSecret({ children }: { readonly children: unknown }) {
  return <div data-without-secret='' class='stack' hidden>{children as never}</div>
}

export const resetPage = openPage<ConsoleVisitor>({
  id: 'consoleReset',
  path: '/console/reset',
  because: 'whoever forgot their password cannot sign in',
  handle: (context) =>
    Promise.resolve(gate(context, {
      title: 'A new password',
      children: (
        <>
          <div data-with-secret='' hidden>
            <Form
              call='POST /v1/password-resets/complete'
              fragment='secret'
              done='changed'
              label='Set a new password'
            >
              <Hidden name='secret' value='' />
              <Field
                name='password'
                label='New password'
                type='password'
                autocomplete='new-password'
                hint={PASSWORD_HINT}
                minlength={12}
                maxlength={256}
                required
              />
              <p class='muted small'>All sessions of your account end with it.</p>
              <Submit class='primary wide'>Set this password</Submit>
            </Form>
            <section id='changed' class='stack' hidden aria-labelledby='changed-title'>
              <h2 id='changed-title' tabindex={-1}>Your password is changed</h2>
              <p>Sign in with the new one.</p>
              <a class='button primary' href='/console/sign-in'>Sign in</a>
            </section>
          </div>
          <NoSecret>
            <Form call='POST /v1/password-resets' done='sent' label='Ask for a new password'>
              <Field
                name='email'
                label='Mail address'
                type='email'
                autocomplete='username'
                maxlength={254}
                required
              />
              <Submit class='primary wide'>Send me a link</Submit>
            </Form>
            <Sent what='with a link to set a new password' />
          </NoSecret>
        </>
      ),
      aside: (
        <p>
          <a href='/console/sign-in'>Back to signing in</a>
        </p>
      ),
    })),
})
