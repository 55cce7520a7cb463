/** Letting a device sign in as oneself: RFC 8628 section 3.3. The code stands in the fragment or is typed. */
import { page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { Field, Form, Submit } from '../parts/form.tsx'
import type { ConsoleVisitor } from '../visitor.ts'

export const devicePage = page<ConsoleVisitor>({
  id: 'consoleDevice',
  path: '/console/device',
  permission: 'member:any',
  handle(context) {
    const { visitor } = context
    const chosen = visitor.tenants.find(({ id }) => id === visitor.tenant)
    return Promise.resolve(room(context, {
      title: 'Sign in on a device',
      lead:
        'A program on another machine shows a code. Whoever enters it here lets that program act as them.',
      children: (
        <section class='card narrow' aria-label='Sign in on a device'>
          <Form
            call='POST /v1/device/requests/look'
            fragment='user_code'
            reveal='asking'
            label='Code of the device'
          >
            <Field
              name='user_code'
              label='Code that the device shows'
              hint='Only enter a code that you asked for yourself, just now.'
              class='digits'
              maxlength={12}
              autocomplete='off'
              required
              autofocus
            />
            <div>
              <Submit>Look at the device</Submit>
            </div>
          </Form>
          <Asking tenant={visitor.tenant ?? ''} name={chosen?.name ?? ''} />
          <Decided />
        </section>
      ),
    }))
  },
})

/** What the person compares, and their two answers. */
function Asking({ tenant, name }: { readonly tenant: string; readonly name: string }) {
  return (
    <div id='asking' class='stack' hidden>
      <p>Does your device show this code?</p>
      <p class='user-code' data-fill='user_code' />
      <dl class='facts'>
        <dt>Device</dt>
        <dd>
          <strong data-fill='device' />
        </dd>
        <dt>It asks from</dt>
        <dd>
          <code data-fill='network' />
        </dd>
        <dt>Program</dt>
        <dd data-fill='agent' />
        <dt>It may</dt>
        <dd data-fill='scopes' data-fill-otherwise='all that your roles hold' />
        <dt>In</dt>
        <dd>{name}</dd>
      </dl>
      <p class='note warn'>
        Did somebody send you this code, or read it to you? Then refuse: they would get in as you.
      </p>
      <div class='row'>
        <Form call='POST /v1/device/requests/approve' done='let-in' small label='Let it in'>
          <input type='hidden' name='user_code' data-from='user_code' />
          <input type='hidden' name='tenant' value={tenant} />
          <button type='submit' class='primary' data-focus=''>Let this device in</button>
        </Form>
        <Form call='POST /v1/device/requests/deny' done='kept-out' small label='Refuse it'>
          <input type='hidden' name='user_code' data-from='user_code' />
          <Submit class='danger'>Refuse</Submit>
        </Form>
      </div>
    </div>
  )
}

function Decided() {
  return (
    <>
      <section id='let-in' class='stack' data-instead='asking' hidden aria-labelledby='let-in-title'>
        <h2 id='let-in-title' tabindex={-1}>The device is signed in</h2>
        <p>
          Go back to it. <code>sallyport logout</code>{' '}
          there ends it. Whoever may see API tokens finds it among them.
        </p>
      </section>
      <section id='kept-out' class='stack' data-instead='asking' hidden aria-labelledby='kept-out-title'>
        <h2 id='kept-out-title' tabindex={-1}>The device was refused</h2>
        <p>It gets nothing.</p>
      </section>
    </>
  )
}
