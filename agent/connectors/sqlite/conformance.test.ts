import { Database } from 'bun:sqlite'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { conformingDestination, conformingSource, type Subject } from '../conformance.ts'
import { contextOf } from '../load_fixture.ts'
import { SqliteDestination } from './destination.ts'
import { SqliteSource } from './source.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-sqlite-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const seed = new Database(join(folder, 'in.db'))
seed.run('create table there (id integer, v text)')
seed.run(`insert into there values (1, 'a'), (2, null)`)
seed.close()

const context = () => contextOf({ base: folder })

let targets = 0

const subject: Subject = {
  source: () => new SqliteSource({ path: 'in.db' }, context()),
  stream: 'there',
  missing: 'none',
  destination: () => new SqliteDestination({ path: 'out.db' }, context()),
  target: () => `target ${targets++} of "x".y`,
  async rows(target) {
    if (!existsSync(join(folder, 'out.db'))) return null
    const database = new Database(join(folder, 'out.db'), { readonly: true })
    try {
      const there = database.query('select 1 from sqlite_schema where name = ?').get(target)
      if (there === null) return null
      const name = `"${target.replaceAll('"', '""')}"`
      const rows = database.query(`select id || ',' || coalesce(v, '') from ${name} order by 1`).values()
      return rows.map(([row]) => String(row))
    } finally {
      database.close()
    }
  },
}

conformingSource('sqlite', () => subject, false)
conformingDestination('sqlite', () => subject, false)
