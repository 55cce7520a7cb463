/** Runs the binary once for a pair of engines, every trap a stream of one pipeline, and judges each. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { binaryAt } from '../e2e/binary.ts'
import type { Contents, SourcePlace, TargetPlace } from './engines/engine.ts'
import { outcomeOf, type Reported } from './judge.ts'
import type { EngineName, Trap } from './trap.ts'

export interface Pair {
  readonly source: EngineName
  readonly destination: EngineName
}

export interface Places {
  readonly from: SourcePlace
  readonly to: TargetPlace
  /** The compiled binary, and a folder for what it needs. */
  readonly binary: string
  readonly folder: string
}

/** Trap → outcome, for the traps that this pair can be asked. */
export type Outcomes = ReadonlyMap<string, string>

interface Result {
  readonly streams: readonly { stream: string; target: string; status: string; code: string | null }[]
}

/** True when this source can hold the trap, and it says something about the destination. */
export function asks({ source, destination }: Pair, trap: Trap): boolean {
  return trap.sources[source] !== undefined && (trap.only === undefined || trap.only.includes(destination))
}

export async function runPair(pair: Pair, traps: readonly Trap[], places: Places): Promise<Outcomes> {
  const asked = traps.filter((trap) => asks(pair, trap))
  if (asked.length === 0) return new Map()
  const { from, to } = places
  const before = new Map<string, Contents | null>()
  for (const trap of asked) before.set(trap.name, await to.read(trap))
  const namesBefore = await to.names()
  const { result, stderr } = await start(pair, asked, places)
  const outcomes = new Map<string, string>()
  for (const trap of asked) {
    const [stream, target] = [from.from(trap), to.to(trap)]
    const one = result.streams.find((entry) => entry.stream === stream && entry.target === target)
    const reported: Reported = {
      status: one?.status ?? 'not reported',
      code: one?.code ?? null,
      message: messageAbout(stream, stderr),
    }
    const found = await to.read(trap).catch((error: unknown) => {
      throw new Error(`${pair.source} → ${pair.destination}, ${trap.name}: ${error}`, { cause: error })
    })
    const seen = { reported, found, before: before.get(trap.name) ?? null }
    outcomes.set(trap.name, outcomeOf(trap, pair.destination, seen))
    if (process.env['CONFORMANCE_SHOW'] && reported.message !== '') {
      console.error(`${trap.name}: ${reported.message}`)
    }
  }
  for (const [name, outcome] of await refuseAgain(pair, asked, { outcomes, places })) {
    outcomes.set(name, outcome)
  }
  const expected = new Set([...namesBefore, ...asked.map((trap) => to.nameOf(trap))])
  const left = (await to.names()).filter((name) => !expected.has(name))
  outcomes.set(nothingLeft, left.length === 0 ? 'exact: nothing' : `wrong: ${left.join(', ')}`)
  return outcomes
}

interface FirstRun {
  readonly outcomes: Outcomes
  readonly places: Places
}

/** What was refused into nothing is refused once more where something is: that has to stay. */
async function refuseAgain(pair: Pair, traps: readonly Trap[], { outcomes, places }: FirstRun) {
  const { to, folder } = places
  const refused = traps.filter(({ name }) => outcomes.get(name)?.startsWith('refused'))
  const changed = new Map<string, string>()
  if (to.plant === undefined || refused.length === 0) return changed
  for (const trap of refused) await to.plant(trap)
  const before = new Map<string, string>()
  for (const trap of refused) before.set(trap.name, JSON.stringify(await to.read(trap)))
  await start(pair, refused, { ...places, folder: join(folder, 'again') })
  for (const trap of refused) {
    if (JSON.stringify(await to.read(trap)) === before.get(trap.name)) continue
    changed.set(trap.name, `wrong: what was there before is gone after ${outcomes.get(trap.name)}`)
  }
  return changed
}

/** The row that is about the destination as a whole. */
export const nothingLeft = 'nothing is left behind'

const yaml = (text: string) => JSON.stringify(text)

/** Two connections, and a pipeline of all streams. */
function write({ source, destination }: Pair, traps: readonly Trap[], { from, to, folder }: Places) {
  mkdirSync(folder, { recursive: true })
  const streams = traps.map((trap) => {
    const keys = trap.key === undefined ? ['id'] : trap.key
    const key = keys === null ? [] : [`key: [${keys.map(yaml).join(', ')}]`]
    const text = ['csv', 'tsv', 'jsonl'].includes(source)
    const cast = text && trap.cast !== undefined ? [`columns: { cast: { v: ${yaml(trap.cast)} } }`] : []
    const mode = `mode: ${trap.mode ?? 'replace'}`
    const parts = [`from: ${yaml(from.from(trap))}`, `to: ${yaml(to.to(trap))}`, mode, ...key, ...cast]
    return `  - { ${parts.join(', ')} }\n`
  })
  const pipeline = join(folder, 'traps.yaml')
  const connections = join(folder, 'connections.yaml')
  const name = `${source}-${destination}`
  writeFileSync(
    pipeline,
    `sallyport: 1\nname: ${name}\nsource: from\ndestination: to\nstreams:\n${streams.join('')}`,
  )
  writeFileSync(
    connections,
    `sallyport: 1\nconnections:\n  from: ${from.connection}\n  to: ${to.connection}\n`,
  )
  return { pipeline, connections }
}

async function start(pair: Pair, traps: readonly Trap[], places: Places) {
  const { pipeline, connections } = write(pair, traps, places)
  const binary = binaryAt(places.binary, join(places.folder, 'home'))
  const ended = await binary.call(['run', pipeline, '--connections', connections, '--json'])
  if (ended.value === null) {
    throw new Error(
      `${pair.source} → ${pair.destination} gave no result (${ended.exit}): ${ended.stderr.slice(-3000)}`,
    )
  }
  return { result: ended.value as Result, stderr: ended.stderr }
}

/** What stands after the stream's name, up to the next line that begins with another one's. */
function messageAbout(stream: string, stderr: string): string {
  return stderr.split('\n').filter((line) => line.startsWith(`${stream}: `)).map((line) =>
    line.slice(stream.length + 2)
  ).join('\n')
}

/** Where what belongs to a pair lies: `postgres_to_csv`. */
export const folderOf = ({ source, destination }: Pair) => `${source}_to_${destination}`
