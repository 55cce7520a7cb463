/** Signing in to the edge as it is started: threads for passwords and mail work under its named permissions. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { SMTPServer } from 'smtp-server'
import { startEdge } from './edge_process.ts'

const password = 'gravel-otter-sundial'
const email = 'ada@example.com'

/** A mail server, and the first mail that it gets. */
async function mailbox(): Promise<{ server: SMTPServer; port: number; first: Promise<string> }> {
  const first = Promise.withResolvers<string>()
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      let text = ''
      stream.on('data', (chunk) => text += String(chunk))
      stream.on('end', () => {
        first.resolve(text.replaceAll('=\r\n', ''))
        done()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  return { server, port: (server.server.address() as AddressInfo).port, first: first.promise }
}

test('somebody registers by mail, signs in with a password and out again, many at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-sign-in-'))
  const mails = await mailbox()
  const env = {
    SALLYPORT_SMTP_URL: `smtp://127.0.0.1:${mails.port}`,
    SALLYPORT_MAIL_FROM: 'edge@example.com',
  }
  const edge = await startEdge({ folder, env, reach: [`127.0.0.1:${mails.port}`] })
  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(`${edge.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', origin: edge.url, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  try {
    const tenant = { id: '019a9f3e-7c00-7000-8000-000000000000', name: 'Acme' }
    const authorization = `Bearer ${readFileSync(edge.setupTokenFile, 'utf8').trim()}`
    await send('POST', '/v1/setup', { tenant, person: { name: 'Ada' } }, { authorization })
    assert.equal((await send('POST', '/v1/accounts', { email })).status, 200)
    const secret = /#(?:=\r?\n)?(sp_ver_[0-9A-Za-z]{36})/.exec(await mails.first)?.[1]
    const made = await send('POST', '/v1/accounts/verify', { secret, name: 'Ada', password })
    assert.equal(made.status, 201, await made.clone().text())
    const device = made.headers.getSetCookie().find((value) => value.startsWith('__Host-device'))?.split(
      ';',
    )[0]
    const many = await Promise.all(
      Array.from(
        { length: 4 },
        () => send('POST', '/v1/sessions', { email, password }, { cookie: device ?? '' }),
      ),
    )
    assert.deepEqual(many.map(({ status }) => status), [200, 200, 200, 200])
    const cookie = many[0]?.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    assert.equal((await send('GET', '/v1/account', undefined, { cookie })).status, 200)
    assert.equal((await send('DELETE', '/v1/sessions/current', undefined, { cookie })).status, 200)
    assert.equal((await send('GET', '/v1/account', undefined, { cookie })).status, 401)
    const log = readFileSync(edge.log, 'utf8')
    assert.ok(!log.includes(email) && !log.includes(password) && !log.includes('sp_'), 'no secret is logged')
  } finally {
    await edge.stop()
    await new Promise<void>((resolve) => mails.server.close(() => resolve()))
    rmSync(folder, { recursive: true })
  }
})
