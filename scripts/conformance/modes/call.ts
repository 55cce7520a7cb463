/** One run of the binary over streams as a pipeline file has them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { binaryAt, type Ended } from '../../e2e/binary.ts'
import type { TargetPlace, Workshop } from '../engines/engine.ts'

export interface ModePlaces {
  readonly from: Workshop
  readonly to: TargetPlace
  readonly binary: string
  readonly folder: string
}

const parameters =
  'parameters: { low: { type: integer, default: "0" }, high: { type: integer, default: "999999" } }\n'

interface Call {
  readonly places: ModePlaces
  readonly flags: readonly string[]
  /** Of the folder that the files of this run are in. */
  readonly name: string
}

/** `streams`: each in flow style, without its braces. */
export async function callBinary(streams: readonly string[], { places, flags, name }: Call): Promise<Ended> {
  const folder = join(places.folder, name)
  mkdirSync(folder, { recursive: true })
  const pipeline = join(folder, 'modes.yaml')
  const head = `sallyport: 1\nname: modes\nsource: from\ndestination: to\n${parameters}streams:\n`
  writeFileSync(pipeline, head + streams.map((stream) => `  - { ${stream} }\n`).join(''))
  const { from, to } = places
  writeFileSync(
    join(folder, 'connections.yaml'),
    `sallyport: 1\nconnections:\n  from: ${from.connection}\n  to: ${to.connection}\n`,
  )
  const binary = binaryAt(places.binary, join(places.folder, 'home'))
  const ended = await binary.call(['run', pipeline, '--json', ...flags])
  if (process.env['CONFORMANCE_SHOW']) console.error(ended.stderr, ended.stdout)
  return ended
}
