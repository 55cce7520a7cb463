import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { LocalPolicy } from '../trust/local_policy.ts'
import { ownPlaces } from './own_places.ts'

describe('no connection reaches into', () => {
  let home = ''
  before(() => (home = mkdtempSync(join(tmpdir(), 'own-places-'))))
  after(() => rmSync(home, { recursive: true }))

  /** Local policy allows the whole home folder. */
  function policy(): LocalPolicy {
    const config = {
      keystore: `file:${join(home, 'elsewhere', 'my-ring.json')}`,
      floor: `file:${join(home, 'floor.json')}`,
      anchor: `file:${join(home, 'anchor.json')}`,
      localPolicy: join(home, 'local-policy.yaml'),
      state: join(home, 'state'),
      logs: join(home, 'logs'),
    }
    const rules = { sallyport: 1 as const, references: [], files: [home], plain: [], addresses: [] }
    return new LocalPolicy(rules, { place: 'the local policy', own: ownPlaces({ config, home }) })
  }

  const own = {
    'the ring of its pool': 'elsewhere/my-ring.json',
    'the ring of another pool': 'ring-eu.json',
    'a ring that waits for its place': 'ring-default.next.json',
    "the pool's next key, of a rotation that is under way": 'rotation-default.json',
    'the sealed copy of a ring': 'recovery/ring-default.sealed',
    'what a cut-off write has left of a ring': '.ring.json.0a1b2c3d4e5f',
    'root keys': 'keys/root-1.json',
    'the anchor': 'anchor.json',
    'what the anchor remembers of a pipeline': 'anchor.d/pipeline-019a.json',
    'what the anchor of another pool remembers': 'anchor-eu.d/pipeline-019a.json',
    'the state of the agent': 'state/agent.json',
  }
  for (const [what, name] of Object.entries(own)) {
    test(what, () => {
      const path = join(home, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, '{}')
      assert.throws(() => policy().path(path), { code: 'path_refused', message: /belongs to the agent/ })
    })
  }

  test('and data beside it stays within reach', () => {
    policy().path(join(home, 'data', 'ring-sizes.csv'))
    policy().path(join(home, 'orders.csv'))
  })
})
