/** Where an invitation's link leads: what it is for, and becoming that member. */
import { openPage } from '../../http/page_route.ts'
import { gate } from '../frame.tsx'
import { Act, Form, Hidden, Submit } from '../parts/form.tsx'
import type { ConsoleVisitor } from '../visitor.ts'
import { NoSecret } from './register.tsx'

const HERE = '/console/invitation'
const KEPT = 'sallyport invitation'

export const invitationPage = openPage<ConsoleVisitor>({
  id: 'consoleInvitation',
  path: HERE,
  because: 'who is invited may have no account yet',
  handle(context) {
    const { visitor } = context
    return Promise.resolve(gate(context, {
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
                <dt>Organisation</dt>
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
              {visitor === null ? <First /> : <Join email={visitor.account.email} />}
            </section>
          </div>
          <NoSecret>
            <p>This page needs the link that you were sent. Each invitation counts once, for seven days.</p>
          </NoSecret>
        </>
      ),
    }))
  },
})

function First() {
  return (
    <>
      <p>Sign in first, or make an account with that address; then you come back here.</p>
      <div class='stack'>
        <a class='button primary wide' href={`/console/sign-in?next=${HERE}`} data-focus=''>Sign in</a>
        <a class='button wide' href={`/console/register?next=${HERE}`}>Make an account</a>
      </div>
    </>
  )
}

function Join({ email }: { readonly email: string }) {
  return (
    <>
      <p>
        You are signed in as <strong>{email}</strong>.
      </p>
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
