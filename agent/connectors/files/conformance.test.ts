import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { conformingDestination, conformingSource, type Subject } from '../conformance.ts'
import type { Context } from '../connector.ts'
import { filesConfig } from './config_fixture.ts'
import { directNetwork } from '../../network.ts'
import { localGuard } from '../guard.ts'
import { FilesDestination } from './destination.ts'
import { FilesSource } from './source.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-files-'))
after(() => rmSync(folder, { recursive: true, force: true }))
mkdirSync(join(folder, 'in'))
writeFileSync(join(folder, 'in', 'there.csv'), 'id,v\n1,a\n2,\n')

const context = (): Context => ({
  guard: localGuard,
  runId: crypto.randomUUID(),
  fence: 1,
  base: folder,
  folder: '/nowhere',
  network: directNetwork,
  mostBytes: null,
  hold: () => Promise.reject(new Error('no hold here')),
})

let targets = 0

const subject: Subject = {
  source: () => new FilesSource(filesConfig({ path: 'in' }), context()),
  stream: 'there.csv',
  missing: 'none.csv',
  destination: () => new FilesDestination(filesConfig({ path: 'out', format: 'csv' }), context()),
  target: () => `target${targets++}`,
  async rows(target) {
    const path = join(folder, 'out', target)
    if (!existsSync(path)) return null
    const files = statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path]
    const whole = files.filter((file) => !file.endsWith('.part'))
    if (whole.length === 0) return null
    return whole.flatMap((file) => readFileSync(file, 'utf8').trimEnd().split('\n').slice(1)).sort()
  },
}

conformingSource('files', () => subject, false)
conformingDestination('files', () => subject, false)
