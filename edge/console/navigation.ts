/** The console's rooms in the order of its menu, and who finds them there. */
import type { ConsoleVisitor } from './visitor.ts'

interface Place {
  readonly path: `/${string}`
  readonly name: string
  readonly about?: string
  /** In the menu of who holds it; of everybody signed in unless said. */
  readonly permission?: string
}

interface Room {
  readonly title: string
  readonly pages: readonly Place[]
}

const rooms: readonly Room[] = [
  {
    title: 'You',
    pages: [
      {
        path: '/console/account',
        about: 'Name, password, passkeys, authenticator app, recovery codes',
        name: 'Account and sign-in',
      },
      { path: '/console/sessions', about: 'Browsers that are signed in as you', name: 'Sessions' },
      {
        path: '/console/tenants',
        about: 'Those that you are in, and which you work in',
        name: 'Tenants',
      },
      {
        path: '/console/tokens',
        about: 'For programs and services',
        name: 'API tokens',
        permission: 'tokens.read',
      },
    ],
  },
  {
    title: 'People and access',
    pages: [
      {
        path: '/console/tenant',
        about: 'Its name, its owner, its end',
        name: 'Tenant',
        permission: 'tenant.read',
      },
      {
        path: '/console/members',
        about: 'People and services, and their roles',
        name: 'Members',
        permission: 'members.read',
      },
      {
        path: '/console/groups',
        about: 'People who get the same roles',
        name: 'Groups',
        permission: 'roles.read',
      },
      {
        path: '/console/roles',
        about: 'What each holds, and roles of your own',
        name: 'Roles',
        permission: 'roles.read',
      },
      {
        path: '/console/access',
        about: 'Why somebody may do something, or may not',
        name: 'Who may, and why',
        permission: 'roles.read',
      },
    ],
  },
  {
    title: 'Rules',
    pages: [
      {
        path: '/console/rules',
        about: 'How people have to sign in, and what needs two',
        name: 'Rules of sign-in',
        permission: 'rules.read',
      },
      {
        path: '/console/providers',
        about: 'Other parties that sign people in',
        name: 'Sign-in providers',
        permission: 'rules.read',
      },
      {
        path: '/console/approvals',
        about: 'What waits for a second person',
        name: 'Approvals',
        permission: 'approvals.read',
      },
    ],
  },
  {
    title: 'Elsewhere',
    pages: [
      { path: '/console/not-here', name: 'What is not here' },
      { path: '/docs', name: 'API reference' },
    ],
  },
]

/** The rooms that somebody may enter; a page refuses by itself, whatever the menu says. */
export function roomsFor({ permissions }: ConsoleVisitor): readonly Room[] {
  return rooms.map(({ title, pages }) => ({
    title,
    pages: pages.filter(({ permission }) => permission === undefined || permissions.has(permission)),
  })).filter(({ pages }) => pages.length > 0)
}
