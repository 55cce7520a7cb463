/** Members of the tenant, and those who are invited. */
import { Member } from '../../../shared/schemas/member.ts'
import { page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { Field, Form, Hidden, Select, Submit } from '../parts/form.tsx'
import { cursorOf, listQuery, pageOf } from '../parts/list.ts'
import { NameField, type Names, namesFor, roleOptions } from '../parts/roles.tsx'
import { Table } from '../parts/table.tsx'
import { BothNeeded, said, Tag, When } from '../parts/text.tsx'
import type { ConsoleVisitor } from '../visitor.ts'

const Members = pageOf(Member)

export const membersPage = page<ConsoleVisitor, typeof listQuery>({
  id: 'consoleMembers',
  path: '/console/members',
  permission: 'members.read',
  query: listQuery,
  async handle(context) {
    const { ask, visitor } = context
    const [members, names] = await Promise.all([
      ask(`GET /v1/members${cursorOf(context.query)}`, Members),
      namesFor(ask, visitor),
    ])
    const there = members.data.filter(({ state }) => state !== 'removed')
    const gone = members.data.filter(({ state }) => state === 'removed')
    return room(context, {
      title: 'Members',
      lead: 'People and services of this tenant. What they may do follows from their roles.',
      children: (
        <>
          <Table<Member>
            caption='Members'
            rows={there}
            more={members.more('/console/members')}
            empty={<strong>Nobody is here yet. Invite somebody below.</strong>}
            columns={columns(names)}
          />
          {visitor.permissions.has('members.write') ? <Invite names={names} /> : null}
          <BothNeeded />
          {gone.length === 0 ? null : (
            <details class='more'>
              <summary>Those who left</summary>
              <Table<Member>
                caption='Former members'
                rows={gone}
                empty={null}
                columns={[
                  {
                    head: 'Name',
                    cell: ({ id, name }) => <a href={`/console/members/${id}`}>{name || 'Erased'}</a>,
                  },
                  { head: 'Since', cell: ({ created }) => <When at={created} /> },
                ]}
              />
            </details>
          )}
        </>
      ),
    })
  },
})

const columns = (names: Names) => [
  { head: 'Name', cell: ({ id, name }: Member) => <a href={`/console/members/${id}`}>{name || 'Erased'}</a> },
  { head: 'Kind', cell: ({ kind }: Member) => said(kind) },
  {
    head: 'Role in the tenant',
    cell: ({ role }: Member) => role === undefined ? <span class='muted'>none</span> : names.role(role),
  },
  { head: 'State', cell: ({ state }: Member) => <State state={state} /> },
  { head: 'Since', cell: ({ created }: Member) => <When at={created} /> },
]

export function State({ state }: { readonly state: Member['state'] }) {
  if (state === 'active') return <Tag look='good'>active</Tag>
  return state === 'invited' ? <Tag look='warn'>invited</Tag> : <Tag look='bad'>removed</Tag>
}

const link = { field: 'invitation', called: 'the invitation', before: '/console/invitation#' }

function Invite({ names }: { readonly names: Names }) {
  const roles = roleOptions(names).filter(({ value }) => value !== 'owner')
  return (
    <div class='columns'>
      <section class='card' aria-labelledby='invite'>
        <header>
          <h2 id='invite'>Invite a person</h2>
          <p>
            The invitation goes to the address by mail and counts once, for seven days. Without an address you
            get a link to hand over yourself.
          </p>
        </header>
        <Form call='POST /v1/members' once={link} label='Invite a person'>
          <NameField label='Name' />
          <Field name='email' label='Mail address (optional)' type='email' maxlength={254} />
          <Select name='role' label='Role in the whole tenant' options={roles} value='viewer' />
          <div>
            <Submit>Invite</Submit>
          </div>
        </Form>
        <InviteAt names={names} />
      </section>
      <section class='card' aria-labelledby='service'>
        <header>
          <h2 id='service'>Add a service</h2>
          <p>For a program that is nobody’s own. It works by API tokens alone and cannot sign in here.</p>
        </header>
        <Form
          call='POST /v1/members'
          once={{ field: 'invitation', called: 'what the service gets its first token with' }}
          label='Add a service'
        >
          <Hidden name='kind' value='service' />
          <NameField label='Name' hint='What it is for: “warehouse loader”.' />
          <Select name='role' label='Role' options={roles} value='viewer' />
          <div>
            <Submit class=''>Add the service</Submit>
          </div>
        </Form>
      </section>
    </div>
  )
}

/** For one workspace or project alone: a form each, since each offers other places. */
function InviteAt({ names }: { readonly names: Names }) {
  const levels = [
    { level: 'workspace', label: 'Invite into one workspace', places: names.workspaces },
    { level: 'project', label: 'Invite into one project', places: names.projects },
  ] as const
  const some = levels.filter(({ places }) => places.length > 0)
  if (some.length === 0) return null
  return (
    <details class='more'>
      <summary>Only into one workspace or project</summary>
      <div class='stack'>
        {some.map(({ level, label, places }) => (
          <Form call='POST /v1/members' once={link} label={label}>
            <h3>{label}</h3>
            <NameField label='Name' />
            <Field name='email' label='Mail address (optional)' type='email' maxlength={254} />
            <Hidden name='bindings.0.level' value={level} />
            <Select name='bindings.0.place' label={said(level)} options={places} />
            <Select name='bindings.0.role' label='Role there' options={roleOptions(names)} value='viewer' />
            <div>
              <Submit class=''>{label}</Submit>
            </div>
          </Form>
        ))}
      </div>
    </details>
  )
}
