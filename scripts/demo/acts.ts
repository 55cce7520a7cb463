/** The acts of the demo. Each does one thing, shows that it holds, and says so. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Started } from '../e2e/binary.ts'
import type { Json } from '../e2e/tampering_proxy.ts'
import { audit } from './audit.ts'
import { compare, csv, equalRows, parquet } from './compare.ts'
import type { Killed } from './killed_append.ts'
import { killAfterCommit } from './killed_append.ts'
import { count, duration, size } from './print.ts'
import type { DemoResult, Scene, StreamShown } from './scene.ts'
import { agentEnv, mustHold } from './scene.ts'
import { edgePlaces, searchAll, secretsOf } from './secrets.ts'
import type { Flow } from './stage.ts'
import { appendFlow, connectionsOf, flows, policyOf, publishedFile, returned } from './stage.ts'

export async function sealAndSign({ print, world, stage, ports }: Scene): Promise<void> {
  const { person } = world
  const { pin } = JSON.parse(await Bun.file(join(person.home, 'profile.json')).text()) as Json
  print.step('A tenant, whose keys the edge never sees')
  print.done(`init made tenant ${world.tenant}: ring, pin, floor, anchor, root keys, signer`)
  print.note(`pin ${pin.tenant}:${pin.version}:${pin.hash.slice(0, 16)}…, keys in person/`)
  const lines = policyOf(stage, ports).length
  print.done(`trust document 1, signed and published, with a sealed policy of ${lines} lines`)
  for (const [name, settings] of Object.entries(connectionsOf(stage, ports))) {
    print.doing(`sealing ${name}`)
    await world.addConnection(name, settings)
  }
  print.done(`sealed to the agents' key: ${Object.keys(connectionsOf(stage, ports)).join(', ')}`)
  let index = 0
  for (const { text } of [...flows, appendFlow(stage)]) {
    print.doing(`signing ${text.name}`)
    index = (await world.applyPipeline(text)).index
  }
  const names = [...flows, appendFlow(stage)].map(({ text }) => text.name)
  print.done(`sealed and signed: ${names.join(', ')}`)
  print.note(`the project's signed index is at number ${index}; what a person writes is in *.yaml`)
}

export async function enrol({ print, world, stage }: Scene): Promise<Started> {
  print.step('An agent, in a folder of its own')
  mustHold(!existsSync(join(world.machine.path, '..', 'node_modules')), 'no node_modules beside the binary')
  print.done('enrolled with a one-time token, approved by its fingerprint')
  const agent = await world.startAgent(agentEnv(stage))
  print.done(`started from bin/sallyport, with no packages in reach: process ${agent.pid}`)
  print.note('one password comes from its own environment, by a reference that its policy names')
  return agent
}

export async function killAct(
  { print, world, stage, withholding, watching }: Scene,
  agent: Started,
): Promise<Killed> {
  const { before, file } = stage.visitors
  print.step('Killed between COMMIT and its acknowledgement')
  mustHold(await watching.rows() === before, `${before} rows before the append`)
  print.done(`${count(before)} rows are there; a file of ${count(file)} more is appended`)
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

export async function flowsAct({ print, world }: Scene): Promise<DemoResult['runs'][number][]> {
  print.step('Four pipelines, started over the API by signed requests')
  const runs: DemoResult['runs'][number][] = []
  for (const flow of flows) {
    print.doing(`${flow.title}: ${flow.text.name}`)
    const run = await world.run(flow.text.name)
    if (run.state !== 'succeeded') throw new Error(`${flow.text.name} is ${run.state}: ${run.code}`)
    const done = shown(run, flow)
    runs.push(done)
    print.done(`${flow.title}, pipeline ${flow.text.name}`)
    for (const [at, one] of done.streams.entries()) {
      const way = `${one.stream} → ${flow.streams[at]?.[1] ?? ''}`.replaceAll('public.', '')
      const figures = [
        one.route.padEnd(8),
        count(one.rows).padStart(9),
        size(one.bytes).padStart(7),
        duration(one.seconds * 1000).padStart(6),
        `${count(Math.round(one.rows / one.seconds))}/s`.padStart(9),
      ]
      print.plain(`${way.padEnd(33)}  ${figures.join('  ')}`)
    }
  }
  print.note('restowed: through DuckDB, in a child process; direct: the bytes pass as they are')
  return runs
}

export async function compareAct({ print, stage }: Scene): Promise<void> {
  print.step('What came back is what was published, row for row')
  for (const [published, came] of returned) {
    print.doing(`comparing ${came} with ${published}`)
    const [before, after] = [publishedFile(published), join(stage.folders.out, came)]
    const found = await compare(published.endsWith('.csv') ? csv(before) : parquet(before), parquet(after))
    mustHold(equalRows(found), `${came} equals ${published}: ${JSON.stringify(found)}`)
    print.done(`${published} = ${came}: ${count(found.returned)} rows, none missing, none extra`)
  }
  print.note('compared as multisets, EXCEPT ALL both ways; the files are in out/')
}

export async function retryAct(
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
  print.done(`attempt ${run.attempt} found its rows in the ledger of the target, and added none`)
  print.done(`${count(rows)} rows, ${count(ids)} ids, the same bytes as before the kill`)
  return shown(run, appendFlow(stage))
}

export async function auditAct({ print, world }: Scene): Promise<void> {
  print.step('The audit log')
  const { entries, remembered, refusal } = await audit(world)
  print.done(`${entries} entries verify; the first ${remembered} are what the agent remembers`)
  print.done(`one byte of a copy altered: ${refusal}, exit code 5`)
  print.note(
    'offline: SALLYPORT_HOME=person bin/sallyport audit verify audit.jsonl --anchor person/anchor.json',
  )
}

export async function searchAct({ print, world, stage, recorder, folder }: Scene): Promise<void> {
  print.step('What the edge has seen')
  await recorder.stop()
  const files = edgePlaces(world, join(folder, 'edge-copy'))
  const places = [...files, ...recorder.recordings]
  print.doing('searching')
  const secrets = secretsOf(world, stage)
  const found = await searchAll({
    places,
    secrets,
    inTheClear: 'visitors-in',
    folder: join(folder, 'planted'),
  })
  const { planted, missed } = found.control
  mustHold(missed.length === 0, `every planted canary is found: ${missed.join('; ')}`)
  print.done(`the search works: ${count(planted)} canaries in copies of every place, all found`)
  print.note('raw, hex, UTF-16, base64 at each alignment, JSON; in packed and chunked bodies')
  mustHold(found.clear > 1, 'what is in the clear is found in the real places')
  print.done(`a name that may be in the clear turns up in ${found.clear} of the ${places.length} places`)
  const leaks = found.findings.map(({ secret, encoding, place }) => `${secret} (${encoding}) in ${place}`)
  mustHold(leaks.length === 0, `nothing secret is at the edge: ${leaks.join('; ')}`)
  print.done(`${found.secrets} secrets, each in every spelling: nothing found in ${size(found.bytes)}`)
  print.note(
    `database, write-ahead log, log and keys of the edge, ${recorder.recordings.length} recorded connections`,
  )
  print.note('secrets: passwords, accounts, rows, a sealed table name, every private key of the tenant')
}
