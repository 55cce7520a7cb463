import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { firstIssue, issueText } from './wording.ts'

const schema = z.strictObject({
  name: z.string().min(1),
  count: z.int().min(0).max(8),
  mode: z.enum(['a', 'b']),
  key: z.array(z.string()).min(1),
  header: z.boolean(),
  own: z.string().min(3, { error: 'three letters or more' }),
})

const said = (value: object) => {
  const issues = schema.safeParse(value).error?.issues ?? []
  return Object.fromEntries(issues.map((issue) => [issue.path.join('.'), issueText(issue)]))
}

test('what a schema refuses is said in words that need no knowledge of its library', () => {
  assert.deepEqual(said({ count: 9, mode: 'c', key: 'id', header: 'yes', own: 'a', z: 1 }), {
    name: 'it is missing',
    count: 'it is too big: at most 8',
    mode: 'it is one of a, b',
    key: 'it has to be a list, like [id]',
    header: 'it has to be true or false',
    own: 'three letters or more',
    '': 'there is no key "z"',
  })
  const other = said({ name: '', count: -1, mode: 'a', key: [], header: true, own: 'abc' })
  assert.deepEqual(other, {
    name: 'it is too small: at least 1 character',
    count: 'it is too small: at least 0',
    key: 'it is too small: at least 1 entry',
  })
})

test('a key that is not known is said before one that is missing', () => {
  const { error } = schema.safeParse({ nam: 'x', count: 1, mode: 'a', key: ['id'], header: true, own: 'abc' })
  assert.equal(firstIssue(error?.issues ?? [])?.code, 'unrecognized_keys')
})
