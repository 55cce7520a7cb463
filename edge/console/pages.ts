/** Every page of the console, in the order of its rooms. What is not in this list is not found. */
import type { Frame, PageRoute } from '../http/page_route.ts'
import { withNext } from './next.ts'
import { accessPage } from './pages/access.tsx'
import { accountPage } from './pages/account.tsx'
import { agentPage, agentsPage } from './pages/agents.tsx'
import { approvalsPage } from './pages/approvals.tsx'
import { deadLettersPage } from './pages/dead_letters.tsx'
import { devicePage } from './pages/device.tsx'
import { faultPage } from './pages/faults.tsx'
import { groupPage, groupsPage } from './pages/groups.tsx'
import { homePage } from './pages/home.tsx'
import { installationPage, operatedTenantPage } from './pages/installation.tsx'
import { invitationPage } from './pages/invitation.tsx'
import { memberPage } from './pages/member.tsx'
import { membersPage } from './pages/members.tsx'
import { notHerePage } from './pages/not_here.tsx'
import { pipelinePage } from './pages/pipeline.tsx'
import { pipelinesPage } from './pages/pipelines.tsx'
import { queuePage } from './pages/queue.tsx'
import { runPage } from './pages/run.tsx'
import { runsPage } from './pages/runs.tsx'
import { schedulesPage } from './pages/schedules.tsx'
import { tenantPage } from './pages/tenant.tsx'
import { providersPage } from './pages/providers.tsx'
import { registerPage, resetPage, verifyPage } from './pages/register.tsx'
import { rolesPage } from './pages/roles.tsx'
import { rulesPage } from './pages/rules.tsx'
import { sessionsPage } from './pages/sessions.tsx'
import { secondFactorPage, signInPage } from './pages/sign_in.tsx'
import { tenantsPage } from './pages/tenants.tsx'
import { tokensPage } from './pages/tokens.tsx'
import { type ConsoleVisitor, visit } from './visitor.ts'

export const consolePages: readonly PageRoute<ConsoleVisitor>[] = [
  homePage,
  signInPage,
  secondFactorPage,
  registerPage,
  verifyPage,
  resetPage,
  invitationPage,
  devicePage,
  notHerePage,
  accountPage,
  sessionsPage,
  tenantsPage,
  tokensPage,
  tenantPage,
  membersPage,
  memberPage,
  groupsPage,
  groupPage,
  rolesPage,
  accessPage,
  rulesPage,
  providersPage,
  approvalsPage,
  runsPage,
  runPage,
  deadLettersPage,
  queuePage,
  agentsPage,
  agentPage,
  pipelinesPage,
  pipelinePage,
  schedulesPage,
  installationPage,
  operatedTenantPage,
]

export const consoleFrame: Frame<ConsoleVisitor> = {
  root: '/console',
  visit,
  fault: faultPage,
  ways: {
    signIn: (next) => withNext('/console/sign-in', next),
    secondFactor: (next) => withNext('/console/second-factor', next),
    chooseTenant: (next) => withNext('/console/tenants', next),
  },
}
