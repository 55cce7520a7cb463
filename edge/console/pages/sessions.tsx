/** Where one is signed in. */
import { Session } from '../../../shared/schemas/session.ts'
import { page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { Act } from '../parts/form.tsx'
import { cursorOf, listQuery, pageOf } from '../parts/list.ts'
import { Table } from '../parts/table.tsx'
import { said, Tag, When } from '../parts/text.tsx'
import type { ConsoleVisitor } from '../visitor.ts'

const Sessions = pageOf(Session)

export const sessionsPage = page<ConsoleVisitor, typeof listQuery>({
  id: 'consoleSessions',
  path: '/console/sessions',
  permission: 'account:any',
  query: listQuery,
  async handle(context) {
    const sessions = await context.ask(`GET /v1/sessions${cursorOf(context.query)}`, Sessions)
    return room(context, {
      title: 'Sessions',
      lead: 'Browsers that are signed in as you. End what you do not know, then change your password.',
      children: (
        <Table<Session>
          caption='Your sessions'
          rows={sessions.data}
          more={sessions.more('/console/sessions')}
          empty={<strong>You are signed in nowhere.</strong>}
          columns={[
            {
              head: 'Browser',
              cell: ({ agent, current }) => (
                <>
                  {browser(agent)} {current ? <Tag look='good'>this one</Tag> : null}
                </>
              ),
            },
            { head: 'Address', cell: ({ network }) => <code class='nowrap'>{network}</code> },
            {
              head: 'Signed in by',
              cell: ({ methods }) => methods.map(({ method }) => said(method)).join(' and '),
            },
            { head: 'Since', cell: ({ created }) => <When at={created} /> },
            { head: 'Last seen', cell: ({ seen }) => <When at={seen} /> },
            { head: 'Ends', cell: ({ ends }) => <When at={ends} /> },
            {
              head: 'What you can do',
              acts: true,
              cell: ({ id, current, agent, network }) =>
                current ? null : (
                  <Act
                    call={`DELETE /v1/sessions/${id}`}
                    label={`End it: ${browser(agent)} at ${network}`}
                    class='slim danger'
                  >
                    End it
                  </Act>
                ),
            },
          ]}
        />
      ),
    })
  },
})

const browsers = [['Edg/', 'Edge'], ['OPR/', 'Opera'], ['Firefox/', 'Firefox'], ['Chrome/', 'Chrome'], [
  'Safari/',
  'Safari',
]]
const systems = [
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Windows', 'Windows'],
  ['Mac OS X', 'macOS'],
  ['Linux', 'Linux'],
]

/** A User-Agent in two words: what it says of itself is a hint, no proof. */
function browser(agent: string): string {
  const find = (known: readonly string[][]) => known.find(([mark]) => agent.includes(mark as string))?.[1]
  const [program, system] = [find(browsers), find(systems)]
  if (program === undefined && system === undefined) return agent.slice(0, 40) || 'Unknown'
  return [program ?? 'A browser', system].filter((part) => part !== undefined).join(' on ')
}
