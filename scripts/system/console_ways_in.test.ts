/** Ways in without a password, in Chromium: by a real OpenID provider, and by a passkey that the browser offers. */
import { after, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { type ConsoleWorld, consoleWorld, skip, virtualAuthenticator, type Visitor } from './console_world.ts'
import { type Issuer, startIssuer } from './oidc.ts'

const grace = { sub: 'grace', email: 'grace@acme.example', email_verified: true, name: 'Grace Hopper' }

describe('ways in without a password', { skip }, () => {
  let issuer: Issuer
  let world: ConsoleWorld
  let visitor: Visitor

  before(async () => {
    issuer = await startIssuer()
    const [id, secret] = ['edge', 'a secret of the edge at the provider']
    world = await consoleWorld({
      reach: [new URL(issuer.issuer).host],
      env: {
        SALLYPORT_OIDC_PROVIDERS: 'house',
        SALLYPORT_OIDC_HOUSE_ISSUER: issuer.issuer,
        SALLYPORT_OIDC_HOUSE_CLIENT_ID: id,
        SALLYPORT_OIDC_HOUSE_CLIENT_SECRET: secret,
        SALLYPORT_OIDC_HOUSE_LABEL: 'House',
      },
    })
    issuer.register({ id, secret, callback: `${world.url}/v1/sign-in/house/callback` })
    visitor = await world.visitor()
  })
  after(async () => {
    await world?.[Symbol.asyncDispose]()
    await issuer?.[Symbol.asyncDispose]()
  })

  const heading = (name: string) => visitor.page.getByRole('heading', { level: 1, name }).waitFor()

  async function byProvider(next = ''): Promise<void> {
    await visitor.page.goto(`${world.url}/console/sign-in${next}`)
    await visitor.page.getByRole('button', { name: /House/ }).click()
  }

  test('somebody who refuses at the provider is back where they began, and reads why', async () => {
    await byProvider()
    await visitor.page.waitForURL(/sign-in\?problem=/)
    await visitor.page.getByText('The other party did not sign you in').waitFor()
    assert.ok((await visitor.context.cookies()).every(({ name }) => name !== '__Host-session'))
  })

  test('a provider that vouches for an address signs its person in, to where they wanted to go', async () => {
    issuer.account = grace
    await byProvider('?next=%2Fconsole%2Fsessions')
    await heading('Sessions')
    const { pathname, search, hash } = new URL(visitor.page.url())
    assert.deepEqual([pathname, search, hash], ['/console/sessions', '', ''])
    await visitor.page.goto(`${world.url}/console/account`)
    await visitor.page.getByText(grace.email).first().waitFor()
    const session = (await visitor.context.cookies()).find(({ name }) => name === '__Host-session')
    assert.deepEqual([session?.httpOnly, session?.secure, session?.path], [true, true, '/'])
  })

  test('a passkey that the browser offers in the field of the address signs in by itself', async () => {
    const { page } = visitor
    await virtualAuthenticator(visitor)
    await page.goto(`${world.url}/console/account`)
    await page.getByLabel('Name of the new passkey').fill('Laptop')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByRole('button', { name: 'I have kept it' }).click()
    await page.getByRole('button', { name: 'Remove the passkey Laptop' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    // Nothing is pressed: the authenticator answers what the page has asked for beside its field.
    await heading('Tenants')
    await page.goto(`${world.url}/console/account`)
    await page.getByText(grace.email).first().waitFor()
  })

  test('no page of the edge asked anybody but its own origin', () => {
    const own = [`${world.url}/`, 'data:', `${issuer.issuer}/auth`, `${issuer.issuer}/interaction/`]
    assert.deepEqual(world.asked.filter((url) => !own.some((start) => url.startsWith(start))), [])
    assert.deepEqual(world.complaints, [])
  })
})
