/**
 * `npm run bench -- --peers`: the same jobs by other tools, in turns with ours on the same machine: whole commands,
 * their seconds, CPU and memory. Each peer comes from its registry; one that cannot be had is named and left out.
 */
import { SQL } from 'bun'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { currentBinary } from '../build_agent.ts'
import { type Mariadb, startMariadb, withoutMariadb } from '../mariadb.ts'
import { startPostgres } from '../postgres.ts'
import { columns, rowsSql } from './orders.ts'
import {
  type Command,
  dlt,
  ingestr,
  pgloader,
  type Places,
  sallyport,
  sling,
  type Tool,
} from './peers/commands.ts'
import { debianProgram, ingestrProgram, pythonPackages, slingProgram } from './peers/install.ts'
import { jobsOf, type Planned } from './peers/jobs.ts'
import { watchMemory } from './peers/tree_memory.ts'
import { median, type Row } from './row.ts'

const ROWS = Number(process.env['SALLYPORT_BENCH_ROWS'] ?? 1_000_000)
const RUNS = 3
/** What takes longer is not run again: the machine's noise is small beside it. */
const onceAbove = 30

interface Cost {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly rssBytes: number
}

async function timed({ argv, env = {} }: Command): Promise<Cost> {
  const began = performance.now()
  const child = Bun.spawn([...argv], {
    env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), LC_ALL: 'C.UTF-8', ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  using memory = watchMemory(child.pid)
  const [said, complaint] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  const code = await child.exited
  const seconds = (performance.now() - began) / 1000
  if (code !== 0) throw new Error(`${argv[0]} exited ${code}: ${(complaint + said).slice(-600)}`)
  const usage = child.resourceUsage()
  return {
    seconds,
    cpuSeconds: Number(usage?.cpuTime.total ?? 0) / 1e6,
    rssBytes: memory.peakBytes,
  }
}

interface Bench {
  readonly places: Places
  readonly sql: SQL
  readonly tools: Readonly<Record<string, Tool>>
}

async function measure(bench: Bench, job: Planned, command: () => Command): Promise<Cost[]> {
  const costs: Cost[] = []
  for (let turn = 0; turn <= RUNS; turn++) {
    await bench.sql.unsafe(`${job.prepare ?? 'select 1'}; checkpoint`).simple()
    const cost = await timed(command())
    if (turn > 0 || cost.seconds > onceAbove) costs.push(cost)
    if (cost.seconds > onceAbove) break
  }
  return costs
}

const round = (value: number) => Math.round(value * 100) / 100

function rowOf(
  job: Planned,
  tool: string,
  { costs, ours }: { costs: readonly Cost[]; ours: number | null },
): Row {
  const seconds = costs.map((cost) => cost.seconds)
  const value = median(seconds)
  return {
    name: `${job.name}: ${tool}`,
    value: round(value),
    unit: 's',
    runs: costs.length,
    min: round(Math.min(...seconds)),
    max: round(Math.max(...seconds)),
    against: ours === null ? null : 'Sallyport',
    ratio: ours === null ? null : round(value / ours),
    aim: 'none',
    met: true,
    cpu_seconds_per_million: round(median(costs.map((cost) => cost.cpuSeconds)) / (ROWS / 1e6)),
    rss_mb: Math.round(median(costs.map((cost) => cost.rssBytes)) / 1e6),
  }
}

/** One job by every tool that has it; the first row is ours, with its aims. */
async function compare(bench: Bench, job: Planned): Promise<Row[]> {
  const rows: Row[] = []
  const misses: string[] = []
  const costs = await costsOf(bench, job, 'sallyport')
  const ours = costs === null ? null : median(costs.map(({ seconds }) => seconds))
  if (job.floor) {
    const { what, command, aim } = job.floor
    const row = rowOf(job, what, { costs: await measure(bench, job, () => command), ours })
    rows.push(row)
    if (ours !== null && ours / row.value > (aim ?? Infinity)) {
      misses.push(`${round(ours / row.value)}× of ${what}`)
    }
  }
  for (const name of Object.keys(bench.tools).filter((one) => one !== 'sallyport')) {
    const theirs = await costsOf(bench, job, name)
    if (theirs === null) continue
    const row = rowOf(job, name, { costs: theirs, ours })
    rows.push(row)
    const wanted = job.faster?.[name]
    if (wanted !== undefined && (row.ratio ?? 0) < wanted) misses.push(`${row.ratio}× faster than ${name}`)
  }
  const aims = [
    ...(job.floor?.aim ? [`≤ ${job.floor.aim}× ${job.floor.what}`] : []),
    ...Object.entries(job.faster ?? {}).map(([name, factor]) => `≥ ${factor}× faster than ${name}`),
  ]
  if (costs === null) return rows
  const against = misses.length > 0 ? misses.join(', ') : null
  const met = misses.length === 0
  return [
    { ...rowOf(job, 'Sallyport', { costs, ours: null }), against, aim: aims.join(', ') || 'none', met },
    ...rows,
  ]
}

/** Null where the tool does not have the job, or fails at it, which is said. */
async function costsOf(bench: Bench, job: Planned, name: string): Promise<Cost[] | null> {
  const command = () => bench.tools[name]?.(job, bench.places) ?? null
  if (command() === null) return null
  console.error(`  ${job.name}: ${name}`)
  try {
    return await measure(bench, job, () => command() as Command)
  } catch (error) {
    console.error(`  ${job.name}: ${name} failed: ${error instanceof Error ? error.message : error}`)
    return null
  }
}

async function fill(
  sql: SQL,
  { places, psql }: { places: Places; psql: string },
  mariadb: Mariadb | null,
): Promise<void> {
  await sql.unsafe(`create table orders (${columns}); insert into orders ${rowsSql(ROWS)};
    create table changed as select id, customer_id, name, amount + 1 as amount, created_at, paid, note, ratio
      from orders where id % 10 = 0; vacuum analyze`.replace('; vacuum', ';')).simple()
  const write = (query: string, options: string, path: string) =>
    timed({
      argv: [
        'sh',
        '-c',
        `${psql} -qX '${places.postgres}' -c "copy (${query}) to stdout ${options}" >'${path}'`,
      ],
    })
  await write('select * from orders', '(format csv, header)', places.files.csv)
  await timed({
    argv: [
      'sh',
      '-c',
      `${psql} -qXAt '${places.postgres}' -c 'select row_to_json(o) from orders o' >'${places.files.jsonl}'`,
    ],
  })
  if (mariadb === null) return
  const path = join(places.folder, 'mysql.tsv')
  await write(
    `select id, customer_id, name, amount, to_char(created_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS'),
      paid::int, note, ratio from orders`.replace(/\s+/g, ' '),
    '',
    path,
  )
  mariadb.run(`create table bench.orders (id bigint primary key, customer_id bigint, name varchar(64),
    amount decimal(12,2), created_at datetime, paid tinyint(1), note text, ratio double);
    load data local infile '${path}' into table bench.orders`)
}

/** Those jobs whose name contains one of the words; all of them without words. */
export async function peers(words: readonly string[]): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-peers-'))
  mkdirSync(join(folder, 'home'))
  debianProgram('mariadbd', 'mariadb-server')
  const psql = debianProgram('psql', 'postgresql-client')
  if (psql === null) throw new Error('psql is not installed: it is what all are measured against')
  const mariadb = withoutMariadb ? null : await startMariadb()
  await using postgres = await startPostgres()
  const sql = new SQL(postgres.url(), { max: 1 })
  const places: Places = {
    folder,
    postgres: postgres.url(),
    mysql: mariadb ?? { host: '', port: 0, user: '', password: '' },
    files: { csv: join(folder, 'orders.csv'), jsonl: join(folder, 'orders.jsonl') },
  }
  try {
    await fill(sql, { places, psql }, mariadb)
    const bench: Bench = { places, sql, tools: await toolsOf() }
    const rows: Row[] = []
    const asked = (name: string) =>
      words.length === 0 || words.some((word) => name.toLowerCase().includes(word.toLowerCase()))
    for (const job of jobsOf(places, psql, mariadb).filter(({ name }) => asked(name))) {
      console.error(`measuring ${job.name} …`)
      rows.push(...(await compare(bench, job)))
    }
    return rows
  } finally {
    await sql.close()
    await mariadb?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function toolsOf(): Promise<Record<string, Tool>> {
  const found: Record<string, Tool | null> = {
    sallyport: sallyport(await currentBinary()),
    pgloader: made(debianProgram('pgloader'), pgloader),
    sling: made(slingProgram(), sling),
    ingestr: made(ingestrProgram(), ingestr),
    dlt: made(pythonPackages('dlt'), dlt),
  }
  for (const [name, tool] of Object.entries(found)) {
    if (tool === null) console.error(`${name} cannot be had here`)
  }
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, Tool] => entry[1] !== null),
  )
}

const made = (program: string | null, tool: (program: string) => Tool) =>
  program === null ? null : tool(program)
