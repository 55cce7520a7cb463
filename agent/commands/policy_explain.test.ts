import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { Policy } from '../../shared/schemas/policy.ts'
import { policyDifferences } from './policy_edit.ts'
import { runProgram } from './program.ts'
import { Shell } from './shell.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-explain-')))
after(() => rmSync(folder, { recursive: true, force: true }))
for (const name of ['in', 'out', 'home']) mkdirSync(join(folder, name))
const write = (name: string, text: string) => (writeFileSync(join(folder, name), text, { mode: 0o600 }), name)

write(
  'connections.yaml',
  `sallyport: 1
connections:
  shop: { type: postgres, host: 127.0.0.1, user: etl, password: "\${env:SHOP_PASSWORD}", database: shop }
  private: { type: postgres, host: 10.1.2.3, user: etl, password: x, database: shop }
  lake: { type: files, path: ./out, format: csv }
  inbox: { type: files, path: ./in, format: csv }
  till: { type: sqlite, path: ./in/till.db }
  crm: { type: mysql, url: "mysql://etl:hunter2@127.0.0.1/crm?tls=disable" }
  web: { type: https, url: "https://10.9.9.9/exports/", redirects: ["*.cdn.example.com", "*.other.example"] }
`,
)
write(
  'policy.yaml',
  `sallyport: 1
allow:
  - { direction: read, connector: postgres, endpoint: other.example, port: 5433, account: etl, database: shop,
      schema: public, prefix: "*" }
  - { direction: read, connector: postgres, endpoint: 127.0.0.1, port: 5432, account: etl, database: shop,
      schema: public, prefix: "*" }
  - { direction: read, connector: postgres, endpoint: 10.1.2.3, port: 5432, account: etl, database: shop,
      schema: public, prefix: order }
  - { direction: read, connector: mysql, endpoint: 127.0.0.1, port: 3306, account: etl, database: crm, prefix: ord }
  - { direction: read, connector: files, path: ${folder}/in }
  - { direction: write, connector: files, path: ${folder}/out }
  - { direction: read, connector: https, endpoint: 10.9.9.9, port: 443, path: /exports, derived: ["*.example.com"] }
forbidden_pairs:
  - { source: { connector: files, path: ${folder}/in/secret }, destination: { connector: files, path: ${folder} } }
limits: { rows: 10, runs_per_day: 2 }
`,
)
write('local.yaml', `sallyport: 1\nfiles: ["${folder}/in"]\n`)
write(
  'open.yaml',
  `sallyport: 1\nfiles: ["${folder}/in", "${folder}/out"]\naddresses: [127.0.0.1]\nreferences: ["\${env:SHOP_PASSWORD}"]\n`,
)
const pipeline = (name: string, from: string) =>
  write(
    `${name}.yaml`,
    `sallyport: 1\nname: ${name}\nsource: inbox\ndestination: lake\nstreams:\n` +
      `  - { from: ${from}, to: a.csv, mode: replace }\n`,
  )
pipeline('plain', 'a.csv')
pipeline('secret', 'secret/a.csv')

async function explain(what: string, ...more: string[]) {
  let out = ''
  let said = ''
  const shell = new Shell({
    env: { SALLYPORT_HOME: join(folder, 'home') },
    stdout: { write: (text: string) => void (out += text) },
    stderr: { write: (text: string) => void (said += text) },
    stdin: {},
  })
  const files = ['--from', join(folder, 'connections.yaml'), '--policy', join(folder, 'policy.yaml')]
  const exit = await runProgram(['policy', 'explain', what, ...more, ...files], shell)
  return { exit, out, said }
}

describe('policy explain', () => {
  test('judges a pattern by whether some name of it may be allowed', async () => {
    const some = await explain('private', 'public.*')
    assert.match(some.out, /^read .* public\.\* by private: allowed/m)
    assert.equal((await explain('private', 'public.item*')).exit, 4)
    assert.equal((await explain('private', 'public."*"')).exit, 4, 'in quotes it is a name')
  })

  test('knows databases of every kind, and the line that would allow them', async () => {
    const till = await explain('till', 'orders')
    assert.equal(till.exit, 4)
    assert.ok(
      till.out.includes(`{ direction: read, connector: sqlite, path: ${folder}/in/till.db }`),
      till.out,
    )
    const crm = await explain('crm', 'orders', '--local-policy', join(folder, 'open.yaml'))
    assert.match(crm.out, /^read etl@127\.0\.0\.1:3306 crm\.orders by crm: not allowed/m)
    assert.match(crm.out, /line 4 allows it/)
    assert.match(crm.out, /plain: 127\.0\.0\.1: 127\.0\.0\.1:3306 is not under "plain"/)
    assert.ok(!crm.out.includes('hunter2'))
    const other = await explain('crm', 'hr.people')
    assert.match(other.out, /database is crm, asked is hr; prefix is ord, asked is people/)
  })

  test('judges where rows go that are put aside', async () => {
    write(
      'aside.yaml',
      'sallyport: 1\nname: aside\nsource: inbox\ndestination: lake\ndefaults: { on_bad_row: quarantine }\n' +
        'streams:\n  - { from: a.csv, to: a.csv, mode: replace }\n',
    )
    const { exit, out } = await explain(join(folder, 'aside.yaml'))
    assert.equal(exit, 0, out)
    assert.match(out, /^write .*\/out\/a\.csv__quarantine\.jsonl by lake: allowed/m)
  })

  test('names the line that allows, and the address with the rule that decides', async () => {
    const { exit, out } = await explain('private', 'public.orders')
    assert.equal(exit, 0)
    assert.match(out, /^read etl@10\.1\.2\.3:5432\/shop public\.orders by private: allowed/m)
    assert.match(out, /line 3 allows it/)
    assert.match(out, /10\.1\.2\.3 here, passes: private/)
    assert.match(out, /^write .*: not allowed/m)
    assert.match(out, /direction is read, asked is write/)
  })

  test('says of each line which field does not fit and how, nearest first, and exits by 4', async () => {
    const { exit, out } = await explain('private', 'hr.orders')
    assert.equal(exit, 4)
    const [first] = out.match(/line \d does not fit: .*/g) ?? []
    assert.equal(
      first,
      'line 3 does not fit: schema is public, asked is hr',
    )
    assert.match(out, /line 1 does not fit: endpoint is other\.example, asked is 10\.1\.2\.3; port is 5433/)
    assert.match(out, /this line would allow it:\n\s+- \{ direction: read, .* schema: hr, prefix: "\*" \}/)
  })

  test('an address that the rules refuse is not allowed, whatever the policy says', async () => {
    const { exit, out } = await explain('shop', 'public.orders')
    assert.equal(exit, 4)
    assert.match(out, /line 2 allows it/)
    assert.match(out, /127\.0\.0\.1 here, refused: loopback \(127\.0\.0\.0\/8\)/)
  })

  test('with local policy, says what that adds and takes', async () => {
    const open = await explain('shop', 'public.orders', '--local-policy', join(folder, 'open.yaml'))
    assert.equal(open.exit, 0)
    assert.match(open.out, /127\.0\.0\.1 here, passes: loopback .* named by local policy/)
    assert.match(open.out, /local policy, references: \$\{env:SHOP_PASSWORD\}: allowed/)
    const closed = await explain('lake', 'a.csv', '--local-policy', join(folder, 'local.yaml'))
    assert.equal(closed.exit, 4)
    assert.match(closed.out, /local policy, files: .*a\.csv: .* in none of the folders/)
  })

  test('tells declared hosts from approved ones', async () => {
    const { exit, out } = await explain('web', 'a.csv')
    assert.equal(exit, 0)
    assert.match(out, /\*\.cdn\.example\.com: declared by the connection, approved by the policy/)
    assert.match(out, /\*\.other\.example: declared by the connection, not approved by the policy/)
    assert.doesNotMatch(out, /^write/m)
  })

  test('judges every stream of a pipeline file, with pairs and limits', async () => {
    const plain = await explain(join(folder, 'plain.yaml'))
    assert.equal(plain.exit, 0, plain.said)
    assert.match(plain.out, /limits of the policy: rows 10, runs per day 2\nThe pipeline is allowed\./)
    const secret = await explain(join(folder, 'secret.yaml'))
    assert.equal(secret.exit, 4)
    assert.match(secret.out, /forbidden pair 1 of the policy covers this way/)
    const json = JSON.parse((await explain(join(folder, 'secret.yaml'), '--json')).out)
    assert.deepEqual(json.streams[0].forbidden, [1])
    assert.equal(json.allowed, false)
  })

  test('quotes no secret', async () => {
    write(
      'secrets.yaml',
      'sallyport: 1\nconnections:\n  a: { type: postgres, url: "postgres://u:hunter2@10.0.0.1/d" }\n',
    )
    const { out } = await explain('a', 'public.t', '--from', join(folder, 'secrets.yaml'))
    assert.doesNotMatch(out, /hunter2/)
  })
})

describe('the difference of two policies', () => {
  const line = { direction: 'read' as const, connector: 'files' as const, path: '/data' }

  test('is what lines say, wherever they stand', () => {
    const before: Policy = { allow: [line, { ...line, path: '/b' }], limits: { rows: 5 } }
    const next: Policy = { allow: [{ ...line, path: '/b' }, { ...line, path: '/c' }], relay: { logs: true } }
    assert.deepEqual(policyDifferences(before, next).map(({ sign, text }) => `${sign} ${text}`), [
      '- may read files /data',
      '- at most 5 rows',
      '+ may read files /c',
      '+ logs go to readers, sealed',
    ])
    assert.deepEqual(policyDifferences(before, before), [])
  })

  test('says every field of a line, whatever its kind: what two lines differ in is seen', () => {
    const fields = { endpoint: 'h', port: 1, account: 'a', database: 'd', schema: 's', prefix: 'p' }
    const { schema: _, ...mysql } = fields
    const { account: __, database: ___, ...libsql } = mysql
    const lines = [
      { connector: 'postgres', ...fields },
      { connector: 'mysql', ...mysql },
      { connector: 'libsql', ...libsql },
      { connector: 'sqlite', path: '/h' },
    ]
    const policyOf = (line: object) => ({ allow: [{ direction: 'read', ...line }] }) as Policy
    for (const line of lines) {
      for (const field of Object.keys(line).filter((name) => name !== 'connector')) {
        const other = { ...line, [field]: field === 'port' ? 2 : field === 'path' ? '/x' : 'x' }
        const differences = policyDifferences(policyOf(line), policyOf(other))
        assert.equal(differences.length, 2, `${line.connector} ${field}`)
      }
    }
  })
})
