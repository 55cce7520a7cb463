import { after } from 'node:test'
import { SqliteDestination } from './destination.ts'
import { loadsByEveryMode } from './modes_fixture.ts'
import { contextOf, newFolder } from './world_fixture.ts'

const folder = newFolder()
after(() => folder[Symbol.dispose]())

loadsByEveryMode('sqlite', () => ({
  destination: () => new SqliteDestination({ path: 'modes.db' }, contextOf(folder.path)),
  run: (...statements) => folder.run('modes.db', ...statements),
  rows: (sql) => folder.rows('modes.db', sql),
}))
