/**
 * What moving a million rows costs with the shipped binary, whole commands, each against what an expert does by hand:
 * psql where it is installed, the bare driver otherwise. Measured in turns, so that both see the same machine.
 */
import { SQL } from 'bun'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { currentBinary } from '../build_agent.ts'
import { type Postgres, startPostgres } from '../postgres.ts'
import { columns, rowsSql } from './orders.ts'
import { median, type Row } from './row.ts'

const ROWS = 1_000_000
const RUNS = 5

interface Bench {
  readonly postgres: Postgres
  readonly sql: SQL
  readonly binary: string
  readonly folder: string
  readonly psql: string | null
}

interface Cost {
  readonly seconds: number
  readonly cpuSeconds: number
  /** What the command itself says; null for one that says nothing. */
  readonly rssBytes: number | null
}

async function timed(command: readonly string[], env: Record<string, string> = {}): Promise<Cost> {
  const began = performance.now()
  const child = Bun.spawn([...command], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [said, complaint] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  const code = await child.exited
  const seconds = (performance.now() - began) / 1000
  if (code !== 0) throw new Error(`${command[0]} exited ${code}: ${complaint.slice(-2000)}`)
  const usage = child.resourceUsage()
  return { seconds, cpuSeconds: Number(usage?.cpuTime.total ?? 0) / 1e6, rssBytes: rssIn(said) }
}

function rssIn(said: string): number | null {
  const match = /"peak_rss_bytes":(\d+)/.exec(said)
  return match ? Number(match[1]) : null
}

/** The peer: a shell line with psql in it, or the bare driver in a process of its own. */
function bare(bench: Bench, line: string, script: string): Promise<Cost> {
  const url = bench.postgres.url()
  if (bench.psql) return timed(['sh', '-c', line.replaceAll('PSQL', `${bench.psql} -qX '${url}'`)])
  const path = join(bench.folder, 'bare.ts')
  writeFileSync(
    path,
    `import { SQL } from 'bun'\nconst [a, b] = [1, 2].map(() => new SQL('${url}', { max: 1 }))\n${script}
    await a.close(); await b.close()\n`,
  )
  return timed([process.execPath, path])
}

interface Pipeline {
  readonly from: string
  readonly to: string
  readonly stream: string
}

function run(bench: Bench, { from, to, stream }: Pipeline): Promise<Cost> {
  const place = mkdtempSync(join(bench.folder, 'run-'))
  writeFileSync(
    join(place, 'connections.yaml'),
    `sallyport: 1\nconnections:\n  here: { type: postgres, url: "${bench.postgres.url()}" }\n` +
      `  lake: { type: files, path: "${bench.folder}" }\n`,
  )
  const path = join(place, 'pipeline.yaml')
  writeFileSync(
    path,
    `sallyport: 1\nname: bench\nsource: ${from}\ndestination: ${to}\nstreams:\n  - ${stream}\n`,
  )
  return timed([bench.binary, 'run', path, '--json'], { SALLYPORT_HOME: join(bench.folder, 'home') })
}

interface Pair {
  readonly ours: Cost
  readonly theirs: Cost
}

/** Ours and theirs in turns, each after the same preparation. */
async function pairs(
  bench: Bench,
  { prepare, ours, theirs }: { prepare: string; ours: () => Promise<Cost>; theirs: () => Promise<Cost> },
): Promise<Pair[]> {
  const measured: Pair[] = []
  const ready = () => bench.sql.unsafe(`${prepare}; checkpoint`).simple()
  for (let turn = 0; turn <= RUNS; turn++) {
    await ready()
    const first = await theirs()
    await ready()
    const second = await ours()
    // The first turn warms files, caches and the server.
    if (turn > 0) measured.push({ ours: second, theirs: first })
  }
  return measured
}

interface Described {
  readonly name: string
  readonly against: string
  readonly aim: number
}

function ratioRow(measured: readonly Pair[], { name, against, aim }: Described): Row {
  const seconds = measured.map(({ ours }) => ours.seconds)
  const ratio = median(measured.map(({ ours, theirs }) => ours.seconds / theirs.seconds))
  return {
    name,
    value: round(median(seconds)),
    unit: 's',
    runs: measured.length,
    min: round(Math.min(...seconds)),
    max: round(Math.max(...seconds)),
    against: `${against}: ${round(median(measured.map(({ theirs }) => theirs.seconds)))} s`,
    ratio: round(ratio),
    aim: `≤ ${aim}×`,
    met: ratio <= aim,
  }
}

function plainRow(
  values: readonly number[],
  { name, unit, aim }: { name: string; unit: string; aim: number },
): Row {
  const value = median(values)
  return {
    name,
    value: round(value),
    unit,
    runs: values.length,
    min: round(Math.min(...values)),
    max: round(Math.max(...values)),
    against: null,
    ratio: null,
    aim: `≤ ${aim} ${unit}`,
    met: value <= aim,
  }
}

const round = (value: number) => Math.round(value * 100) / 100

async function postgresToPostgres(bench: Bench): Promise<Row[]> {
  const measured = await pairs(bench, {
    prepare: `drop table if exists copied; create table copied (${columns})`,
    theirs: () =>
      bare(
        bench,
        `PSQL -c 'copy orders to stdout (format binary)' | PSQL -c 'copy copied from stdin (format binary)'`,
        `await a.unsafe('copy orders to stdout (format binary)').readable()
          .pipeTo(b.unsafe('copy copied from stdin (format binary)').writable())`,
      ),
    ours: () =>
      run(bench, { from: 'here', to: 'here', stream: '{ from: orders, to: copied, mode: replace }' }),
  })
  const against = bench.psql ? 'psql | psql, binary' : 'the bare driver, binary'
  return [
    ratioRow(measured, { name: 'PostgreSQL to PostgreSQL, 1 M rows', against, aim: 1.15 }),
    plainRow(measured.map(({ ours }) => ours.cpuSeconds), {
      name: 'PostgreSQL to PostgreSQL, CPU of the agent',
      unit: 'CPU-s',
      aim: 0.35,
    }),
    plainRow(measured.map(({ ours }) => (ours.rssBytes ?? Infinity) / 1e6), {
      name: 'PostgreSQL to PostgreSQL, highest RSS of the agent',
      unit: 'MB',
      aim: 150,
    }),
  ]
}

async function postgresToParquet(bench: Bench): Promise<Row[]> {
  const measured = await pairs(bench, {
    prepare: 'select 1',
    theirs: () =>
      bare(
        bench,
        `PSQL -c 'copy orders to stdout' >/dev/null`,
        `for await (const _ of a.unsafe('copy orders to stdout').readable()) continue`,
      ),
    ours: () =>
      run(bench, { from: 'here', to: 'lake', stream: '{ from: orders, to: o.parquet, mode: replace }' }),
  })
  return [ratioRow(measured, { name: 'PostgreSQL to Parquet, 1 M rows', against: 'bare COPY out', aim: 2.2 })]
}

async function csvToPostgres(bench: Bench): Promise<Row[]> {
  const path = join(bench.folder, 'orders.csv')
  await run(bench, { from: 'here', to: 'lake', stream: '{ from: orders, to: orders.csv, mode: replace }' })
  const measured = await pairs(bench, {
    prepare: `drop table if exists loaded; create table loaded (${columns})`,
    theirs: () =>
      bare(
        bench,
        `PSQL -c 'copy loaded from stdin (format csv, header)' <'${path}'`,
        `await Bun.file('${path}').stream().pipeTo(a.unsafe('copy loaded from stdin (format csv, header)').writable())`,
      ),
    ours: () =>
      run(bench, { from: 'lake', to: 'here', stream: '{ from: orders.csv, to: loaded, mode: replace }' }),
  })
  return [ratioRow(measured, { name: 'CSV to PostgreSQL, 1 M rows', against: 'bare COPY in', aim: 1.25 })]
}

async function start(bench: Bench): Promise<Row[]> {
  const costs: Cost[] = []
  for (let turn = 0; turn <= 2 * RUNS; turn++) costs.push(await timed([bench.binary, 'version']))
  return [
    plainRow(costs.slice(1).map(({ seconds }) => seconds * 1000), {
      name: 'start of the binary',
      unit: 'ms',
      aim: 150,
    }),
  ]
}

export async function bench(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  mkdirSync(join(folder, 'home'))
  await using postgres = await startPostgres()
  const sql = new SQL(postgres.url(), { max: 1 })
  try {
    await sql.unsafe(`create table orders (${columns})`)
    await sql.unsafe(`insert into orders ${rowsSql(ROWS)}`)
    await sql.unsafe('vacuum analyze orders')
    const all: Bench = { postgres, sql, binary: await currentBinary(), folder, psql: Bun.which('psql') }
    return [
      ...await start(all),
      ...await postgresToPostgres(all),
      ...await postgresToParquet(all),
      ...await csvToPostgres(all),
    ]
  } finally {
    await sql.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
