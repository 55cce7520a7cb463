/** What this console does not have, on purpose; and where it is instead. */
import { openPage } from '../../http/page_route.ts'
import type { Html } from '../../http/page_route.ts'
import { gate, room } from '../frame.tsx'
import type { ConsoleVisitor } from '../visitor.ts'

const commands = [
  {
    what: 'Credentials of a database or a bucket',
    where: 'sallyport connection add NAME',
    why: 'They are sealed on your machine, for your agents alone.',
  },
  {
    what: 'Signing keys: making, using and replacing them',
    where: 'sallyport keys make',
    why: 'What agents act on counts by your signature. A page that could sign could also forge.',
  },
  {
    what: 'Reader keys, which open what runs report',
    where: 'sallyport keys list',
    why: 'Rows that went to quarantine are read where the key is.',
  },
  {
    what: 'Changes of the trust document',
    where: 'sallyport trust edit',
    why: 'It says whose signature counts, and is itself signed by enough of those that it names.',
  },
] as const

export const notHerePage = openPage<ConsoleVisitor>({
  id: 'consoleNotHere',
  path: '/console/not-here',
  because: 'whoever is about to type a secret may ask first',
  handle(context): Promise<Html> {
    const lead = 'No page of this address takes a database’s credential, a signing key or a reader key.'
    const body = (
      <>
        <p>
          A page comes from the server that it talks to. Whoever took over this server could serve a page that
          sends what is typed elsewhere. So what must stay yours never gets near a page: it is typed into the
          program on your own machine. If a page of this address ever asks for one of these, do not type it,
          and tell your security officer.
        </p>
        <ul class='choices'>
          {commands.map(({ what, where, why }) => (
            <li>
              <div>
                <strong>{what}</strong>
                <span class='muted'>{why}</span>
              </div>
              <code>{where}</code>
            </li>
          ))}
        </ul>
        <p>
          What <em>is</em>{' '}
          here is who may do what at this address: people, their roles, tokens and sessions. A role decides
          who may store something at the edge; a signer’s scope in the trust document decides whether agents
          act on it. Both are needed, and this address can give only the first.
        </p>
      </>
    )
    const { visitor } = context
    return Promise.resolve(
      visitor === null
        ? gate(context, { title: 'What is not here', lead, children: body, wide: true })
        : room({ ...context, visitor }, {
          title: 'What is not here',
          lead,
          children: <section class='card'>{body}</section>,
        }),
    )
  },
})
