/** libSQL: a double of its server, started as a process of its own, in front of files that are made and read in place. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../../suites.ts'
import type { Engine } from './engine.ts'
import { changing, makeTargets, makeTraps, sourceName, sqliteTarget } from './sqlite.ts'

/** Serves the file of its second argument by the module of its first, and says where. */
const server = `
  const { serveHrana } = await import(process.argv[1])
  console.log(serveHrana(process.argv[2]).url)
`

const double = join(root, 'agent', 'connectors', 'libsql', 'server_fixture.ts')

export function libsqlEngine(folder: string): Engine {
  const children: ChildProcess[] = []
  const serve = async (path: string): Promise<string> => {
    const child = spawn(process.execPath, ['-e', server, double, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (bytes) => resolve(String(bytes).trim()))
      child.once('exit', (code) => reject(new Error(`the double of a libSQL server ended with ${code}`)))
    })
    return `{ type: libsql, url: "${url}" }`
  }
  return {
    name: 'libsql',
    async source(name, traps) {
      const path = join(folder, `libsql-${name}`, 'traps.db')
      makeTraps(path, traps, 'libsql')
      return { connection: await serve(path), from: (trap) => sourceName(trap, 'libsql') }
    },
    async target(name, traps) {
      const path = join(folder, name, 'target.db')
      makeTargets(path, traps, 'libsql')
      return sqliteTarget(path, 'libsql', await serve(path))
    },
    async workshop(name) {
      const path = join(folder, name, 'workshop.db')
      const change = changing(path)
      await change(['pragma user_version = 1'])
      return { connection: await serve(path), from: (table) => table, change }
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) {
        const gone = new Promise((resolve) => child.once('close', resolve))
        child.kill('SIGKILL')
        await gone
      }
    },
  }
}
