/** Roles: what each holds, and roles of the tenant's own. */
import { operatorHolds, permissions } from '../../../shared/permissions.ts'
import type { RoleRecord } from '../../../shared/schemas/access.ts'
import { page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { Act, Check, Field, Form, Submit } from '../parts/form.tsx'
import { NameField, namesFor } from '../parts/roles.tsx'
import { BothNeeded, Tag } from '../parts/text.tsx'
import type { ConsoleVisitor } from '../visitor.ts'

export const rolesPage = page<ConsoleVisitor>({
  id: 'consoleRoles',
  path: '/console/roles',
  permission: 'roles.read',
  async handle(context) {
    const { ask, visitor } = context
    const names = await namesFor(ask, visitor)
    const may = visitor.permissions.has('roles.write')
    return room(context, {
      title: 'Roles',
      lead:
        'A role is a set of permissions. It is given to a member or a group, in the whole tenant or at one place.',
      children: (
        <>
          <BothNeeded />
          <div class='stack'>
            {names.roles.map((role) => <Role role={role} name={names.role(role.id)} may={may} />)}
          </div>
          {may ? <Make held={visitor.permissions} /> : null}
        </>
      ),
    })
  },
})

function Role(
  { role, name, may }: { readonly role: RoleRecord; readonly name: string; readonly may: boolean },
) {
  return (
    <details class='card fold'>
      <summary>
        <span>
          <strong>{name}</strong> {role.built_in ? null : <Tag>your own</Tag>}
        </span>
        <span class='muted small'>{role.permissions.length} permissions</span>
      </summary>
      <ul class='tags'>
        {role.permissions.map((permission) => (
          <li>
            <code>{permission}</code>
          </li>
        ))}
      </ul>
      {may && !role.built_in
        ? (
          <>
            <Form call={`PATCH /v1/roles/${role.id}`} label={`Change the role ${name}`}>
              <Field name='name' label='Name' value={name} maxlength={200} required />
              <Permissions held={role.permissions} of={new Set(permissions)} />
              <div>
                <Submit class=''>Save the role</Submit>
              </div>
            </Form>
            <Act
              call={`DELETE /v1/roles/${role.id}`}
              confirm={`The role “${name}” goes, from everybody who has it.`}
              class='slim danger'
              label={`Delete this role: ${name}`}
            >
              Delete this role
            </Act>
          </>
        )
        : null}
    </details>
  )
}

function Permissions({ held, of }: { readonly held: readonly string[]; readonly of: ReadonlySet<string> }) {
  return (
    <fieldset>
      <legend>Permissions</legend>
      <div class='checks'>
        {permissions.filter((name) => !operatorHolds.includes(name) && of.has(name)).map((name) => (
          <Check
            name='permissions'
            value={name}
            label={<code>{name}</code>}
            checked={held.includes(name)}
            list
          />
        ))}
      </div>
      <span class='wrong' data-wrong='permissions' />
    </fieldset>
  )
}

function Make({ held }: { readonly held: ReadonlySet<string> }) {
  return (
    <section class='card' aria-labelledby='make'>
      <header>
        <h2 id='make'>Make a role</h2>
        <p>It can hold what you hold yourself, and no more.</p>
      </header>
      <Form call='POST /v1/roles' label='Make a role'>
        <NameField label='Name' />
        <Permissions held={[]} of={held} />
        <div>
          <Submit>Make the role</Submit>
        </div>
      </Form>
    </section>
  )
}
