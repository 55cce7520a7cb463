import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reader } from '../../db/database.ts'
import type { MasterKeys } from '../../db/master_keys.ts'
import { Resealing } from '../../db/reseal.ts'
import { native } from '../../primitives.ts'
import { Browser, installation } from './browser_fixture.ts'
import { showTotp, wasShown } from './shown.ts'

test('an app goes on to count when the master key changes, and the old key can go', async () => {
  await using edge = await installation()
  const own = new Browser(edge)
  await own.startSession(edge.ada)
  const { secret } = await own.addTotp()
  const newest: [number, Uint8Array] = [2, native.randomBytes(32)]
  const both: MasterKeys = { newest: 2, keys: new Map([newest, ...edge.master.keys]) }
  const { storage } = edge
  await new Resealing({ storage, primitives: native, master: both, log: () => {} }).run()
  const shown = await showTotp(
    { primitives: native, master: { newest: 2, keys: new Map([newest]) } },
    { db: reader(storage), now: edge.clock.now },
    { account: edge.ada.account, code: await own.code(secret, 1) },
  )
  assert.ok(wasShown(shown))
})
