import { after, before } from 'node:test'
import { conformingDestination, conformingSource, type Subject } from '../conformance.ts'
import { config } from './config.ts'
import { PostgresDestination } from './destination.ts'
import { contextOf } from '../load_fixture.ts'
import { type Database, noServer, openDatabase } from './loading_fixture.ts'
import { PostgresSource } from './source.ts'

let database: Database

before(async () => {
  if (noServer) return
  database = await openDatabase('conformance')
  await database.run(`create table there (id integer, v text); insert into there values (1, 'a'), (2, null)`)
})
after(async () => {
  await database?.[Symbol.asyncDispose]()
})

const context = () => contextOf()
const settings = () => config.parse({ url: database.url })

let targets = 0

const subject = (): Subject => ({
  source: () => new PostgresSource(settings(), context()),
  stream: 'there',
  missing: 'none',
  destination: () => new PostgresDestination(settings(), context()),
  target: () => `target${targets++}`,
  async rows(target) {
    if (await database.value(`select to_regclass('${target}')`) === null) return null
    const rows = await database.sql.unsafe(
      `select id || ',' || coalesce(v, '') as row from ${target} order by 1`,
    )
    return (rows as { row: string }[]).map(({ row }) => row)
  },
})

conformingSource('postgres', subject, noServer)
conformingDestination('postgres', subject, noServer)
