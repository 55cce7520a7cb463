/**
 * Makes run rows by SQL, as many as a busy tenant has after months: `deno run … bench_fill.ts FILE FROM TO` adds those
 * numbered FROM up to TO to the pipelines that the database has. One of twenty waits to be claimed, the others have
 * succeeded.
 */
import { EngineConnection } from './db/engine.ts'

const AT_ONCE = 500_000
const PRIORITY_MS = 5 * 300_000
/** The newest is an hour old, and between two lie this many ms. */
const APART_MS = 250
const MOST = 10_000_000

const [file = '', from = '', to = ''] = Deno.args
const engine = new EngineConnection(file)
// A crash may cost this database, which is nobody's: each page is written once, and by nobody but this process.
for (
  const pragma of ['journal_mode=OFF', 'synchronous=OFF', 'locking_mode=EXCLUSIVE', 'cache_size=-800000']
) {
  engine.run(`PRAGMA ${pragma}`)
}
engine.script(
  'CREATE TEMP TABLE target AS SELECT row_number() OVER () - 1 AS k, tenant, id, project FROM pipeline',
)
const count = engine.first('SELECT count(*) AS n FROM target', [])?.n as number
const newest = Date.now() - 3_600_000

const insert =
  `INSERT INTO run (tenant, id, project, pipeline, pool, state, action, trigger, fire, plan, failures,
    retries, lost, fence, due, cancel, created, started, finished, rank)
  WITH RECURSIVE n(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?),
    m AS (SELECT i, i % 20 = 0 AS waits, ? - (${MOST} - i) * ${APART_MS} AS at, printf('%012x', i) AS hex FROM n)
  SELECT t.tenant, substr(printf('%012x', at), 1, 8) || '-' || substr(printf('%012x', at), 9) || '-8000-8000-' || hex,
    t.project, t.id, 'default', iif(waits, 'queued', 'succeeded'), 'run',
    json_object('kind', 'schedule', 'fire', strftime('%Y-%m-%dT%H:%M:%fZ', at / 1000.0, 'unixepoch')), at,
    '00000000-0000-7000-8000-' || hex, 0, 3, 0, iif(waits, 0, 1), at, 0, at,
    iif(waits, NULL, at + 1), iif(waits, NULL, at + 2), iif(waits, at - ${PRIORITY_MS}, NULL)
  FROM m JOIN target t ON t.k = i % ?`

for (let at = Number(from); at < Number(to); at += AT_ONCE) {
  engine.run(insert, [at, Math.min(at + AT_ONCE, Number(to)), newest, count])
}
const rows = engine.first('SELECT count(*) AS n FROM run', [])?.n
// The edge opens it as it was: a file with a log of writes.
for (const pragma of ['locking_mode=NORMAL', 'journal_mode=WAL']) engine.run(`PRAGMA ${pragma}`)
engine.close()
// Who measures would wait for all of it with the first commit.
using whole = await Deno.open(file, { read: true, write: true })
await whole.sync()
console.log(JSON.stringify({ rows }))
