/** Where an invitation's link leads: what it is for, and becoming that member. */
import { openPage } from '../../http/page_route.ts'
import { gate } from '../frame.tsx'
import { Act, Field, Form, Hidden, Submit } from '../parts/form.tsx'
import { type Ways, WaysIn, waysIn } from '../parts/ways_in.tsx'
import type { ConsoleVisitor } from '../visitor.ts'
import { NewPassword, NoSecret } from './register.tsx'

const HERE = '/console/invitation'
const KEPT = 'sallyport invitation'

export const invitationPage = openPage<ConsoleVisitor>({
  id: 'consoleInvitation',
  path: HERE,
  because: 'who is invited may have no account yet',
  async handle(context) {
    const { visitor } = context
    const ways = visitor === null ? null : await waysIn(context.ask)
    return gate(context, {
      title: 'You are invited',
      children: (
        <>
          <div data-with-secret='' class='stack' hidden>
            <Form
              call='POST /v1/invitations/look'
              fragment='invitation'
              keep={KEPT}
              auto
              reveal='invited'
              label='Look at the invitation'
            >
              <Hidden name='invitation' value='' />
              <Submit class='wide'>Look at the invitation</Submit>
            </Form>
            <section id='invited' class='stack' hidden aria-label='The invitation'>
              <dl class='facts'>
                <dt>Tenant</dt>
                <dd>
                  <strong data-fill='tenant_name' />
                </dd>
                <dt>As</dt>
                <dd data-fill='name' />
                <dt>Invited by</dt>
                <dd data-fill='inviter' />
                <dt>For the address</dt>
                <dd data-fill='email' />
              </dl>
              {visitor === null || ways === null
                ? <First />
                : <Join email={visitor.account.email} ways={ways} />}
            </section>
          </div>
          <NoSecret>
            <p>This page needs the link that you were sent. Each invitation counts once, for seven days.</p>
          </NoSecret>
        </>
      ),
    })
  },
})

/** Who is new gets an account by the invitation itself: its return proves the address that it names. */
function First() {
  return (
    <>
      <p>
        You have an account? <a href={`/console/sign-in?next=${HERE}`}>Sign in</a>{' '}
        and accept with it. New here? Choose a password.
      </p>
      <Form
        call='POST /v1/invitations/register'
        fragment='invitation'
        keep={KEPT}
        next='/console'
        label='Make an account by the invitation'
      >
        <Hidden name='invitation' value='' />
        <Field
          name='email'
          label='Mail address'
          type='email'
          autocomplete='username'
          maxlength={254}
          required
          from='email'
        />
        <Field name='name' label='Your name' autocomplete='name' maxlength={200} required from='name' />
        <NewPassword label='Password' />
        <Submit class='primary wide'>Make the account and accept</Submit>
      </Form>
      <p class='muted'>
        It names no address? Then <a href='/console/register'>make an account</a>{' '}
        first, and open the invitation again.
      </p>
    </>
  )
}

function Join({ email, ways }: { readonly email: string; readonly ways: Ways }) {
  return (
    <>
      <p>
        You are signed in as <strong>{email}</strong>.
      </p>
      <WaysIn {...ways} />
      <Form
        call='POST /v1/invitations/join'
        fragment='invitation'
        keep={KEPT}
        next='/console/tenants'
        label='Accept the invitation'
      >
        <Hidden name='invitation' value='' />
        <Submit class='primary wide'>Accept the invitation</Submit>
      </Form>
      <Act call='DELETE /v1/sessions/current' next={`/console/sign-in?next=${HERE}`} class='slim'>
        I am somebody else
      </Act>
    </>
  )
}
