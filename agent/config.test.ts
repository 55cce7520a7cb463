import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { edgeOf, loadConfig } from './config.ts'

const home = mkdtempSync(join(tmpdir(), 'sallyport-config-'))
after(() => rmSync(home, { recursive: true, force: true }))
mkdirSync(`${home}/etc`)
writeFileSync(
  `${home}/etc/agent.yaml`,
  'slots: 3\nkeystore: file:ring.json\nlogs: log\nurl: https://edge.example.com\n',
)

function load(flags: Record<string, string> = {}, env: Record<string, string> = {}) {
  return loadConfig({ flags, env, home })
}

describe('settings', () => {
  test('have defaults in the home folder', () => {
    const config = load()
    assert.equal(config.keystore, `file:${home}/ring.json`)
    assert.equal(config.anchor, `file:${home}/anchor.json`)
    assert.equal(config.state, `${home}/agent`)
    assert.equal(config.slots, null)
    assert.deepEqual(config.labels, [])
    assert.equal(config.edge, null)
  })

  test('come by flag before environment before agent.yaml before default', () => {
    const config = `${home}/etc/agent.yaml`
    assert.equal(load({ config }).slots, 3)
    assert.equal(load({ config }, { SALLYPORT_SLOTS: '4' }).slots, 4)
    assert.equal(load({ config, slots: '5' }, { SALLYPORT_SLOTS: '4' }).slots, 5)
    assert.equal(load({}, { SALLYPORT_CONFIG: config, SALLYPORT_LOG_LEVEL: 'debug' }).logLevel, 'debug')
  })

  test('paths in agent.yaml are beside it', () => {
    const config = load({ config: `${home}/etc/agent.yaml` })
    assert.equal(config.keystore, `file:${home}/etc/ring.json`)
    assert.equal(config.logs, `${home}/etc/log`)
  })

  test('that make no sense are refused by name', () => {
    assert.deepEqual(load({ labels: 'gpu, region=eu,,gpu' }).labels, ['gpu', 'region=eu'])
    assert.throws(() => load({ labels: 'gpu,two words' }), { code: 'invalid_setting', message: /two words/ })
    const many = Array.from({ length: 33 }, (_, index) => `l${index}`).join(',')
    assert.throws(() => load({ labels: many }), { code: 'invalid_setting' })
    assert.throws(() => load({ slots: '0' }), { code: 'invalid_setting', message: /^slots:/ })
    assert.throws(() => load({ slots: '1e1' }), { code: 'invalid_setting' })
    assert.throws(() => load({}, { SALLYPORT_LOG_LEVEL: 'loud' }), {
      code: 'invalid_setting',
      message: /^log-level:/,
    })
    writeFileSync(`${home}/bad.yaml`, 'slot: 1')
    assert.throws(() => load({ config: `${home}/bad.yaml` }), { code: 'invalid_setting', message: /"slot"/ })
    writeFileSync(`${home}/bad.yaml`, '[1')
    assert.throws(() => load({ config: `${home}/bad.yaml` }), { code: 'invalid_file' })
  })

  test('an edge is https, or http on loopback', () => {
    assert.equal(edgeOf('https://edge.example.com/x?y')?.href, 'https://edge.example.com/')
    assert.equal(edgeOf('http://localhost:8787')?.href, 'http://localhost:8787/')
    assert.equal(edgeOf('http://[::1]:8787')?.href, 'http://[::1]:8787/')
    for (const text of ['http://edge.example.com', 'http://127.0.0.1.evil.example', 'ftp://localhost']) {
      assert.throws(() => edgeOf(text), { code: 'edge_insecure' }, text)
    }
    assert.throws(() => edgeOf('https://u:p@edge.example.com'), { code: 'invalid_setting' })
    assert.throws(() => edgeOf('edge'), { code: 'invalid_setting' })
  })
})
