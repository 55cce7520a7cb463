/** Groups: who is in them, and the roles that they give. */
import { z } from 'zod'
import { Fault } from '../../../shared/faults.ts'
import { Binding, Group, GroupMember } from '../../../shared/schemas/access.ts'
import { page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { Act, Form, Select, Submit } from '../parts/form.tsx'
import { cursorOf, listQuery, pageOf } from '../parts/list.ts'
import { BindForms, heldAt, NameField, type Names, namesFor } from '../parts/roles.tsx'
import { Table } from '../parts/table.tsx'
import { BothNeeded, When } from '../parts/text.tsx'
import type { ConsoleVisitor } from '../visitor.ts'

const Groups = pageOf(Group)
const Bindings = z.object({ data: z.array(Binding) })
const InGroup = z.object({ data: z.array(GroupMember) })
const People = z.object({
  data: z.array(z.object({ id: z.string(), name: z.string(), state: z.string() })),
})

export const groupsPage = page<ConsoleVisitor, typeof listQuery>({
  id: 'consoleGroups',
  path: '/console/groups',
  permission: 'roles.read',
  query: listQuery,
  async handle(context) {
    const groups = await context.ask(`GET /v1/groups${cursorOf(context.query)}`, Groups)
    const may = context.visitor.permissions.has('roles.write')
    return room(context, {
      title: 'Groups',
      lead: 'People who get the same roles. A role that a group has, each of its members has.',
      children: (
        <>
          <Table<Group>
            caption='Groups'
            rows={groups.data}
            more={groups.more('/console/groups')}
            empty={
              <>
                <strong>There are no groups.</strong>
                <span>Make one for people who do the same work; then give it their roles once.</span>
              </>
            }
            columns={[
              { head: 'Name', cell: ({ id, name }) => <a href={`/console/groups/${id}`}>{name}</a> },
              { head: 'Members', cell: ({ members }) => String(members) },
              { head: 'Since', cell: ({ created }) => <When at={created} /> },
            ]}
          />
          {may
            ? (
              <section class='card' aria-labelledby='make'>
                <h2 id='make'>Make a group</h2>
                <Form call='POST /v1/groups' next='/console/groups/{id}' label='Make a group'>
                  <NameField label='Name' />
                  <div>
                    <Submit>Make the group</Submit>
                  </div>
                </Form>
              </section>
            )
            : null}
          <BothNeeded />
        </>
      ),
    })
  },
})

interface Shown {
  readonly id: string
  /** Whether the visitor may change it. */
  readonly may: boolean
  readonly called: ReadonlyMap<string, string>
}

export const groupPage = page<ConsoleVisitor>({
  id: 'consoleGroup',
  path: '/console/groups/{id}',
  permission: 'roles.read',
  async handle(context) {
    const { ask, visitor, params } = context
    const id = encodeURIComponent(params['id'] ?? '')
    const [groups, inGroup, bindings, names, people] = await Promise.all([
      ask('GET /v1/groups?limit=200', Groups),
      ask(`GET /v1/groups/${id}/members?limit=200`, InGroup),
      ask(`GET /v1/bindings?group=${id}&limit=200`, Bindings),
      namesFor(ask, visitor),
      visitor.permissions.has('members.read') ? ask('GET /v1/members?limit=200', People) : { data: [] },
    ])
    const group = groups.data.find((one) => one.id === params['id'])
    if (group === undefined) throw new Fault('not_found')
    const called = new Map(people.data.map((one) => [one.id, one.name] as const))
    const there = new Set(inGroup.data.map(({ member }) => member))
    const others = people.data.filter((one) => one.state !== 'removed' && !there.has(one.id))
    const shown = { id: group.id, may: visitor.permissions.has('roles.write'), called }
    return room(context, {
      title: group.name,
      lead: 'What this group holds, each of its members holds.',
      children: (
        <>
          <Held {...shown} bindings={bindings.data} names={names} />
          <Inside {...shown} members={inGroup.data} />
          {shown.may && others.length > 0 ? <Add {...shown} others={others} /> : null}
          <BothNeeded />
          {shown.may
            ? (
              <Act
                call={`DELETE /v1/groups/${group.id}`}
                confirm='The group goes, and what its members hold by it.'
                next='/console/groups'
                class='danger'
              >
                Delete this group
              </Act>
            )
            : null}
        </>
      ),
    })
  },
})

function Held(
  { id, may, bindings, names }: Shown & { readonly bindings: readonly Binding[]; readonly names: Names },
) {
  return (
    <section class='card' aria-labelledby='roles'>
      <h2 id='roles'>Roles of the group</h2>
      {bindings.length === 0 ? <p class='muted'>None yet.</p> : (
        <ul class='choices'>
          {bindings.map((binding) => (
            <li>
              <strong>{heldAt(binding, names)}</strong>
              {may
                ? (
                  <Act
                    call={`DELETE /v1/bindings/${binding.id}`}
                    confirm='Its members lose this role, unless they hold it by another way.'
                    label={`Take away: ${heldAt(binding, names)}`}
                    class='slim danger'
                  >
                    Take away
                  </Act>
                )
                : null}
            </li>
          ))}
        </ul>
      )}
      {may
        ? (
          <details class='more'>
            <summary>Give the group a role</summary>
            <BindForms who='group' id={id} names={names} />
          </details>
        )
        : null}
    </section>
  )
}

function Inside({ id, may, called, members }: Shown & { readonly members: readonly GroupMember[] }) {
  const name = (member: string) => called.get(member) ?? member
  const out = (member: string) => (
    <Act
      call={`DELETE /v1/groups/${id}/members/${member}`}
      label={`Take out ${name(member)}`}
      class='slim danger'
    >
      Take out
    </Act>
  )
  return (
    <Table<GroupMember>
      caption='Members of the group'
      rows={members}
      empty={<strong>Nobody is in it yet.</strong>}
      columns={[
        { head: 'Name', cell: ({ member }) => name(member) },
        { head: 'Since', cell: ({ since }) => <When at={since} /> },
        { head: 'What you can do', acts: true, cell: ({ member }) => may ? out(member) : null },
      ]}
    />
  )
}

function Add(
  { id, others }: Shown & { readonly others: readonly { readonly id: string; readonly name: string }[] },
) {
  return (
    <section class='card' aria-labelledby='add'>
      <h2 id='add'>Add somebody</h2>
      <Form call={`PUT /v1/groups/${id}/members/{member}`} label='Add somebody'>
        <Select
          name='member'
          label='Member'
          options={others.map((one) => ({ value: one.id, label: one.name }))}
        />
        <div>
          <Submit class=''>Add to the group</Submit>
        </div>
      </Form>
    </section>
  )
}
