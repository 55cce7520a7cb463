import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TestEdge, testEdge } from './edge_fixture.ts'

/** Names of columns that say when a row is over. */
const END = /^(expires|ends|until|idle_until)$/

/** What stays, and why. */
const kept: Readonly<Record<string, string>> = {
  trust_document: 'what was signed is history, and agents walk it from the first one on',
  rewrap_batch: 'a lease: it goes with the next rewrap',
}

/** What runs out without such a column. */
const others = ['known_device', 'outbox', 'token_network', 'totp']

/** What a CHECK asks for. */
const fixed: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  agent: { state: 'pending' },
  approval: { kind: 'keys', state: 'waiting' },
  device_request: { state: 'waiting' },
  inspection: { action: 'test', state: 'queued' },
  invitation: { kind: 'join', accepted: null },
  mailed_secret: { purpose: 'reset' },
  session: { stage: 'full' },
  token: { sort: 'personal', level: null },
  totp: { confirmed: null },
}

interface Column {
  readonly name: string
  readonly type: string
}

async function read(edge: TestEdge, sql: string, parameters: readonly (string | number)[] = []) {
  return await edge.storage.read({ sql, parameters, reads: true })
}

async function columnsOf(edge: TestEdge, table: string): Promise<Column[]> {
  return await read(edge, 'SELECT name, type FROM pragma_table_info(?)', [table]) as unknown as Column[]
}

/** A row that is called `old` or `fresh`, and all of whose times are `at`. */
async function insert(edge: TestEdge, table: string, at: number): Promise<void> {
  const columns = await columnsOf(edge, table)
  const word = at > edge.clock.now ? 'fresh' : 'old'
  const values = columns.map(({ name, type }) => {
    const given = fixed[table]?.[name]
    if (given !== undefined) return given
    if (name === 'revoked') return null
    if (type === 'INTEGER') return at
    return type === 'BLOB' ? new Uint8Array(1) : word
  })
  const names = columns.map(({ name }) => `"${name}"`).join()
  const sql = `INSERT INTO ${table} (${names}) VALUES (${columns.map(() => '?').join()})`
  await edge.storage.write({
    id: '',
    steps: [{ sql, parameters: values, reads: false }],
    leaf: null,
    repeatable: false,
  })
}

test('of every table with an end, housekeeping forgets the rows that are long over and no others', async () => {
  await using edge = await testEdge({ mail: null })
  const tables = (await read(edge, "SELECT name FROM sqlite_schema WHERE type = 'table'"))
    .map(({ name }) => String(name))
  const ending: string[] = []
  for (const table of tables) {
    if ((await columnsOf(edge, table)).some(({ name }) => END.test(name))) ending.push(table)
  }
  for (const table of Object.keys(kept)) assert.ok(ending.includes(table), table)
  const swept = [...ending.filter((table) => !(table in kept)), ...others]
  const before = new Map<string, number>()
  const count = async (table: string) =>
    Number((await read(edge, `SELECT count(*) AS n FROM ${table}`))[0]?.n)
  for (const table of swept) before.set(table, await count(table))
  for (const table of swept) {
    await insert(edge, table, edge.clock.now - 400 * 86_400_000)
    await insert(edge, table, edge.clock.now + 60_000)
  }
  await edge.edge.housekeep()
  for (const table of swept) assert.equal(await count(table), (before.get(table) ?? 0) + 1, table)
})

test('who let a member in stays known', async () => {
  await using edge = await testEdge({ mail: null })
  await insert(edge, 'invitation', edge.clock.now - 400 * 86_400_000)
  const accept = "UPDATE invitation SET accepted = created WHERE member = 'old'"
  await edge.storage.write({
    id: '',
    steps: [{ sql: accept, parameters: [], reads: false }],
    leaf: null,
    repeatable: false,
  })
  await edge.edge.housekeep()
  assert.deepEqual(await read(edge, "SELECT inviter FROM invitation WHERE member = 'old'"), [{
    inviter: 'old',
  }])
})

test('the token of an enrolment stays until somebody has decided about its agent', async () => {
  await using edge = await testEdge({ mail: null })
  const write = async (sql: string) =>
    await edge.storage.write({
      id: '',
      steps: [{ sql, parameters: [], reads: false }],
      leaf: null,
      repeatable: false,
    })
  for (const table of ['enrolment_token', 'agent']) {
    await insert(edge, table, edge.clock.now - 400 * 86_400_000)
  }
  await write("UPDATE enrolment_token SET agent = 'old'")
  await edge.edge.housekeep()
  assert.equal((await read(edge, 'SELECT id FROM enrolment_token')).length, 1)
  await write("UPDATE agent SET state = 'approved'")
  await edge.edge.housekeep()
  assert.equal((await read(edge, 'SELECT id FROM enrolment_token')).length, 0)
})
