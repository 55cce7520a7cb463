/** The whole way of a file from a web server, by the command line, through a proxy and under a private authority. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { authority, Proxy, WebServer } from './server_fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-https-run-'))
let data: WebServer
let store: WebServer
let proxy: Proxy

before(async () => {
  for (const name of ['home', 'out']) mkdirSync(join(folder, name))
  data = await WebServer.open('data.example')
  store = await WebServer.open('store.cdn.example')
  proxy = await Proxy.open()
  data.redirect('/exports/a.csv', `https://store.cdn.example:${store.port}/signed?signature=hunter2`)
  store.give('/signed', 'id,v\n1,a\n2,\n')
  writeFileSync(join(folder, 'ca.pem'), authority.certificate)
  writeFileSync(
    join(folder, 'p.yaml'),
    'sallyport: 1\nname: p\nsource: web\ndestination: lake\nstreams:\n  - { from: a.csv, to: a.csv, mode: replace }\n',
  )
})
after(async () => {
  for (const one of [data, store, proxy]) await one[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

async function run(redirects: string, env: Record<string, string>, ...more: string[]) {
  writeFileSync(
    join(folder, 'connections.yaml'),
    `sallyport: 1\nconnections:\n  lake: { type: files, path: ./out, format: csv }\n` +
      `  web: { type: https, url: "https://data.example:${data.port}/exports/", token: "\${env:TOKEN}", redirects: ${redirects} }\n`,
  )
  const main = fileURLToPath(new URL('../../main.ts', import.meta.url))
  const child = Bun.spawn(
    [process.execPath, main, 'run', join(folder, 'p.yaml'), '--new', '--json', ...more],
    {
      env: { ...process.env, SALLYPORT_HOME: join(folder, 'home'), TOKEN: 'the-token', ...env },
      stdout: 'pipe',
      stderr: 'pipe',
    },
  )
  const [out, said] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  const codes = out.startsWith('{') ? JSON.parse(out).streams.map(({ code }: { code: unknown }) => code) : []
  return { exit: await child.exited, codes, text: out + said }
}

const settings = () => ({ SALLYPORT_PROXY: proxy.url, SALLYPORT_CA_FILE: join(folder, 'ca.pem') })

test('a file comes through the proxy, over a declared redirect, without its token going along', async () => {
  const { exit, text } = await run('["*.cdn.example"]', settings())
  assert.equal(exit, 0, text)
  assert.equal(readFileSync(join(folder, 'out', 'a.csv'), 'utf8'), 'id,v\n1,a\n2,\n')
  assert.deepEqual(data.seen.map(({ authorization }) => authorization), ['Bearer the-token'])
  assert.deepEqual(store.seen.map(({ authorization }) => authorization), [undefined])
  assert.deepEqual(proxy.asked, [`data.example:${data.port}`, `store.cdn.example:${store.port}`])
})

test('a redirect that is not declared is refused, and what it carries is not shown', async () => {
  store.seen.length = 0
  const { exit, codes, text } = await run('[]', {}, '--proxy', proxy.url, '--ca-file', join(folder, 'ca.pem'))
  assert.equal(exit, 4, text)
  assert.deepEqual(codes, ['host_not_declared'])
  assert.doesNotMatch(text, /hunter2|the-token/)
  assert.equal(store.seen.length, 0)
})

test('no proxy and no authority is taken from the environment', async () => {
  proxy.asked.length = 0
  const env = { HTTPS_PROXY: proxy.url, https_proxy: proxy.url, NODE_TLS_REJECT_UNAUTHORIZED: '0' }
  const { codes } = await run('[]', env)
  assert.deepEqual(codes, ['host_unresolved'])
  assert.deepEqual(proxy.asked, [])
  const { codes: unverified } = await run('[]', { ...env, SALLYPORT_PROXY: proxy.url })
  assert.deepEqual(unverified, ['tls_failed'])
})
