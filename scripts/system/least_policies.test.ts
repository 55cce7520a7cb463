/** The policies that `init` prints, as IAM enforces them: they suffice, and they are the least. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Json } from '../e2e/tampering_proxy.ts'
import { startPeopleWorld } from '../e2e/people_world.ts'
import type { World } from '../e2e/world.ts'
import { type Moto, startMoto, withoutMoto } from './moto.ts'

const bucket = 'acme-least'
const authorization = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=testing/20261122/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`

describe('the least policies, enforced', { skip: withoutMoto }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-least-'))
  let moto: Moto
  let world: World
  let as: Record<'agents' | 'publishers' | 'staff', Record<string, string>>

  async function iam(parameters: Record<string, string>): Promise<string> {
    const answer = await fetch(moto.direct, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: authorization('iam') },
      body: new URLSearchParams({ Version: '2010-05-08', ...parameters }),
    })
    const text = await answer.text()
    assert.equal(answer.status, 200, text)
    return text
  }

  /**
   * A user who may do what the policy says. moto knows no conditions of either service and no resources of Secrets
   * Manager: what it holds against the policies is actions, buckets and keys.
   */
  async function userWith(name: string, policy: Json): Promise<Record<string, string>> {
    const Statement = policy.Statement.map(({ Condition: _, Resource, ...rest }: Json) => ({
      ...rest,
      Resource: /secretsmanager/.test(Resource[0]) ? ['*'] : Resource,
    }))
    await iam({ Action: 'CreateUser', UserName: name })
    const PolicyDocument = JSON.stringify({ ...policy, Statement })
    await iam({ Action: 'PutUserPolicy', UserName: name, PolicyName: name, PolicyDocument })
    const made = await iam({ Action: 'CreateAccessKey', UserName: name })
    const part = (tag: string) => new RegExp(`<${tag}>([^<]+)<`).exec(made)?.[1] ?? ''
    return {
      ...moto.env,
      AWS_ENDPOINT_URL: moto.direct,
      AWS_ACCESS_KEY_ID: part('AccessKeyId'),
      AWS_SECRET_ACCESS_KEY: part('SecretAccessKey'),
    }
  }

  before(async () => {
    moto = await startMoto()
    await fetch(`${moto.direct}/${bucket}`, {
      method: 'PUT',
      headers: { authorization: authorization('s3') },
    })
    world = await startPeopleWorld({
      folder,
      rows: ['1,Ada'],
      places: {
        keystore: 'aws-sm:sallyport/default',
        floor: `s3:${bucket}/floor.json`,
        anchor: `s3:${bucket}/default/anchor.json`,
        env: moto.env,
      },
    })
    const { agents, publishers, staff } = world.made.aws
    as = {
      agents: await userWith('agents', agents),
      publishers: await userWith('publishers', publishers),
      staff: await userWith('staff', staff),
    }
    // From here on nobody may do anything that no policy allows.
    const enforced = await fetch(`${moto.direct}/moto-api/reset-auth`, { method: 'POST', body: '0' })
    assert.equal(enforced.status, 200)
  })
  after(async () => {
    await world?.[Symbol.asyncDispose]()
    await moto?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  const person = (args: readonly string[], who: keyof typeof as) =>
    world.person.call([...args, '--json'], { env: as[who] })

  test('agents move data with theirs, from a ring that they read to an anchor that they write', async () => {
    const agent = await world.startAgent({ env: as.agents })
    const { id } = (await person(['runs', 'start', 'people'], 'publishers')).value
    assert.equal((await world.endOf(id)).state, 'succeeded', agent.said())
    agent.child.kill('SIGTERM')
    await agent.ended
  })

  test('agents may not write the floor', async () => {
    const denied = await person(['trust', 'deny', world.agentId, '--yes'], 'agents')
    assert.equal(denied.code, 'store_denied', denied.stderr)
  })

  test('who publishes raises the floor, and reads neither ring nor anchor', async () => {
    const deny = ['trust', 'deny', world.agentId, '--yes']
    assert.equal((await person(deny, 'publishers')).exit, 0)
    assert.equal((await person([...deny, '--undo'], 'publishers')).exit, 0)
    const denied = await person(['anchor', 'show'], 'publishers')
    assert.equal(denied.code, 'keystore_denied', denied.stderr)
  })

  test('security staff reads the ring and the anchor', async () => {
    const shown = await person(['anchor', 'show'], 'staff')
    assert.equal(shown.exit, 0, shown.stderr)
  })
})
