import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { s3PlaceOf } from '../trust/s3_store.ts'
import { leastPolicies } from './least_policies.ts'

const deploy = join(import.meta.dirname, '..', 'deploy', 'aws')
const secret = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:sallyport/default-AbCdEf'
const floor = s3PlaceOf('s3:acme-sallyport/floor.json', 'floor')
const anchor = s3PlaceOf('s3:acme-sallyport/default/anchor.json', 'anchor')

describe('the least policies', () => {
  test('are the ones that lie beside the description', () => {
    for (const [name, policy] of Object.entries(leastPolicies({ secret, floor, anchor }))) {
      assert.deepEqual(JSON.parse(readFileSync(join(deploy, `${name}.json`), 'utf8')), policy, name)
    }
  })

  test('let agents read the ring and the floor, replace the anchor, and delete nothing', () => {
    const { agents, publishers } = leastPolicies({ secret, floor, anchor })
    const of = (action: string) => agents.Statement.filter(({ Action }) => Action.includes(action))
    const actions = new Set(agents.Statement.flatMap(({ Action }) => Action))
    assert.deepEqual([...actions].sort(), [
      's3:GetObject',
      's3:ListBucket',
      's3:PutObject',
      'secretsmanager:GetSecretValue',
    ])
    const written = of('s3:PutObject').flatMap(({ Resource }) => Resource)
    assert.ok(written.every((one) => one.startsWith('arn:aws:s3:::acme-sallyport/default/anchor')))
    assert.ok(of('s3:PutObject').every(({ Condition }) => Condition?.['Null'] !== undefined))
    assert.ok(publishers.Statement.every(({ Resource }) => !Resource.includes(secret)))
  })

  test('name only what is in AWS', () => {
    const { agents, staff } = leastPolicies({ secret: null, floor: null, anchor })
    assert.ok([...agents.Statement, ...staff.Statement].every(({ Resource }) => Resource.length > 0))
    assert.ok(!JSON.stringify(agents).includes('secretsmanager'))
    const china = leastPolicies({ secret: secret.replace('arn:aws:', 'arn:aws-cn:'), floor, anchor })
    assert.ok(JSON.stringify(china.agents).includes('arn:aws-cn:s3:::acme-sallyport/floor.json'))
  })
})
