/** What waits for a second person. */
import { z } from 'zod'
import { Approval } from '../../../shared/schemas/access.ts'
import { page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { Act } from '../parts/form.tsx'
import { cursorOf, listQuery, pageOf } from '../parts/list.ts'
import { Table } from '../parts/table.tsx'
import { said, Tag, When } from '../parts/text.tsx'
import type { ConsoleVisitor } from '../visitor.ts'

const Approvals = pageOf(Approval)
const People = z.object({ data: z.array(z.object({ id: z.string(), name: z.string() })) })

export const approvalsPage = page<ConsoleVisitor, typeof listQuery>({
  id: 'consoleApprovals',
  path: '/console/approvals',
  permission: 'approvals.read',
  query: listQuery,
  async handle(context) {
    const { ask, visitor } = context
    const [approvals, people] = await Promise.all([
      ask(`GET /v1/approvals${cursorOf(context.query)}`, Approvals),
      visitor.permissions.has('members.read') ? ask('GET /v1/members?limit=200', People) : { data: [] },
    ])
    const called = new Map(people.data.map(({ id, name }) => [id, name] as const))
    return room(context, {
      title: 'Approvals',
      lead:
        'What needs two people. Approve only what you talked about: exactly that request is let through, once, within an hour.',
      children: (
        <Table<Approval>
          caption='Requests'
          rows={approvals.data}
          more={approvals.more('/console/approvals')}
          empty={
            <>
              <strong>Nothing waits for a second person.</strong>
              <span>Which acts need two, the rules of sign-in say.</span>
            </>
          }
          columns={[
            { head: 'What', cell: ({ summary }) => summary },
            { head: 'About', cell: ({ kind }) => said(kind) },
            { head: 'Asked by', cell: ({ asked_by, asked_by_name }) => asked_by_name ?? asked_by },
            { head: 'When', cell: ({ created }) => <When at={created} /> },
            { head: 'State', cell: (one) => <State {...one} called={called} /> },
            { head: 'Good until', cell: ({ expires }) => <When at={expires} /> },
            {
              head: 'What you can do',
              acts: true,
              cell: (one) =>
                visitor.permissions.has('approvals.write') ? <Acts {...one} me={visitor.member} /> : null,
            },
          ]}
        />
      ),
    })
  },
})

const looks = { waiting: 'warn', approved: 'good', refused: 'bad' } as const

function State({ state, decided_by, called }: Approval & { readonly called: ReadonlyMap<string, string> }) {
  const look = state in looks ? looks[state as keyof typeof looks] : undefined
  return (
    <>
      <Tag {...(look === undefined ? {} : { look })}>{state}</Tag>
      {decided_by === undefined
        ? null
        : <span class='muted small'>by {called.get(decided_by) ?? decided_by}</span>}
    </>
  )
}

function Acts({ id, state, operation, asked_by, me }: Approval & { readonly me: string | null }) {
  if (state !== 'waiting') return null
  return (
    <div class='row end'>
      {asked_by === me ? null : (
        <Act
          call={`POST /v1/approvals/${id}/approve`}
          confirm={`You let ${operation} happen, once.`}
          confirmAs='Approve'
          label={`Approve ${operation}`}
          class='slim primary'
        >
          Approve
        </Act>
      )}
      <Act
        call={`POST /v1/approvals/${id}/refuse`}
        label={`${asked_by === me ? 'Take back' : 'Refuse'} ${operation}`}
        class='slim danger'
      >
        {asked_by === me ? 'Take back' : 'Refuse'}
      </Act>
    </div>
  )
}
