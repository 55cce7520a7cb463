/** A tenant with one pipeline of files that can run at any time, and what tests of its keys look at. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../../shared/seal/context.ts'
import type { Started } from './binary.ts'
import type { Json } from './tampering_proxy.ts'
import { startWorld, type World } from './world.ts'

export interface Scene extends AsyncDisposable {
  readonly world: World
  /** The agent that runs now. */
  agent: Started
  /** Folder that the pipeline reads. */
  readonly from: string
  ring(): Json
  writeRing(ring: Json): void
  /** Sealing keys as the edge lists them. */
  keys(): Promise<Json[]>
  activeKey(): Promise<string>
  /** Runs the pipeline again and again until `stop`, which gives the states in which the runs have ended. */
  keepRunning(): { stop(): Promise<string[]> }
  /** The newest envelope of the pipeline, and its place. */
  pipeline(): Promise<{ readonly context: Context; readonly envelope: Uint8Array }>
}

/** Words of a rotation that asks nobody. */
export const rotate = (...more: string[]) => ['keys', 'rotate', '--yes', '--json', ...more]

export async function startScene(folder: string): Promise<Scene> {
  const [from, to] = [join(folder, 'in'), join(folder, 'out')]
  for (const path of [from, to]) mkdirSync(path)
  const numbers = Array.from({ length: 100 }, (_, n) => `${n}\n`).join('')
  writeFileSync(join(from, 'numbers.csv'), `id\n${numbers}`)
  const world = await startWorld({
    folder,
    allow: [
      `{ direction: read, connector: files, path: ${from} }`,
      `{ direction: write, connector: files, path: ${to} }`,
    ],
    local: `files: ["${from}", "${to}"]\n`,
  })
  await world.addConnection('from', `{ type: files, path: ${from}, format: csv }`)
  await world.addConnection('to', `{ type: files, path: ${to}, format: csv }`)
  await world.applyPipeline({
    name: 'numbers',
    source: 'from',
    destination: 'to',
    streams: ['{ from: numbers.csv, to: numbers.csv, mode: replace }'],
  })
  const ringPath = join(world.person.home, 'ring.json')
  const keys = async (): Promise<Json[]> => (await world.api('GET', '/v1/keys')).body.data
  return {
    world,
    agent: await world.startAgent(),
    from,
    ring: () => JSON.parse(readFileSync(ringPath, 'utf8')),
    writeRing: (ring) => writeFileSync(ringPath, JSON.stringify(ring), { mode: 0o600 }),
    keys,
    activeKey: async () => (await keys()).find(({ state }) => state === 'active')?.kid,
    keepRunning() {
      const states: string[] = []
      let going = true
      const over = (async () => {
        while (going) states.push((await world.run('numbers')).state)
      })()
      return {
        async stop() {
          going = false
          await over
          return states
        },
      }
    },
    async pipeline() {
      const { body } = await world.api('GET', '/v1/pipelines')
      const [{ id }] = body.data
      const { body: { version, sealed } } = await world.api('GET', `/v1/pipelines/${id}`)
      const place = { tenant: world.tenant, project: world.project, type: 'pipeline', id, version } as const
      return {
        context: { ...place, schema: 'pipeline/1' },
        envelope: new Uint8Array(Buffer.from(sealed, 'base64')),
      }
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  }
}
