import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Browser, installation } from './browser_fixture.ts'

test('an owner hears by mail of every change of their factors, and of a recovery code', async () => {
  await using edge = await installation()
  const own = new Browser(edge)
  await own.startSession(edge.ada)
  const { codes } = await own.addTotp()
  const { id } = await own.addPasskey('laptop')
  await own.call('POST /v1/account/recovery-codes')
  assert.equal((await own.call('DELETE /v1/account/totp')).status, 200)
  const made = await own.call('POST /v1/account/recovery-codes')
  const code = made.json.recovery_codes[0]
  const waiting = new Browser(edge)
  await waiting.startSession(edge.ada, 'second_factor')
  await waiting.call('POST /v1/sessions/second-factor', { method: 'recovery', code })
  assert.equal((await own.call(`DELETE /v1/account/passkeys/${id}`)).status, 200)
  await edge.edge.housekeep()
  const texts = [
    /authenticator app was set up/,
    /passkey was added/,
    /[Nn]ew recovery codes were made/,
    /authenticator app of your account was removed/,
    /[Nn]ew recovery codes were made/,
    /signed in to with one of its recovery codes/,
    /passkey of your account was removed/,
  ]
  assert.deepEqual(edge.mails.map(({ to }) => to), texts.map(() => edge.ada.email))
  for (const [i, text] of texts.entries()) assert.match(edge.mails[i]?.text ?? '', text)
  const all = JSON.stringify(edge.mails)
  for (const secret of [...codes, ...made.json.recovery_codes]) assert.ok(!all.includes(secret))
})

test('an owner hears of a browser that their account has not seen, also where a factor was shown', async () => {
  await using edge = await installation()
  const own = new Browser(edge)
  await own.startSession(edge.ada)
  const { authenticator } = await own.addPasskey('laptop')
  await own.signIn(authenticator)
  await own.signIn(authenticator)
  await edge.edge.housekeep()
  const before = edge.mails.length
  const elsewhere = new Browser(edge)
  await elsewhere.startSession(edge.ada, 'second_factor')
  const options = await elsewhere.call('POST /v1/sessions/second-factor/options')
  const credential = authenticator.assert(options.json)
  await elsewhere.call('POST /v1/sessions/second-factor', { method: 'passkey', credential })
  await new Browser(edge).signIn(authenticator)
  await edge.edge.housekeep()
  const news = edge.mails.slice(before)
  assert.equal(news.length, 2)
  for (const { to, text } of news) {
    assert.equal(to, edge.ada.email)
    assert.match(text, /browser that it has not seen/)
  }
})

test('an owner is warned of guesses behind their password, and of a copy of their passkey, once an hour', async () => {
  await using edge = await installation()
  const own = new Browser(edge)
  await own.startSession(edge.ada)
  await own.addTotp()
  const { authenticator } = await own.addPasskey('laptop')
  const clone = authenticator.clone()
  await own.signIn(authenticator)
  await edge.edge.housekeep()
  const before = edge.mails.length
  const guess = async () => {
    const browser = new Browser(edge)
    await browser.startSession(edge.ada, 'second_factor')
    return await browser.call('POST /v1/sessions/second-factor', { method: 'totp', code: '000000' })
  }
  for (let i = 0; i < 8; i++) await guess()
  for (let i = 0; i < 3; i++) {
    clone.counter = 0
    await new Browser(edge).signIn(clone)
  }
  await edge.edge.housekeep()
  const texts = () => edge.mails.slice(before).map(({ text }) => /wrong codes|may be a copy/.exec(text)?.[0])
  assert.deepEqual(texts(), ['wrong codes', 'may be a copy'])
  edge.clock.now += 60 * 60_000
  for (let i = 0; i < 2; i++) await guess()
  await edge.edge.housekeep()
  assert.deepEqual(texts(), ['wrong codes', 'may be a copy', 'wrong codes'])
})
