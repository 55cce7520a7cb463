import { after } from 'node:test'
import { join } from 'node:path'
import { conformingDestination, conformingSource, type Subject } from '../conformance.ts'
import { parseConfig } from '../connectors.ts'
import { loadsByEveryMode } from '../sqlite/modes_fixture.ts'
import { contextOf, newFolder } from '../sqlite/world_fixture.ts'
import type { LibsqlConfig } from './config.ts'
import { LibsqlDestination } from './destination.ts'
import { serveHrana } from './server_fixture.ts'
import { LibsqlSource } from './source.ts'

const folder = newFolder()
folder.run(
  'server.db',
  'create table there (id integer, v text)',
  `insert into there values (1, 'a'), (2, null)`,
)
const server = serveHrana(join(folder.path, 'server.db'), { token: 'secret' })
after(async () => {
  await server[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const config = parseConfig('libsql', { url: server.url, token: 'secret' }) as LibsqlConfig
const destination = () => new LibsqlDestination(config, contextOf(folder.path))
let targets = 0

const subject: Subject = {
  source: () => new LibsqlSource(config, contextOf(folder.path)),
  stream: 'there',
  missing: 'none',
  destination,
  target: () => `target ${targets++} of "x".y`,
  async rows(target) {
    const name = target.replaceAll("'", "''")
    if (folder.rows('server.db', `select 1 from sqlite_schema where name = '${name}'`).length === 0) {
      return null
    }
    const rows = folder.rows(
      'server.db',
      `select id || ',' || coalesce(v, '') from "${target.replaceAll('"', '""')}" order by 1`,
    )
    return await Promise.resolve(rows.map(([row]) => String(row)))
  },
}

conformingSource('libsql', () => subject, false)
conformingDestination('libsql', () => subject, false)

loadsByEveryMode('libsql', () => ({
  destination,
  run: (...statements) => folder.run('server.db', ...statements),
  rows: (sql) => folder.rows('server.db', sql),
}))
