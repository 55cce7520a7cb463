import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADA, mailTo, password, people, register } from '../accounts/people_fixture.ts'
import { Browser } from './browser_fixture.ts'

async function scene() {
  const edge = await people()
  const own = new Browser(edge)
  assert.deepEqual((await own.call('POST /v1/sessions', { email: ADA, password })).json, { next: 'done' })
  const { secret, codes } = await own.addTotp()
  return { edge, own, secret, codes, [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose]() }
}

test('a password signs in alone until there is a factor, and then waits for one', async () => {
  await using s = await scene()
  const browser = new Browser(s.edge)
  const first = await browser.call('POST /v1/sessions', { email: ADA, password })
  assert.deepEqual(first.json, { next: 'second_factor' })
  for (
    const target of ['GET /v1/account', 'GET /v1/whoami', 'POST /v1/account/totp', 'POST /v1/fresh/totp']
  ) {
    const body = target.endsWith('fresh/totp') ? { code: await browser.code(s.secret, 1) } : undefined
    assert.equal((await browser.call(target, body)).json.code, 'second_factor_required', target)
  }
  const code = await browser.code(s.secret, 1)
  const shown = await browser.call('POST /v1/sessions/second-factor', { method: 'totp', code })
  assert.deepEqual(shown.json, { next: 'done' })
  assert.equal((await browser.call('GET /v1/account')).json.email, ADA)
})

test('a new password by mail does not stand in for the factor, nor takes it away', async () => {
  await using s = await scene()
  const browser = new Browser(s.edge)
  await browser.call('POST /v1/password-resets', { email: ADA })
  const { secret } = await mailTo(s.edge, ADA)
  const next = 'quarry-lantern-moth'
  const reset = await browser.call('POST /v1/password-resets/complete', { secret, password: next })
  assert.ok(reset.status < 300, JSON.stringify(reset.json))
  const left = await browser.call('GET /v1/account')
  assert.ok(['second_factor_required', 'unauthenticated'].includes(left.json.code))
  const signed = await browser.call('POST /v1/sessions', { email: ADA, password: next })
  assert.deepEqual(signed.json, { next: 'second_factor' })
})

test('an account that is deleted leaves no factor behind', async () => {
  await using edge = await people()
  const grace = await register(edge, 'grace@example.com')
  await grace.addTotp()
  await grace.addPasskey('laptop')
  const gone = await grace.call('DELETE /v1/account')
  assert.equal(gone.status, 200, JSON.stringify(gone.json))
  for (const table of ['totp', 'passkey', 'recovery_code']) {
    const rows = await edge.storage.read({ sql: `SELECT 1 FROM ${table}`, parameters: [], reads: true })
    assert.deepEqual(rows, [], table)
  }
})
