import { test } from 'node:test'
import assert from 'node:assert/strict'
import { secretsIn } from './check_secrets.ts'
import { sizesOf } from './check_sizes.ts'

test('a long function and a long file are named', () => {
  const body = '  f()\n'.repeat(80)
  assert.match(sizesOf('a.ts', `function big() {\n${body}}\n`)[0] ?? '', /a\.ts:1: big has 82 lines/)
  assert.match(sizesOf('b.ts', 'a\n'.repeat(401))[0] ?? '', /b\.ts: 401 lines/)
  assert.deepEqual(sizesOf('c.ts', `const small = () => {\n${'  f()\n'.repeat(60)}}\n`), [])
})

test('keys and tokens are found, prose about them is not', () => {
  assert.deepEqual(secretsIn(`AKIA${'A'.repeat(16)}`), ['an AWS access key'])
  assert.deepEqual(secretsIn(`sp_pat_${'a1'.repeat(20)}`), ['an API token of Sallyport'])
  assert.deepEqual(secretsIn('a token begins with sp_pat_'), [])
})
