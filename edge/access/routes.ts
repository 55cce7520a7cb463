/** Who may what, where: roles, groups, bindings, why, and what needs a second person. */
import type { Route } from '../http/route.ts'
import { approvalRoutes } from './approval_routes.ts'
import { bindingRoutes } from './binding_routes.ts'
import { explainRoute } from './explain.ts'
import { groupRoutes } from './group_routes.ts'
import type { AccessOptions } from './options.ts'
import { roleRoutes } from './role_routes.ts'

export function accessRoutes(options: AccessOptions): readonly Route[] {
  return [
    ...roleRoutes(options),
    ...groupRoutes(options),
    ...bindingRoutes(options),
    explainRoute,
    ...approvalRoutes(options),
  ]
}
