/** Where somebody arrives: what waits for them, and the ways on. */
import { Factors } from '../../../shared/schemas/factor.ts'
import { page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { roomsFor } from '../navigation.ts'
import { BothNeeded } from '../parts/text.tsx'
import type { ConsoleVisitor } from '../visitor.ts'

export const homePage = page<ConsoleVisitor>({
  id: 'consoleHome',
  path: '/console',
  permission: 'account:any',
  async handle(context) {
    const { visitor } = context
    if (visitor.tenant === null) return { lead: '/console/tenants' }
    const factors = await context.ask('GET /v1/account/factors', Factors)
    const chosen = visitor.tenants.find(({ id }) => id === visitor.tenant)
    return room(context, {
      title: chosen?.name ?? 'Console',
      lead: 'What is at work here, and who may do what at this address.',
      children: (
        <>
          {factors.totp.on || factors.passkeys.length > 0 ? null : (
            <div class='note warn'>
              <p>
                <strong>Only a password protects your account.</strong>{' '}
                Changing roles, tokens or rules needs a passkey or an authenticator app.{' '}
                <a href='/console/account'>Set one up</a>
              </p>
            </div>
          )}
          <div class='columns'>
            {roomsFor(visitor).slice(0, -1).map(({ title, pages }) => (
              <section class='card' aria-label={title}>
                <h2>{title}</h2>
                <ul class='plain'>
                  {pages.map(({ path, name, about }) => (
                    <li>
                      <a href={path}>{name}</a>
                      {about === undefined ? null : <span class='muted small'>{about}</span>}
                    </li>
                  ))}
                </ul>
              </section>
            ))}
          </div>
          <BothNeeded />
        </>
      ),
    })
  },
})
