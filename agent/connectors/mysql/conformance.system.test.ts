import { after, before } from 'node:test'
import { conformingDestination, conformingSource, type Subject } from '../conformance.ts'
import { MysqlDestination } from './destination.ts'
import { configOf, contextOf, type Mariadb, noMariadb, startMariadb } from './server_fixture.ts'
import { MysqlSource } from './source.ts'

let db: Mariadb
/** Without LOAD DATA LOCAL: rows come as INSERT. */
let closed: Mariadb

before(async () => {
  if (noMariadb) return
  db = await startMariadb()
  closed = await startMariadb({ settings: ['--local-infile=0'] })
  for (const server of [db, closed]) {
    await server.run(
      'create database a',
      'create table a.there (id int, v text)',
      `insert into a.there values (1, 'a'), (2, null)`,
    )
  }
})
after(async () => {
  await db?.[Symbol.asyncDispose]()
  await closed?.[Symbol.asyncDispose]()
})

let targets = 0

const subjectOf = (server: () => Mariadb) => (): Subject => ({
  source: () => new MysqlSource(configOf(server().url('a')), contextOf()),
  stream: 'there',
  missing: 'none',
  destination: () => new MysqlDestination(configOf(server().url('a')), contextOf()),
  target: () => `target${targets++}`,
  async rows(target) {
    const there = await server().run(
      `select 1 from information_schema.tables where table_schema = 'a' and table_name = '${target}'`,
    )
    if (there.length === 0) return null
    const rows = await server().run(`select concat(id, ',', coalesce(v, '')) from a.${target} order by 1`)
    return rows.map(([row]) => row as string)
  },
})

conformingSource('mysql', subjectOf(() => db), noMariadb)
conformingDestination('mysql', subjectOf(() => db), noMariadb)
conformingDestination('mysql without LOCAL INFILE', subjectOf(() => closed), noMariadb)
