/**
 * The installation's providers, from the environment: `SALLYPORT_OIDC_PROVIDERS=google,github,entra,okta,keycloak` says
 * which and in what order, and `SALLYPORT_OIDC_<NAME>_…` the rest of each. A message names a variable, never a value.
 */
import { GITHUB_ISSUER, gitHubEndpoints } from './github.ts'
import { isOneDirectory } from './claims.ts'
import { mayAsk } from './outgoing.ts'
import type { ConfiguredProvider } from './providers.ts'

type Environment = (name: string) => string | undefined

const names: Readonly<Record<string, string>> = {
  google: 'Google',
  github: 'GitHub',
  entra: 'Microsoft',
  okta: 'Okta',
}

/** Throws an Error that names the variable when one is missing or makes no sense. */
export function readProviders(
  get: Environment,
  { loopback }: { readonly loopback: boolean },
): ConfiguredProvider[] {
  const list = get('SALLYPORT_OIDC_PROVIDERS') ?? ''
  const ids = list.split(',').map((id) => id.trim()).filter((id) => id !== '')
  if (new Set(ids).size < ids.length || !ids.every((id) => /^[a-z][a-z0-9]{0,30}$/.test(id))) {
    throw new Error(
      'SALLYPORT_OIDC_PROVIDERS is not a list of names: letters and digits, in lower case, each once',
    )
  }
  return ids.map((id) => readProvider(id, { get, loopback }))
}

function readProvider(
  id: string,
  { get, loopback }: { readonly get: Environment; readonly loopback: boolean },
): ConfiguredProvider {
  const variable = (part: string) => `SALLYPORT_OIDC_${id.toUpperCase()}_${part}`
  const required = (part: string) => {
    const value = get(variable(part)) ?? ''
    if (value === '') throw new Error(`${variable(part)} is missing`)
    return value
  }
  const name = get(variable('LABEL')) ?? names[id] ?? id
  const client = { clientId: required('CLIENT_ID'), clientSecret: required('CLIENT_SECRET') }
  if (id === 'github') return { id, name, ...client, ...gitHub(get(variable('URL')), { variable, loopback }) }
  const [part, issuer] = id === 'google'
    ? ['ISSUER', get(variable('ISSUER')) ?? 'https://accounts.google.com']
    : id === 'entra'
    ? ['TENANT', `https://login.microsoftonline.com/${required('TENANT')}/v2.0`]
    : ['ISSUER', required('ISSUER')]
  if (!URL.canParse(issuer) || !mayAsk(new URL(issuer), loopback)) {
    throw new Error(`${variable(part)} is not the https URL of an issuer`)
  }
  if (!isOneDirectory(issuer)) throw new Error(`${variable(part)} is not the id of one directory`)
  return { id, name, issuer, ...client, github: null }
}

/** github.com, or a GitHub Enterprise Server by its URL. */
function gitHub(
  url: string | undefined,
  { variable, loopback }: { readonly variable: (part: string) => string; readonly loopback: boolean },
): Pick<ConfiguredProvider, 'issuer' | 'github'> {
  if (url === undefined) return { issuer: GITHUB_ISSUER, github: gitHubEndpoints }
  if (!URL.canParse(url) || !mayAsk(new URL(url), loopback) || new URL(url).pathname !== '/') {
    throw new Error(`${variable('URL')} is not an https URL without a path`)
  }
  const { origin } = new URL(url)
  return {
    issuer: origin,
    github: {
      authorization: `${origin}/login/oauth/authorize`,
      token: `${origin}/login/oauth/access_token`,
      api: `${origin}/api/v3`,
    },
  }
}
