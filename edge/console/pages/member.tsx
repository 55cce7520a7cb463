/** One member: roles and where, the invitation, and the end. */
import { z } from 'zod'
import { Fault } from '../../../shared/faults.ts'
import { Binding } from '../../../shared/schemas/access.ts'
import { Member } from '../../../shared/schemas/member.ts'
import { type Ask, page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { Act, Field, Form, Select, Submit } from '../parts/form.tsx'
import { BindForms, heldAt, type Names, namesFor, roleOptions } from '../parts/roles.tsx'
import { BothNeeded, said, When } from '../parts/text.tsx'
import type { ConsoleVisitor } from '../visitor.ts'
import { State } from './members.tsx'

const Bindings = z.object({ data: z.array(Binding) })
const None = { data: [] }

const Members = z.object({ data: z.array(Member), next_cursor: z.string().optional() })

/** Throws Fault `not_found`. */
async function find(ask: Ask, id: string): Promise<Member> {
  for (let cursor = '';;) {
    const { data, next_cursor }: z.infer<typeof Members> = await ask(
      `GET /v1/members?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`,
      Members,
    )
    const found = data.find((one) => one.id === id)
    if (found !== undefined) return found
    if (next_cursor === undefined) throw new Fault('not_found')
    cursor = next_cursor
  }
}

export const memberPage = page<ConsoleVisitor>({
  id: 'consoleMember',
  path: '/console/members/{id}',
  permission: 'members.read',
  async handle(context) {
    const { ask, visitor, params } = context
    const id = encodeURIComponent(params['id'] ?? '')
    const sees = visitor.permissions.has('roles.read')
    const [member, bindings, names] = await Promise.all([
      find(ask, params['id'] ?? ''),
      sees ? ask(`GET /v1/bindings?member=${id}&limit=200`, Bindings) : None,
      namesFor(ask, visitor),
    ])
    const may = (permission: string) => visitor.permissions.has(permission) && member.state !== 'removed'
    return room(context, {
      title: member.name || 'Erased member',
      lead: (
        <>
          {said(member.kind)} · <State state={member.state} /> · since <When at={member.created} />
        </>
      ),
      children: (
        <>
          <Roles {...{ member, bindings: bindings.data, names }} may={may('roles.write')} />
          {sees
            ? (
              <p>
                <a href={`/console/access?member=${id}`}>Why may this member do something, or why not?</a>
              </p>
            )
            : null}
          <BothNeeded />
          {may('members.write') ? <Life member={member} names={names} /> : null}
          {visitor.permissions.has('members.write') && member.state === 'removed' &&
              member.erased === undefined
            ? <Erase member={member} />
            : null}
        </>
      ),
    })
  },
})

function Roles(
  { member, bindings, names, may }: {
    readonly member: Member
    readonly bindings: readonly Binding[]
    readonly names: Names
    readonly may: boolean
  },
) {
  return (
    <section class='card' aria-labelledby='roles'>
      <h2 id='roles'>Roles</h2>
      {bindings.length === 0
        ? <p class='muted'>None of their own. They may still hold some by a group.</p>
        : (
          <ul class='choices'>
            {bindings.map((binding) => (
              <li>
                <div>
                  <strong>{heldAt(binding, names)}</strong>
                  <span class='muted small'>
                    since <When at={binding.created} />
                  </span>
                </div>
                {may
                  ? (
                    <Act
                      call={`DELETE /v1/bindings/${binding.id}`}
                      confirm={`${member.name} will not be ${heldAt(binding, names)} any more.`}
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
            <summary>Give another role</summary>
            <BindForms who='member' id={member.id} names={names} />
          </details>
        )
        : null}
    </section>
  )
}

function Life({ member, names }: { readonly member: Member; readonly names: Names }) {
  return (
    <div class='columns'>
      <section class='card' aria-labelledby='change'>
        <header>
          <h2 id='change'>Role in the whole tenant</h2>
          <p>It takes the place of the one there is. Their sessions and tokens follow at once.</p>
        </header>
        <Form call={`PATCH /v1/members/${member.id}`} label='Change the role'>
          <Select name='role' label='Role' options={roleOptions(names)} value={member.role ?? 'viewer'} />
          <div>
            <Submit class=''>Change the role</Submit>
          </div>
        </Form>
      </section>
      <section class='card' aria-labelledby='end'>
        <header>
          <h2 id='end'>{member.state === 'invited' ? 'Invitation' : 'The end'}</h2>
          <p>Who is removed loses roles, sessions and tokens here at once.</p>
        </header>
        {member.kind === 'person' && (member.state === 'invited' || member.linked !== true)
          ? (
            <Form
              call={`POST /v1/members/${member.id}/invitation`}
              once={{ field: 'invitation', called: 'the invitation', before: '/console/invitation#' }}
              label='Send an invitation'
            >
              <Field
                name='email'
                label='Mail address (optional)'
                type='email'
                maxlength={254}
                hint='Without one you get a link to hand over.'
              />
              <div>
                <Submit class=''>
                  {member.state === 'invited' ? 'Invite anew' : 'Link an account to this member'}
                </Submit>
              </div>
            </Form>
          )
          : null}
        <Act
          call={`DELETE /v1/members/${member.id}`}
          confirm={`${member.name} leaves the tenant: roles, sessions and tokens end at once.`}
          next='/console/members'
          class='danger'
        >
          Remove {member.name}
        </Act>
      </section>
    </div>
  )
}

function Erase({ member }: { readonly member: Member }) {
  return (
    <section class='card' aria-labelledby='erase'>
      <header>
        <h2 id='erase'>Erase the name</h2>
        <p>
          The audit log keeps that a member did something and loses who it was. It still verifies. It cannot
          be undone.
        </p>
      </header>
      <Act
        call={`POST /v1/members/${member.id}/erase`}
        confirm='The name goes from the audit log for good.'
        class='danger'
      >
        Erase the name
      </Act>
    </section>
  )
}
