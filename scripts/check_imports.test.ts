import { test } from 'node:test'
import assert from 'node:assert/strict'
import { importsOf, runtimeGlobal, verdict } from './check_imports.ts'

test('imports are found in every form', () => {
  const text =
    `import a from 'a'\nimport type { B } from "b"\nexport * from './c.ts'\nimport {\n  d,\n} from 'd'\n
    const e = await import('e')\nimport 'f'\n// import g from 'g'\n/* import h from 'h' */`
  assert.deepEqual(importsOf('x.ts', text).map((one) => one.specifier).sort(), [
    './c.ts',
    'a',
    'b',
    'd',
    'e',
    'f',
  ])
})

const table: readonly [string, string, RegExp | null][] = [
  ['edge/runs/store.ts', '../../agent/main.ts', /never import/],
  ['agent/main.ts', '../edge/app.ts', /never import/],
  ['shared/log/merkle.ts', '../../edge/app.ts', /shared only/],
  ['shared/log/merkle.ts', 'node:fs', /anywhere/],
  ['shared/log/merkle.test.ts', 'node:fs', null],
  ['scripts/demo.ts', '../agent/main.ts', /process/],
  ['edge/agents/store.ts', '../runs/store.ts', /above/],
  ['edge/runs/store.ts', '../agents/store.ts', null],
  ['edge/db/storage.ts', '../runs/store.ts', /knows no room/],
  ['edge/runs/store.ts', 'libsql', /belongs in/],
  ['edge/db/embedded.ts', 'libsql', null],
  ['agent/main.ts', 'left-pad', /no place/],
  ['agent/main.ts', 'fs', /node:/],
]

for (const [file, specifier, expected] of table) {
  test(`${file} may${expected ? ' not' : ''} import ${specifier}`, () => {
    const found = verdict({ file, specifier })
    if (expected === null) assert.equal(found, null)
    else assert.match(found ?? '', expected)
  })
}

test('shared code may not touch a runtime', () => {
  assert.match(runtimeGlobal('shared/ids.ts', 'const x = Deno.env.get("A")') ?? '', /Deno/)
  assert.equal(runtimeGlobal('edge/main.ts', 'Deno.serve(app)'), null)
})
