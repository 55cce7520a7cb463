import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault, type FaultCode } from '../../shared/faults.ts'
import { fromUtf8 } from '../../shared/bytes.ts'
import type { Leaf, Plan, Row, Step } from './plan.ts'
import { kinds, testStorage } from './storage_fixture.ts'
import type { Storage } from './storage.ts'

const TENANT = '019a9f3e-7c00-7000-8000-000000000000'

function write(sql: string, parameters: unknown[] = [], otherwise?: FaultCode): Step {
  return {
    sql,
    parameters,
    reads: false,
    ...(otherwise === undefined ? {} : { expect: { rows: 1, otherwise } }),
  }
}

function select(sql: string, parameters: unknown[] = []): Step {
  return { sql, parameters, reads: true }
}

function leaf(action: string, text: Leaf['text'] = `{"action":"${action}"}`, tenant = TENANT): Leaf {
  return { tenant, action, time: 5, request: null, text }
}

let plans = 0
function plan(steps: Step[], entry: Leaf | null = leaf('thing.made'), id = `plan-${plans++}`): Plan {
  return { id, steps, leaf: entry, repeatable: false }
}

function insertWorkspace(id: string, name: string, otherwise?: FaultCode): Step {
  return write(
    'INSERT INTO workspace (id, tenant, name, created) VALUES (?, ?, ?, ?)',
    [id, TENANT, name, 1],
    otherwise,
  )
}

async function read(storage: Storage, sql: string, parameters: unknown[] = []): Promise<Row[]> {
  return [...await storage.read({ sql, parameters, reads: true })]
}

async function names(storage: Storage): Promise<unknown[]> {
  return (await read(storage, 'SELECT name FROM workspace ORDER BY name')).map(({ name }) => name)
}

async function leafCount(storage: Storage): Promise<unknown> {
  return (await read(storage, 'SELECT count(*) AS n FROM audit_leaf'))[0]?.n
}

function refusedWith(code: FaultCode): (error: unknown) => boolean {
  return (error) => error instanceof Fault && error.code === code
}

for (const kind of kinds) {
  describe(`the ${kind} storage`, () => {
    test('a plan happens whole, and answers the rows of each step', async () => {
      await using fixture = await testStorage(kind)
      const { storage } = fixture
      const outcome = await storage.write(plan([
        insertWorkspace('a', 'one'),
        write('UPDATE workspace SET created = 2 WHERE id = ? RETURNING id, created', ['a'], 'conflict'),
        select('SELECT name FROM workspace WHERE id = ?', ['a']),
      ]))
      assert.deepEqual(outcome, { rows: [[], [{ id: 'a', created: 2 }], [{ name: 'one' }]], recorded: null })
      assert.equal(await leafCount(storage), 1)
    })

    test('one tenant’s load holds up nobody else: who comes last with little is in the first commit', async () => {
      await using fixture = await testStorage(kind)
      const { storage } = fixture
      let before = 0
      const write = (tenant: string) => storage.write(plan([], leaf('thing.made', '{}', tenant)))
      const heavy = Array.from({ length: 800 }, () => write('heavy').then(() => before++))
      const light = ['a', 'b', 'c'].map(async (tenant) => {
        await write(tenant)
        return before
      })
      assert.ok(Math.max(...await Promise.all(light)) < 600, `${before} went before`)
      await Promise.all(heavy)
    })

    test('a failed expectation leaves nothing, and its neighbours are kept', async () => {
      await using fixture = await testStorage(kind)
      const { storage } = fixture
      const results = await Promise.allSettled([
        storage.write(plan([insertWorkspace('a', 'one')])),
        storage.write(plan([
          insertWorkspace('b', 'two'),
          write('UPDATE workspace SET name = ? WHERE id = ?', ['x', 'nobody'], 'conflict'),
        ])),
        storage.write(plan([insertWorkspace('c', 'three')])),
      ])
      assert.deepEqual(results.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled'])
      assert.ok(results[1]?.status === 'rejected' && refusedWith('conflict')(results[1].reason))
      assert.deepEqual(await names(storage), ['one', 'three'])
      assert.equal(await leafCount(storage), 2)
      assert.equal(storage.counts().refused, 1)
    })

    test('an expectation counts the rows of a statement that returns some', async () => {
      await using fixture = await testStorage(kind)
      const { storage } = fixture
      const claim = write('UPDATE workspace SET created = 9 WHERE id = ? RETURNING id', ['a'], 'not_found')
      await assert.rejects(storage.write(plan([claim])), refusedWith('not_found'))
      await storage.write(plan([insertWorkspace('a', 'one')]))
      assert.deepEqual((await storage.write(plan([claim]))).rows, [[{ id: 'a' }]])
    })

    test('a violated constraint is the expectation of its step, and internal without one', async () => {
      await using fixture = await testStorage(kind)
      const { storage } = fixture
      await storage.write(plan([insertWorkspace('a', 'one')]))
      await assert.rejects(
        storage.write(plan([insertWorkspace('b', 'one', 'already_exists')])),
        refusedWith('already_exists'),
      )
      await assert.rejects(storage.write(plan([insertWorkspace('b', 'one')])), refusedWith('internal'))
      assert.deepEqual(await names(storage), ['one'])
    })

    test('a statement that the database does not accept is internal, and keeps nothing of its plan', async () => {
      await using fixture = await testStorage(kind)
      const { storage } = fixture
      await assert.rejects(
        storage.write(plan([insertWorkspace('a', 'one'), write('UPDATE no_such_table SET a = 1')])),
        refusedWith('internal'),
      )
      await assert.rejects(read(storage, 'SELECT * FROM no_such_table'), refusedWith('internal'))
      assert.deepEqual(await names(storage), [])
    })

    test('leaves stand behind each other without a gap, per tenant, whatever is refused between them', async () => {
      await using fixture = await testStorage(kind)
      const { storage } = fixture
      const writes = Array.from({ length: 120 }, (_, i) => {
        const tenant = `tenant-${i % 3}`
        const never = write('UPDATE workspace SET created = 0 WHERE id = ?', ['nobody'], 'conflict')
        return storage.write(plan(i % 10 === 9 ? [never] : [], leaf('thing.made', `{"i":${i}}`, tenant)))
      })
      const results = await Promise.allSettled(writes)
      assert.equal(results.filter(({ status }) => status === 'rejected').length, 12)
      const rows = await read(storage, 'SELECT tenant, seq FROM audit_leaf ORDER BY tenant, seq')
      assert.equal(rows.length, 108)
      for (const tenant of ['tenant-0', 'tenant-1', 'tenant-2']) {
        const positions = rows.filter((row) => row.tenant === tenant).map(({ seq }) => seq)
        assert.deepEqual(positions, [...positions.keys()])
      }
    })

    test('a leaf can name a target that only the write knows', async () => {
      await using fixture = await testStorage(kind)
      const { storage } = fixture
      const target = select('SELECT id FROM workspace WHERE created = ?', [77])
      const claim = write('UPDATE workspace SET created = 77 WHERE name = ?', ['o"ne'], 'not_found')
      await storage.write(plan([insertWorkspace('a"b', 'o"ne')]))
      await storage.write(plan([claim], leaf('thing.claimed', { before: '{"target":', target, after: '}' })))
      const [row] = await read(storage, 'SELECT bytes FROM audit_leaf WHERE seq = 1')
      assert.equal(fromUtf8(row?.bytes as Uint8Array), '{"target":"a\\"b"}')
    })

    test('a plan that has happened is not repeated: its SELECTs run, and the log says what it was', async () => {
      await using fixture = await testStorage(kind)
      const { storage } = fixture
      const repeated: Plan = {
        ...plan([
          insertWorkspace('a', 'one', 'already_exists'),
          select('SELECT name FROM workspace WHERE id = ?', ['a']),
        ]),
        repeatable: true,
      }
      const first = await storage.write({ ...repeated, leaf: { ...leaf('thing.made'), request: 'abc' } })
      assert.deepEqual(first, { rows: [[], [{ name: 'one' }]], recorded: null })
      const second = await storage.write({
        ...repeated,
        leaf: { ...leaf('thing.other'), time: 9, request: 'def' },
      })
      assert.deepEqual(second, {
        rows: [[], [{ name: 'one' }]],
        recorded: { action: 'thing.made', time: 5, request: 'abc' },
      })
      assert.equal(await leafCount(storage), 1)
    })

    test('of one plan sent twice at once, one happens', async () => {
      await using fixture = await testStorage(kind)
      const { storage } = fixture
      const twin: Plan = { ...plan([write('UPDATE workspace SET created = created + 1')]), repeatable: true }
      await storage.write(plan([insertWorkspace('a', 'one')]))
      const outcomes = await Promise.all([storage.write(twin), storage.write(twin), storage.write(twin)])
      assert.equal(outcomes.filter(({ recorded }) => recorded === null).length, 1)
      assert.deepEqual(await read(storage, 'SELECT created FROM workspace'), [{ created: 2 }])
    })

    test('values come back as they were stored', async () => {
      await using fixture = await testStorage(kind)
      const { storage } = fixture
      await storage.write(plan([write('CREATE TABLE kept (a ANY) STRICT')]))
      const bytes = new Uint8Array([9, 0, 255, 1, 9]).subarray(1, 4)
      const values = [
        '',
        'snö☃ "quoted"\n',
        0,
        -1,
        2 ** 53 - 1,
        -(2 ** 53 - 1),
        0.1,
        1.5e-300,
        null,
        bytes,
      ]
      await storage.write(plan(values.map((value) => write('INSERT INTO kept VALUES (?)', [value]))))
      const rows = await read(storage, 'SELECT a FROM kept ORDER BY rowid')
      const near = (value: unknown) =>
        Number.isInteger(value) ? value : Number((value as number).toPrecision(15))
      // A libSQL server may read the last digit of a fraction otherwise than it was written.
      const kept = rows.map(({ a }) => typeof a === 'number' ? near(a) : a)
      assert.deepEqual(kept, [...values.slice(0, -1), new Uint8Array([0, 255, 1])])
      const flags = await read(storage, 'SELECT ? AS yes, ? AS no, typeof(?) AS type', [true, false, 7])
      assert.deepEqual(flags, [{ yes: 1, no: 0, type: 'integer' }])
    })

    test('values that a column cannot hold are refused before they are sent', async () => {
      await using fixture = await testStorage(kind)
      const { storage } = fixture
      const unfit = [
        undefined,
        NaN,
        Infinity,
        2 ** 53,
        2n ** 60n,
        'a\0b',
        '\ud800',
        new Date(0),
        {},
        [],
        Symbol('x'),
      ]
      for (const value of unfit) {
        await assert.rejects(read(storage, 'SELECT ? AS a', [value]), refusedWith('internal'))
        await assert.rejects(
          storage.write(plan([write('UPDATE workspace SET name = ?', [value])])),
          refusedWith('internal'),
        )
      }
      await storage.write(plan([insertWorkspace('a', 'one')]))
    })

    test('the reader cannot write', async () => {
      await using fixture = await testStorage(kind)
      const { storage } = fixture
      const sql = "DELETE FROM migration WHERE version = 1 RETURNING 'gone'"
      await assert.rejects(storage.read({ sql, parameters: [], reads: false }), refusedWith('internal'))
      assert.equal((await read(storage, 'SELECT version FROM migration WHERE version = 1')).length, 1)
    })

    test('what waits is answered before it closes, and what comes later is unavailable', async () => {
      await using fixture = await testStorage(kind)
      const { storage } = fixture
      const waiting = [1, 2, 3].map((i) => storage.write(plan([insertWorkspace(`${i}`, `w${i}`)])))
      await storage.close()
      assert.equal((await Promise.all(waiting)).length, 3)
      await assert.rejects(storage.write(plan([])), refusedWith('unavailable'))
      await assert.rejects(read(storage, 'SELECT 1 AS a'), refusedWith('unavailable'))
    })

    test('what was written together went into few commits', async () => {
      await using fixture = await testStorage(kind)
      const { storage } = fixture
      const before = storage.counts()
      await Promise.all(
        Array.from({ length: 50 }, (_, i) => storage.write(plan([insertWorkspace(`${i}`, `w${i}`)]))),
      )
      const { commits, plans } = storage.counts()
      assert.equal(plans - before.plans, 50)
      assert.ok(commits - before.commits <= 2, `${commits - before.commits} commits`)
    })
  })
}
