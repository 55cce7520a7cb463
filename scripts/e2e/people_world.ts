/** An installation with one small pipeline, `people`: a CSV file in one folder, written to another. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startWorld, type World, type WorldOptions } from './world.ts'

/** The rows of `people.csv`, in `in` below the folder; `out` beside it is where the pipeline writes. */
export async function startPeopleWorld(
  { folder, rows, ...options }: Pick<WorldOptions, 'folder' | 'places'> & {
    readonly rows: readonly string[]
  },
): Promise<World> {
  const [input, output] = [join(folder, 'in'), join(folder, 'out')]
  mkdirSync(input)
  writeFileSync(join(input, 'people.csv'), ['id,name', ...rows, ''].join('\n'))
  const world = await startWorld({
    folder,
    allow: [
      `{ direction: read, connector: files, path: "${input}" }`,
      `{ direction: write, connector: files, path: "${output}" }`,
    ],
    local: `files: ["${folder}"]\n`,
    ...options,
  })
  await world.addConnection('in', `{ type: files, path: "${input}" }`)
  await world.addConnection('out', `{ type: files, path: "${output}" }`)
  const streams = ['{ from: people.csv, to: people.csv, mode: replace }']
  await world.applyPipeline({ name: 'people', source: 'in', destination: 'out', streams })
  return world
}
