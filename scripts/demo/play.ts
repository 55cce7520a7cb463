/** The demo, act by act. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { buildAgent } from '../build_agent.ts'
import type { Started } from '../e2e/binary.ts'
import type { Json } from '../e2e/tampering_proxy.ts'
import type { World } from '../e2e/world.ts'
import { startWorld } from '../e2e/world.ts'
import type { Postgres } from '../postgres.ts'
import { startPostgres } from '../postgres.ts'
import { audit } from './audit.ts'
import type { CommitProxy } from './commit_proxy.ts'
import { compare, csv, equalRows, parquet } from './compare.ts'
import type { Killed, Witness } from './killed_append.ts'
import { killAfterCommit, startWithholding, witness } from './killed_append.ts'
import type { Printer } from './print.ts'
import { count, duration, size } from './print.ts'
import type { RecordingProxy } from './recording_proxy.ts'
import { startRecordingProxy } from './recording_proxy.ts'
import { edgePlaces, searchAll, secretsOf } from './secrets.ts'
import type { Flow, Ports, Stage } from './stage.ts'
import {
  appendFlow,
  connectionsOf,
  flows,
  localPolicyOf,
  policyOf,
  publishedFile,
  returned,
  setStage,
} from './stage.ts'
import { newWorkplace } from './workplace.ts'

interface StreamShown {
  readonly stream: string
  readonly route: string
  readonly rows: number
  readonly bytes: number
  readonly seconds: number
}

export interface DemoResult {
  readonly ok: boolean
  readonly runs: readonly {
    readonly pipeline: string
    readonly status: string
    readonly streams: readonly StreamShown[]
  }[]
  readonly edge: string
  readonly out: string
}

export interface Played extends AsyncDisposable {
  readonly result: DemoResult
  /** Resolves when nothing has to stay up any longer. */
  readonly kept: Promise<void>
}

/** What the acts share. */
interface Scene {
  readonly print: Printer
  readonly folder: string
  readonly postgres: Postgres
  readonly stage: Stage
  readonly ports: Ports
  readonly withholding: CommitProxy
  readonly watching: Witness
  readonly recorder: RecordingProxy
  readonly world: World
}

function mustHold(holds: boolean, what: string): void {
  if (!holds) throw new Error(`this does not hold: ${what}`)
}

const agentEnv = ({ accounts }: Stage) => ({ env: { MART_PASSWORD: accounts.mart.password } })

export async function play(print: Printer, options: { readonly keep: boolean }): Promise<Played> {
  const began = performance.now()
  const stack = new AsyncDisposableStack()
  try {
    const scene = await setUp(print, stack)
    await sealAndSign(scene)
    const first = await enrol(scene)
    const killed = await killAct(scene, first)
    const second = await scene.world.startAgent(agentEnv(scene.stage))
    print.done(`a second start of the agent: process ${second.pid}`)
    const runs = await flowsAct(scene)
    await compareAct(scene)
    const retried = await retryAct(scene, killed)
    await auditAct(scene)
    second.child.kill('SIGTERM')
    mustHold((await second.ended).exit === 0, 'the agent drains and ends with 0')
    await searchAct(scene)
    const result: DemoResult = {
      ok: true,
      runs: [...runs, retried],
      edge: scene.world.url,
      out: scene.stage.folders.out,
    }
    print.end()
    closing(scene, performance.now() - began)
    const kept = options.keep ? stayUp(scene, stack) : Promise.resolve()
    return { result, kept, [Symbol.asyncDispose]: () => stack.disposeAsync() }
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}

async function setUp(print: Printer, stack: AsyncDisposableStack): Promise<Scene> {
  const folder = newWorkplace()
  print.line(`${print.bold('Sallyport')}: everything below happens on this machine, in ${folder}`)
  print.step('Set up')
  print.doing('compiling the agent')
  const binary = await buildAgent()
  print.done(`the agent, compiled: one file of ${size(statSync(binary).size)}, DuckDB inside`)
  print.doing('starting PostgreSQL')
  const postgres = stack.use(await startPostgres())
  const stage = await setStage(folder, postgres)
  print.done(
    `PostgreSQL on port ${postgres.port}: databases warehouse and mart, each with its own new password`,
  )
  const watching = stack.use(witness(stage, postgres.port))
  const total = stage.visitors.before + stage.visitors.file
  const withholding = stack.use(
    await startWithholding(postgres.port, async () => await watching.rows() === total),
  )
  const ports = { postgres: postgres.port, withholding: withholding.port }
  let recorder: RecordingProxy | null = null
  print.doing('starting the edge')
  const world = stack.use(
    await startWorld({
      folder,
      allow: policyOf(stage, ports),
      local: localPolicyOf(stage, ports),
      front: async (edgePort) => {
        recorder = stack.use(await startRecordingProxy({ edgePort, folder: join(folder, 'traffic') }))
        return recorder.url
      },
    }),
  )
  if (recorder === null) throw new Error('nothing records')
  print.done(`the edge on Deno with named permissions, on an embedded libSQL file: ${world.url}`)
  print.note('a proxy in front of it writes down every byte that passes, both ways')
  return { print, folder, postgres, stage, ports, withholding, watching, recorder, world }
}

async function sealAndSign({ print, world, stage, ports, folder }: Scene): Promise<void> {
  const { person } = world
  const { pin } = JSON.parse(await Bun.file(join(person.home, 'profile.json')).text()) as Json
  print.step('A tenant, whose keys the edge never sees')
  print.done(`sallyport init made tenant ${world.tenant}: ring, pin, floor, anchor, two root keys, signer`)
  print.note(`pin ${pin.tenant}:${pin.version}:${pin.hash.slice(0, 16)}…  keys in ${person.home}`)
  print.done('trust document 1 is signed and published, with a sealed policy of 7 lines')
  for (const [name, settings] of Object.entries(connectionsOf(stage, ports))) {
    print.doing(`sealing ${name}`)
    await world.addConnection(name, settings)
  }
  print.done(
    '5 connections, sealed on this side to the key of the agents: published, warehouse, mart, lake, …',
  )
  let index = 0
  for (const { text } of [...flows, appendFlow(stage)]) {
    print.doing(`signing ${text.name}`)
    index = (await world.applyPipeline(text)).index
  }
  print.done(
    `5 pipelines, sealed and signed: ${
      [...flows, appendFlow(stage)].map(({ text }) => text.name).join(', ')
    }`,
  )
  print.note(`the project's index, signed, is at number ${index}; files in ${folder}`)
}

async function enrol({ print, world, stage }: Scene): Promise<Started> {
  print.step('An agent, in a folder of its own')
  mustHold(!existsSync(join(world.machine.path, '..', 'node_modules')), 'no node_modules beside the binary')
  print.done(`enrolled with a one-time token and approved by its fingerprint: ${world.agentId}`)
  const agent = await world.startAgent(agentEnv(stage))
  print.done(`started from ${world.machine.path}, no packages in reach: process ${agent.pid}`)
  print.note('it calls out and is never called; one password comes from its own environment, by reference')
  return agent
}

async function killAct(
  { print, world, stage, withholding, watching }: Scene,
  agent: Started,
): Promise<Killed> {
  const { before, file } = stage.visitors
  print.step('Killed between COMMIT and its acknowledgement')
  mustHold(await watching.rows() === before, `${before} rows before the append`)
  print.done(
    `the target of an append has ${count(before)} rows; a file of ${count(file)} more is to be appended`,
  )
  print.doing('appending')
  const killed = await killAfterCommit(world, { agent, proxy: withholding, watching })
  mustHold(killed.seen === before + file, 'the second connection sees the committed rows')
  print.done("a proxy withholds PostgreSQL's answer to COMMIT: the agent waits")
  print.done(`a second connection sees ${count(killed.seen)} rows; to the edge the run is ${killed.state}`)
  print.done(`kill -9 ${killed.pid}`)
  return killed
}

function shown(run: Json, { text, streams }: Flow): DemoResult['runs'][number] {
  return {
    pipeline: text.name,
    status: run.state,
    streams: run.streams.map((stream: Json, at: number): StreamShown => ({
      stream: streams[at]?.[0] ?? '',
      route: stream.route,
      rows: stream.rows,
      bytes: stream.bytes,
      seconds: stream.seconds,
    })),
  }
}

async function flowsAct({ print, world }: Scene): Promise<DemoResult['runs'][number][]> {
  print.step('Four pipelines, started over the API by signed requests')
  const runs: DemoResult['runs'][number][] = []
  const rows: string[][] = [['pipeline', 'stream', 'route', 'rows', 'bytes', 'time', 'rows/s']]
  for (const flow of flows) {
    print.doing(`${flow.title}: ${flow.text.name}`)
    const run = await world.run(flow.text.name)
    if (run.state !== 'succeeded') throw new Error(`${flow.text.name} is ${run.state}: ${run.code}`)
    const done = shown(run, flow)
    runs.push(done)
    done.streams.forEach(({ stream, route, rows: moved, bytes, seconds }, at) =>
      rows.push([
        at === 0 ? flow.title : '',
        `${stream} → ${flow.streams[at]?.[1] ?? ''}`,
        route,
        count(moved),
        size(bytes),
        duration(seconds * 1000),
        count(Math.round(moved / seconds)),
      ])
    )
  }
  print.table(rows, [3, 4, 5, 6])
  print.note('direct: the bytes pass as they are; restowed: through DuckDB, in a child process')
  return runs
}

async function compareAct({ print, stage }: Scene): Promise<void> {
  print.step('What came back is what was published, row for row')
  for (const [published, came] of returned) {
    print.doing(`comparing ${came} with ${published}`)
    const [before, after] = [publishedFile(published), join(stage.folders.out, came)]
    const found = await compare(published.endsWith('.csv') ? csv(before) : parquet(before), parquet(after))
    mustHold(equalRows(found), `${came} equals ${published}: ${JSON.stringify(found)}`)
    print.done(
      `${published} = ${came}: ${
        count(found.returned)
      } rows, none missing, none extra (EXCEPT ALL, both ways)`,
    )
  }
  print.note(`the files are in ${stage.folders.out}`)
}

async function retryAct(
  { print, world, stage, watching }: Scene,
  killed: Killed,
): Promise<DemoResult['runs'][number]> {
  print.step('The killed append, retried')
  print.doing('its lease runs out, and the second start of the agent takes it')
  const run = await world.endOf(killed.run)
  const { rows, ids, digest } = await watching.account()
  const { before, file } = stage.visitors
  mustHold(
    run.state === 'succeeded' && run.attempt === 2,
    `the second attempt succeeds: ${JSON.stringify(run)}`,
  )
  mustHold(
    rows === before + file && ids === rows && digest === killed.digest,
    'nothing is doubled and nothing lost',
  )
  print.done(
    `attempt ${run.attempt} succeeded: it found its rows in the ledger of the target, and added none`,
  )
  print.done(`${count(rows)} rows, ${count(ids)} ids, the same bytes as before the kill`)
  return shown(run, appendFlow(stage))
}

async function auditAct({ print, world }: Scene): Promise<void> {
  print.step('The audit log')
  const { file, entries, remembered, refusal } = await audit(world)
  print.done(
    `${entries} entries verify against the log key; the first ${remembered} are what the agent remembers`,
  )
  print.done(`one byte of a copy altered: ${refusal}, exit code 5`)
  print.note(`sallyport audit verify ${file} --anchor ${join(world.person.home, 'anchor.json')}`)
}

async function searchAct({ print, world, stage, recorder, folder }: Scene): Promise<void> {
  print.step('What the edge has seen')
  await recorder.stop()
  const places = [...edgePlaces(world, join(folder, 'edge-copy')), ...recorder.recordings]
  print.doing('searching')
  const found = await searchAll(places, secretsOf(world, stage), join(folder, 'planted'))
  mustHold(
    found.control.missed.length === 0,
    `every planted canary is found: ${found.control.missed.join('; ')}`,
  )
  print.done(
    `the search works: ${count(found.control.planted)} of ${
      count(found.control.planted)
    } planted canaries found`,
  )
  print.note(
    'in copies of every place, raw, hex, UTF-16, base64 at each alignment, JSON; bodies packed and in chunks',
  )
  const leaks = found.findings.map(({ secret, encoding, place }) => `${secret} (${encoding}) in ${place}`)
  mustHold(leaks.length === 0, `nothing secret is at the edge: ${leaks.join('; ')}`)
  print.done(
    `nothing found: ${found.secrets} secrets in ${found.needles} spellings, in ${
      size(found.bytes)
    } of database, ` +
      `write-ahead log, logs and ${recorder.recordings.length} recorded connections`,
  )
  print.note('passwords, accounts, rows, a sealed table name, and every private key of the customer')
}

function closing({ print, folder, world, stage }: Scene, ms: number): void {
  print.line()
  print.line(`${print.bold('Done')} in ${duration(ms)}. Where to look, until the next demo:`)
  print.table([
    ['what', 'where'],
    ['the data that came back', stage.folders.out],
    ['what the edge has', join(folder, 'edge')],
    ['its recorded traffic', join(folder, 'traffic')],
    ['the agent: settings, logs', world.machine.home],
    ['keys and documents', world.person.home],
    ['the audit log', join(folder, 'audit.jsonl')],
  ], [])
}

/** Edge and agent again, behind a proxy on the same address, until somebody interrupts. */
async function stayUp(
  { print, world, stage, recorder, folder, postgres }: Scene,
  stack: AsyncDisposableStack,
): Promise<void> {
  const again = { edgePort: world.edge.port, folder: join(folder, 'traffic-kept'), port: recorder.port }
  stack.use(await startRecordingProxy(again))
  await world.startAgent(agentEnv(stage))
  print.line()
  print.line('Edge and agent stay up. Ctrl-C ends them.')
  print.table([
    ['what', 'where'],
    ['edge', world.url],
    ['reference of its API', `${world.url}/docs`],
    ['PostgreSQL', postgres.url()],
    ['to try', `SALLYPORT_HOME=${world.person.home} ${world.person.path} runs list`],
  ], [])
  await new Promise<void>((resolve) =>
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve())
  )
}
