/** The console's rooms in the order of its menu, and who finds them there. */
import type { ConsoleVisitor } from './visitor.ts'

interface Place {
  readonly path: `/${string}`
  readonly name: string
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
      { path: '/console/account', name: 'Account and sign-in' },
      { path: '/console/sessions', name: 'Sessions' },
      { path: '/console/tenants', name: 'Organisations' },
      { path: '/console/tokens', name: 'API tokens', permission: 'tokens.read' },
    ],
  },
  {
    title: 'People and access',
    pages: [
      { path: '/console/members', name: 'Members', permission: 'members.read' },
      { path: '/console/groups', name: 'Groups', permission: 'members.read' },
      { path: '/console/roles', name: 'Roles', permission: 'roles.read' },
      { path: '/console/access', name: 'Who may, and why', permission: 'roles.read' },
    ],
  },
  {
    title: 'Rules',
    pages: [
      { path: '/console/rules', name: 'Rules of sign-in', permission: 'rules.read' },
      { path: '/console/providers', name: 'Sign-in providers', permission: 'rules.read' },
      { path: '/console/approvals', name: 'Approvals', permission: 'approvals.read' },
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
