import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toBase64 } from '../shared/bytes.ts'
import { Redactor } from '../shared/redact.ts'
import { readConfig } from './config.ts'
import { explain, jsonLog } from './http/log.ts'
import { secretsOf } from './secrets.ts'

const secrets = {
  key: toBase64(new Uint8Array(32).fill(7)),
  older: toBase64(new Uint8Array(32).fill(8)),
  database: 'database/token',
  inUrl: 'token+in+url',
  setup: 'a-setup-token-of-24-characters',
  metrics: 'a-metrics-token-of-26-characters',
  mail: 'm@il "password"',
  provider: 'client-secret',
}

const variables: Readonly<Record<string, string>> = {
  SALLYPORT_PUBLIC_URL: 'https://edge.example.com',
  SALLYPORT_MASTER_KEYS: `v2:${secrets.key},v1:${secrets.older}`,
  SALLYPORT_DATABASE_URL: `libsql://db.example.com?authToken=${encodeURIComponent(secrets.inUrl)}`,
  SALLYPORT_DATABASE_TOKEN: secrets.database,
  SALLYPORT_SETUP_TOKEN: secrets.setup,
  SALLYPORT_METRICS_TOKEN: secrets.metrics,
  SALLYPORT_SMTP_URL: `smtps://user:${encodeURIComponent(secrets.mail)}@mail.example.com`,
  SALLYPORT_MAIL_FROM: 'edge@example.com',
  SALLYPORT_OIDC_PROVIDERS: 'google',
  SALLYPORT_OIDC_GOOGLE_CLIENT_ID: 'client',
  SALLYPORT_OIDC_GOOGLE_CLIENT_SECRET: secrets.provider,
}

function logged(): { readonly log: ReturnType<typeof jsonLog>; readonly text: () => string } {
  let text = ''
  const redactor = new Redactor()
  redactor.add(secretsOf(readConfig((name) => variables[name])))
  return { log: jsonLog((piece) => (text += piece), () => 0, redactor), text: () => text }
}

for (const [name, secret] of Object.entries(secrets)) {
  test(`a server that quotes a secret of the configuration (${name}) does not bring it into the log`, () => {
    const { log, text } = logged()
    const cause = new Error(`refused: ${secret}`)
    const spellings = [encodeURIComponent(secret), btoa(`user:${secret}`), JSON.stringify({ secret })]
    const error = new Error(`could not connect as ${spellings.join(' or ')}`, { cause })
    log('error', 'the edge cannot start', { error: explain(error) })
    for (const one of [secret, ...spellings, JSON.stringify(secret).slice(1, -1)]) {
      assert.ok(!text().includes(one), one)
    }
    assert.match(text(), /could not connect as .*\[redacted\]/)
  })
}

test('each line of the log is there as soon as it is written, and as it was', () => {
  const { log, text } = logged()
  log('info', 'one', { count: 1 })
  assert.equal(text(), '{"time":"1970-01-01T00:00:00.000Z","level":"info","message":"one","count":1}\n')
  log('warn', 'two')
  assert.equal(JSON.parse(text().trimEnd().split('\n')[1] ?? '').message, 'two')
})
