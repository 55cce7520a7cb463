import { after, before } from 'node:test'
import { conformingDestination, conformingSource, type Subject } from '../conformance.ts'
import { MysqlDestination } from './destination.ts'
import { contextOf } from '../load_fixture.ts'
import { configOf, type Mariadb, noMariadb, startMariadb } from './server_fixture.ts'
import { MysqlSource } from './source.ts'

let db: Mariadb

before(async () => {
  if (noMariadb) return
  db = await startMariadb()
  await db.run(
    'create database a',
    'create table a.there (id int, v text)',
    `insert into a.there values (1, 'a'), (2, null)`,
  )
})
after(async () => {
  await db?.[Symbol.asyncDispose]()
})

let targets = 0

const subject = (): Subject => ({
  source: () => new MysqlSource(configOf(db.url('a')), contextOf()),
  stream: 'there',
  missing: 'none',
  destination: () => new MysqlDestination(configOf(db.url('a')), contextOf()),
  target: () => `target${targets++}`,
  async rows(target) {
    const there = await db.run(
      `select 1 from information_schema.tables where table_schema = 'a' and table_name = '${target}'`,
    )
    if (there.length === 0) return null
    const rows = await db.run(`select concat(id, ',', coalesce(v, '')) from a.${target} order by 1`)
    return rows.map(([row]) => row as string)
  },
})

conformingSource('mysql', subject, noMariadb)
conformingDestination('mysql', subject, noMariadb)
