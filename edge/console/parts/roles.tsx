/** Roles by the names that people know them by, and where they hold. */
import { z } from 'zod'
import { type Binding, RoleRecord } from '../../../shared/schemas/access.ts'
import type { Ask } from '../../http/page_route.ts'
import type { ConsoleVisitor } from '../visitor.ts'
import { Field, Form, type Option, Select, Submit } from './form.tsx'
import { said } from './text.tsx'

const Named = z.object({ data: z.array(z.object({ id: z.string(), name: z.string() })) })
const Roles = z.object({ data: z.array(RoleRecord) })

/** Names of what bindings speak of; ids where the visitor may not see them. */
export interface Names {
  readonly roles: readonly RoleRecord[]
  readonly role: (id: string) => string
  readonly workspaces: readonly Option[]
  readonly projects: readonly Option[]
  readonly place: (id: string | undefined) => string
}

export async function namesFor(ask: Ask, { permissions }: ConsoleVisitor): Promise<Names> {
  const named = (may: string, path: `/v1/${string}`) =>
    permissions.has(may) ? ask(`GET ${path}?limit=200`, Named) : { data: [] }
  const [roles, workspaces, projects] = await Promise.all([
    permissions.has('roles.read') ? ask('GET /v1/roles', Roles) : { data: [] },
    named('workspaces.read', '/v1/workspaces'),
    named('projects.read', '/v1/projects'),
  ])
  const byId = new Map(roles.data.map(({ id, name, built_in }) => [id, built_in ? said(id) : name] as const))
  const places = new Map([...workspaces.data, ...projects.data].map(({ id, name }) => [id, name] as const))
  const options = (list: readonly { id: string; name: string }[]) =>
    list.map(({ id, name }) => ({ value: id, label: name }))
  return {
    roles: roles.data,
    role: (id) => byId.get(id) ?? said(id),
    workspaces: options(workspaces.data),
    projects: options(projects.data),
    place: (id) => id === undefined ? '' : places.get(id) ?? id,
  }
}

export function roleOptions({ roles, role }: Names): Option[] {
  return roles.map(({ id }) => ({ value: id, label: role(id) }))
}

/** `Editor in the whole tenant`, `Viewer in the project Ads`. */
export function heldAt(
  { role, level, place }: Pick<Binding, 'role' | 'level' | 'place'>,
  names: Names,
): string {
  return level === 'tenant'
    ? `${names.role(role)} in the whole tenant`
    : `${names.role(role)} in the ${level} ${names.place(place)}`
}

/** Gives a role to a member or a group, at one of the three levels: a form each, since each takes other fields. */
export function BindForms(
  { who, id, names }: { readonly who: 'member' | 'group'; readonly id: string; readonly names: Names },
) {
  const levels = [
    { level: 'tenant', label: 'In the whole tenant', places: null },
    { level: 'workspace', label: 'In one workspace', places: names.workspaces },
    { level: 'project', label: 'In one project', places: names.projects },
  ] as const
  return (
    <div class='columns three'>
      {levels.filter(({ places }) => places === null || places.length > 0).map(({ level, label, places }) => (
        <Form call='POST /v1/bindings' label={`Give a role ${label.toLowerCase()}`}>
          <h3>{label}</h3>
          <input type='hidden' name={who} value={id} />
          <input type='hidden' name='level' value={level} />
          {places === null ? null : <Select name='place' label={said(level)} options={places} />}
          <Select name='role' label='Role' options={roleOptions(names)} value='viewer' />
          <div>
            <Submit class=''>Give the role</Submit>
          </div>
        </Form>
      ))}
    </div>
  )
}

export function NameField({ label, hint }: { readonly label: string; readonly hint?: string }) {
  return (
    <Field name='name' label={label} {...(hint === undefined ? {} : { hint })} maxlength={200} required />
  )
}
