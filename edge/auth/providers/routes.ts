import type { Route } from '../../http/route.ts'
import { identityRoutes } from './identity_routes.ts'
import type { SignInByProvider } from './options.ts'
import { providerRoutes } from './provider_routes.ts'
import { providerSignInRoutes } from './sign_in_routes.ts'

export function byProviderRoutes(options: SignInByProvider): readonly Route[] {
  return [...providerSignInRoutes(options), ...identityRoutes(options), ...providerRoutes(options)]
}
