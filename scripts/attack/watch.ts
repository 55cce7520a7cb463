/** What comes of a run that an attacker has a hand in, and what the attacker has of it. */
import type { SQL } from 'bun'
import { existsSync, readFileSync } from 'node:fs'
import type { Ended } from '../e2e/binary.ts'
import type { Json } from '../e2e/tampering_proxy.ts'
import type { Outcome } from './attack.ts'
import { homeFile, readHome, type Scene } from './scene.ts'

interface Watching {
  /** Starts a run and returns its id: by a signed request unless given. */
  readonly start?: () => Promise<string>
}

/** Starts a run, and looks for its refusal where people look. */
export async function refusalOf(
  scene: Scene,
  pipeline: string,
  { start = async () => (await scene.world.startRun(pipeline)).id }: Watching = {},
): Promise<Omit<Outcome, 'gained'>> {
  await scene.agent()
  const before = keptRefusals(scene).length
  const id = await start()
  const end = await scene.world.endOf(id)
  const kept = keptRefusals(scene).slice(before)
  const code: string | null = end.code ?? kept.at(-1)?.code ?? null
  const seen: string[] = []
  if (end.state === 'refused') seen.push('run status')
  if (kept.some((one) => one.code === code)) seen.push("the anchor's refusals")
  if (scene.said().includes(`code=${code}`)) seen.push('agent log')
  if ((await scene.world.person.call(['runs', 'watch', id])).exit === 4) {
    seen.push('runs watch, exit 4')
  }
  return { code, seen }
}

type Values = Readonly<Record<string, string>>

/** Starts a run without anybody's signature, as the edge can wherever the pipeline takes that. */
export async function startUnsigned(
  { world }: Scene,
  pipeline: string,
  parameters?: Values,
): Promise<string> {
  const { id } = (await world.does('pipeline', 'list')).find((one: Json) => one.name === pipeline)
  const { status, body } = await world.api('POST', '/v1/runs', {
    pipeline_id: id,
    ...(parameters === undefined ? {} : { parameters }),
  })
  if (status !== 201) throw new Error(JSON.stringify(body))
  return body.id
}

/** For `refusalOf`. */
export const unsigned = (scene: Scene, pipeline: string, parameters?: Values): Watching => ({
  start: () => startUnsigned(scene, pipeline, parameters),
})

export function keptRefusals(
  scene: Scene,
): readonly { readonly code: string; readonly run: string | null }[] {
  // Where it is gone there is nothing to keep them in.
  return existsSync(homeFile(scene, 'anchor.json')) ? readHome(scene, 'anchor.json').refusals : []
}

/** An agent that did not start. */
export function refusalAtStart(scene: Scene, { exit, stderr }: Ended): Outcome {
  const code = /^([a-z_]{4,64}) {2}/m.exec(stderr)?.[1] ?? null
  const kept = keptRefusals(scene).some((one) => one.code === code)
  return { code, seen: [`agent, exit ${exit}`, ...(kept ? ["the anchor's refusals"] : [])], gained: null }
}

/** A command of a person that should be refused. */
export function refusalIn(ended: Ended): Omit<Outcome, 'gained'> {
  return { code: ended.code, seen: ended.exit === 0 ? [] : [`exit ${ended.exit}`] }
}

/** How many rows a table holds; null when there is no such table. */
export async function rowsIn(sql: SQL, table: string): Promise<number | null> {
  const [there] = await sql.unsafe('select to_regclass($1) is not null as there', [table])
  if (!there.there) return null
  const [{ rows }] = await sql.unsafe(`select count(*)::int as rows from ${table}`) as [Json]
  return rows
}

/** The attacker's gain where rows have arrived in a table. */
export async function rowsGained(sql: SQL, table: string, what: string): Promise<string | null> {
  const rows = await rowsIn(sql, table)
  return rows === null || rows === 0 ? null : `${rows} rows in ${what}`
}

/** The gain where a run by itself has appended more to a table than was ordered. */
export async function rowsBeyond(
  { sql }: Scene,
  table: string,
  ordered: number,
): Promise<string | null> {
  const rows = await rowsIn(sql, table) ?? 0
  return rows > ordered ? `${rows} rows where ${ordered} were ordered` : null
}

/** A run of `tick` that has ended well, to make others after. */
export async function ticked(scene: Scene): Promise<string> {
  const id = await startUnsigned(scene, 'tick')
  await scene.world.endOf(id)
  return id
}

/** The most memory that a process has ever held, in MB. */
export function peakMb(pid: number): number {
  const status = readIfThere(`/proc/${pid}/status`) ?? ''
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024
}

/** A process may end at any moment. */
function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
