/** Why may this person, why may they not. */
import { z } from 'zod'
import { permissions } from '../../../shared/permissions.ts'
import { type Because, Explanation } from '../../../shared/schemas/access.ts'
import { page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { Select } from '../parts/form.tsx'
import { heldAt, type Names, namesFor } from '../parts/roles.tsx'
import { BothNeeded, Tag } from '../parts/text.tsx'
import type { ConsoleVisitor } from '../visitor.ts'

const query = z.object({
  member: z.string().max(64).optional(),
  permission: z.string().max(64).optional(),
  place: z.string().max(100).optional(),
})
const People = z.object({ data: z.array(z.object({ id: z.string(), name: z.string(), state: z.string() })) })

export const accessPage = page<ConsoleVisitor, typeof query>({
  id: 'consoleAccess',
  path: '/console/access',
  permission: 'roles.read',
  query,
  async handle(context) {
    const { ask, visitor } = context
    const { member, permission, place } = context.query
    const [people, names] = await Promise.all([
      visitor.permissions.has('members.read') ? ask('GET /v1/members?limit=200', People) : { data: [] },
      namesFor(ask, visitor),
    ])
    const asked = member === undefined || permission === undefined ? null : await ask(
      `GET /v1/access/explain?${new URLSearchParams({ member, permission, ...placeOf(place) })}`,
      Explanation,
    )
    const name = people.data.find(({ id }) => id === member)?.name ?? 'This member'
    return room(context, {
      title: 'Who may, and why',
      lead: 'Ask for one member, one permission and one place; the answer names the roles that decide it.',
      children: (
        <>
          <section class='card' aria-label='Question'>
            <form method='get' action='/console/access'>
              <div class='fields'>
                <Select
                  name='member'
                  label='Member'
                  value={member}
                  options={people.data.map(({ id, name }) => ({ value: id, label: name || id }))}
                />
                <Select
                  name='permission'
                  label='May'
                  value={permission}
                  options={permissions.map((one) => ({ value: one, label: one }))}
                />
                <Select
                  name='place'
                  label='Where'
                  value={place}
                  options={[
                    { value: 'tenant', label: 'In the whole tenant' },
                    ...names.workspaces.map(({ value, label }) => ({
                      value: `workspace.${value}`,
                      label: `Workspace ${label}`,
                    })),
                    ...names.projects.map(({ value, label }) => ({
                      value: `project.${value}`,
                      label: `Project ${label}`,
                    })),
                  ]}
                />
              </div>
              <div>
                <button type='submit' class='primary'>Ask</button>
              </div>
            </form>
          </section>
          {asked === null ? null : <Answer asked={asked} name={name} names={names} />}
          <BothNeeded />
        </>
      ),
    })
  },
})

/** `workspace.ID` → the parameter of the API. */
function placeOf(place: string | undefined): Record<string, string> {
  const [level, id] = (place ?? 'tenant').split('.')
  return id !== undefined && (level === 'workspace' || level === 'project') ? { [level]: id } : {}
}

function Answer(
  { asked, name, names }: { readonly asked: Explanation; readonly name: string; readonly names: Names },
) {
  const where = asked.place === undefined
    ? 'in the whole tenant'
    : `in the ${asked.level} ${names.place(asked.place)}`
  return (
    <section class='card' aria-labelledby='answer' id='answer-card'>
      <h2 id='answer'>
        {asked.allowed ? <Tag look='good'>Yes</Tag> : <Tag look='bad'>No</Tag>} {name}{' '}
        {asked.allowed ? 'may' : 'may not'} <code>{asked.permission}</code> {where}
      </h2>
      {asked.allowed
        ? (
          <>
            <p>Because:</p>
            <ul class='plain'>
              {asked.because.map((because) => <li>{reason(because, names)}</li>)}
            </ul>
          </>
        )
        : <Missing asked={asked} names={names} />}
      {asked.signing === undefined ? null : <p class='note'>{asked.signing}</p>}
    </section>
  )
}

function reason({ by, role, level, place, group }: Because, names: Names): string {
  if (by === 'membership') return 'Every active member holds it.'
  if (by === 'operator') return 'They set this installation up.'
  const held = role === undefined || level === undefined ? 'A role' : heldAt({ role, level, place }, names)
  return group === undefined ? `They are ${held}.` : `By a group, they are ${held}.`
}

function Missing({ asked: { missing }, names }: { readonly asked: Explanation; readonly names: Names }) {
  if (missing === undefined) return null
  if (missing.active) return <p>They are no active member of this tenant.</p>
  return (
    <p>
      What would help: one of these roles – {missing.roles.map((role) => names.role(role)).join(', ')} – given
      {' '}
      {missing.levels.map((level) => level === 'tenant' ? 'in the whole tenant' : `at that ${level}`)
        .join(' or ')}.
    </p>
  )
}
