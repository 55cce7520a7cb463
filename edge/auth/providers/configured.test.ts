import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readProviders } from './configured.ts'

const DIRECTORY = '72f988bf-86f1-41af-91ab-2d7cd011db47'

function read(variables: Readonly<Record<string, string>>, loopback = false) {
  const all: Readonly<Record<string, string | undefined>> = variables
  return readProviders((name) => all[`${name.replace(/^SALLYPORT_OIDC_/, '')}`], { loopback })
}

const client = (name: string) => ({ [`${name}_CLIENT_ID`]: 'id', [`${name}_CLIENT_SECRET`]: 'hidden' })

test('providers stand in the order of the list, with what is known of them filled in', () => {
  const found = read({
    PROVIDERS: 'okta, google,github,entra,keycloak',
    ...client('OKTA'),
    OKTA_ISSUER: 'https://acme.okta.com',
    ...client('GOOGLE'),
    ...client('GITHUB'),
    ...client('ENTRA'),
    ENTRA_TENANT: DIRECTORY,
    ...client('KEYCLOAK'),
    KEYCLOAK_ISSUER: 'https://sso.example.com/realms/data',
    KEYCLOAK_LABEL: 'Our Keycloak',
  })
  assert.deepEqual(found.map(({ id, name, issuer }) => [id, name, issuer]), [
    ['okta', 'Okta', 'https://acme.okta.com'],
    ['google', 'Google', 'https://accounts.google.com'],
    ['github', 'GitHub', 'https://github.com'],
    ['entra', 'Microsoft', `https://login.microsoftonline.com/${DIRECTORY}/v2.0`],
    ['keycloak', 'Our Keycloak', 'https://sso.example.com/realms/data'],
  ])
})

test('a GitHub Enterprise Server is an issuer of its own', () => {
  const [found] = read({ PROVIDERS: 'github', ...client('GITHUB'), GITHUB_URL: 'https://git.example.com/' })
  assert.equal(found?.issuer, 'https://git.example.com')
  assert.equal(found?.github?.api, 'https://git.example.com/api/v3')
})

test('no list is no provider', () => {
  assert.deepEqual(read({}), [])
  assert.deepEqual(read(client('GOOGLE')), [])
})

const wrong: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
  ['a name with a slash', { PROVIDERS: 'a/b' }, /PROVIDERS/],
  ['a name twice', { PROVIDERS: 'google,google' }, /PROVIDERS/],
  ['no client id', { PROVIDERS: 'google' }, /GOOGLE_CLIENT_ID is missing/],
  ['no secret', { PROVIDERS: 'google', GOOGLE_CLIENT_ID: 'id' }, /GOOGLE_CLIENT_SECRET is missing/],
  ['no issuer', { PROVIDERS: 'okta', ...client('OKTA') }, /OKTA_ISSUER is missing/],
  [
    'an issuer by http',
    { PROVIDERS: 'okta', ...client('OKTA'), OKTA_ISSUER: 'http://a.example' },
    /OKTA_ISSUER/,
  ],
  ['every directory', { PROVIDERS: 'entra', ...client('ENTRA'), ENTRA_TENANT: 'common' }, /ENTRA_TENANT/],
  [
    'some directories',
    { PROVIDERS: 'entra', ...client('ENTRA'), ENTRA_TENANT: 'organizations' },
    /ENTRA_TENANT/,
  ],
  [
    'a path for GitHub',
    { PROVIDERS: 'github', ...client('GITHUB'), GITHUB_URL: 'https://a.example/b' },
    /GITHUB_URL/,
  ],
]
for (const [what, variables, message] of wrong) {
  test(`${what} is refused with the name of the variable and no value`, () => {
    assert.throws(() => read(variables), (error: Error) => {
      assert.match(error.message, message)
      assert.doesNotMatch(error.message, /hidden/)
      return true
    })
  })
}

test('http is for loopback, on an edge that is there itself', () => {
  const variables = { PROVIDERS: 'local', ...client('LOCAL'), LOCAL_ISSUER: 'http://127.0.0.1:9000' }
  assert.equal(read(variables, true).length, 1)
  assert.throws(() => read(variables), /LOCAL_ISSUER/)
})
