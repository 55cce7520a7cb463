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
    title: 'At work',
    pages: [
      {
        path: '/console/runs',
        about: 'What ran, what runs, and how it ended',
        name: 'Runs',
        permission: 'runs.read',
      },
      {
        path: '/console/dead-letters',
        about: 'What runs have died of, and having them again',
        name: 'Dead letters',
        permission: 'runs.read',
      },
      {
        path: '/console/queue',
        about: 'What waits, since when and for what; limits',
        name: 'Queue',
        permission: 'runs.read',
      },
      {
        path: '/console/agents',
        about: 'Which are up, and how they are',
        name: 'Agents',
        permission: 'agents.read',
      },
      {
        path: '/console/pipelines',
        about: 'What starts each, and its newest runs',
        name: 'Pipelines',
        permission: 'pipelines.read',
      },
      {
        path: '/console/schedules',
        about: 'When each starts next; pause and resume',
        name: 'Schedules',
        permission: 'pipelines.read',
      },
    ],
  },
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
    title: 'Installation',
    pages: [
      {
        path: '/console/installation',
        about: 'How much each has; suspend one, let it in again',
        name: 'Its tenants',
        permission: 'tenants.operate',
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
