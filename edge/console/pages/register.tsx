/** A new account, a new password, and what the links in their mails lead to. */
import type { Child } from 'hono/jsx'
import { z } from 'zod'
import { openPage } from '../../http/page_route.ts'
import { gate } from '../frame.tsx'
import { ownPath, withNext } from '../next.ts'
import { Field, Form, Hidden, Submit } from '../parts/form.tsx'
import type { ConsoleVisitor } from '../visitor.ts'

const query = z.object({ next: z.string().optional() })

const PASSWORD_HINT =
  'At least 12 characters. A few words that only you would put together are better than signs and digits.'

export const registerPage = openPage<ConsoleVisitor, typeof query>({
  id: 'consoleRegister',
  path: '/console/register',
  because: 'whoever has no account makes one here',
  query,
  handle: (context) =>
    Promise.resolve(gate(context, {
      title: 'Make an account',
      lead: 'An account is yours, wherever you work. Tenants invite it.',
      children: (
        <>
          <Form call='POST /v1/accounts' done='sent' label='Make an account'>
            <Address />
            <Submit class='primary wide'>Send me a link</Submit>
          </Form>
          <Sent>Its link goes on with your name and a password.</Sent>
        </>
      ),
      aside: (
        <p>
          You have one? <a href={withNext('/console/sign-in', ownPath(context.query.next))}>Sign in</a>
        </p>
      ),
    })),
})

function Address() {
  return (
    <Field
      name='email'
      label='Mail address'
      type='email'
      autocomplete='username'
      maxlength={254}
      required
      autofocus
    />
  )
}

/** The same whether or not the address is known: nobody learns from it who has an account. */
function Sent({ children }: { readonly children: Child }) {
  return (
    <section id='sent' class='stack' hidden aria-labelledby='sent-title'>
      <h2 id='sent-title' tabindex={-1}>Look into your mail</h2>
      <p>A mail is on its way. {children} It counts once.</p>
      <p class='muted'>
        Nothing came? Look among the unwanted mail, or try again in a few minutes.
      </p>
    </section>
  )
}

export function NewPassword({ label }: { readonly label: string }) {
  return (
    <Field
      name='password'
      label={label}
      type='password'
      autocomplete='new-password'
      hint={PASSWORD_HINT}
      minlength={12}
      maxlength={256}
      required
    />
  )
}

export const verifyPage = openPage<ConsoleVisitor>({
  id: 'consoleVerify',
  path: '/console/verify',
  because: 'a mailed link leads here, maybe on another device',
  handle: (context) =>
    Promise.resolve(gate(context, {
      title: 'Your new account',
      children: (
        <>
          <div data-with-secret='' hidden>
            <Form call='POST /v1/accounts/verify' fragment='secret' next='/console' label='Make the account'>
              <Hidden name='secret' value='' />
              <Field name='name' label='Your name' autocomplete='name' maxlength={200} required />
              <NewPassword label='Password' />
              <Submit class='primary wide'>Make the account and sign in</Submit>
            </Form>
          </div>
          <NoSecret>
            <p>This page needs the link of a mail, which counts once.</p>
            <a class='button wide' href='/console/register'>Ask for a new link</a>
          </NoSecret>
        </>
      ),
    })),
})

/** What shows where the address had no secret in it. */
export function NoSecret({ children }: { readonly children: Child }) {
  return <div data-without-secret='' class='stack' hidden>{children}</div>
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
              <NewPassword label='New password' />
              <p class='muted small'>All sessions of your account end with it. Your second factors stay.</p>
              <Submit class='primary wide'>Set this password</Submit>
            </Form>
            <section id='changed' class='stack' hidden aria-labelledby='changed-title'>
              <h2 id='changed-title' tabindex={-1}>Your password is changed</h2>
              <p>Sign in with the new one.</p>
              <a class='button primary wide' href='/console/sign-in'>Sign in</a>
            </section>
          </div>
          <NoSecret>
            <Form call='POST /v1/password-resets' done='sent' label='Ask for a new password'>
              <Address />
              <Submit class='primary wide'>Send me a link</Submit>
            </Form>
            <Sent>Its link sets a new password.</Sent>
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
