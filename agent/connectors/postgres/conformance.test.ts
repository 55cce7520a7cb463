import { after, before } from 'node:test'
import { noServer, openWorld, type World } from '../../engine/postgres_fixture.ts'
import { conformingDestination, conformingSource, type Subject } from '../conformance.ts'
import type { Context } from '../connector.ts'
import { parseConfig } from '../connectors.ts'
import { directNetwork } from '../../network.ts'
import { localGuard } from '../guard.ts'
import type { PostgresConfig } from './config.ts'
import { PostgresDestination } from './destination.ts'
import { PostgresSource } from './source.ts'

let world: World

before(async () => {
  if (noServer) return
  world = await openWorld('conformance')
  await world.source.unsafe(
    `create table there (id integer, v text); insert into there values (1, 'a'), (2, null)`,
  )
    .simple()
})
after(async () => {
  await world?.[Symbol.asyncDispose]()
})

const context = (): Context => ({
  guard: localGuard,
  runId: crypto.randomUUID(),
  fence: 1,
  base: '/',
  folder: '/nowhere',
  network: directNetwork,
  mostBytes: null,
  hold: () => Promise.reject(new Error('no hold here')),
})

const config = (url: string) => parseConfig('postgres', { url }) as PostgresConfig

let targets = 0

const subject = (): Subject => ({
  source: () => new PostgresSource(config(world.sourceUrl), context()),
  stream: 'there',
  missing: 'none',
  destination: () => new PostgresDestination(config(world.targetUrl), context()),
  target: () => `target${targets++}`,
  async rows(target) {
    const [there] = await world.target.unsafe(`select to_regclass('${target}') is not null as yes`) as {
      yes: boolean
    }[]
    if (!there?.yes) return null
    const rows = await world.target.unsafe(
      `select id || ',' || coalesce(v, '') as row from ${target} order by 1`,
    )
    return (rows as { row: string }[]).map(({ row }) => row)
  },
})

conformingSource('postgres', subject, noServer)
conformingDestination('postgres', subject, noServer)
