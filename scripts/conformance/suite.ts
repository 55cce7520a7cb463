/** The suite as a whole: engines that run here, pairs of them, and what became of every trap. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { binaryPath } from '../build_agent.ts'
import { placeBinary } from '../e2e/binary.ts'
import type { Mariadb } from '../mariadb.ts'
import type { Engine, SourcePlace } from './engines/engine.ts'
import { libsqlEngine } from './engines/libsql.ts'
import { mysqlEngine } from './engines/mysql.ts'
import { parquetEngine } from './engines/parquet.ts'
import { postgresEngine } from './engines/postgres.ts'
import { sqliteEngine } from './engines/sqlite.ts'
import { textFilesEngine } from './engines/text_files.ts'
import { runModes } from './modes/run.ts'
import type { Scenario } from './modes/scenario.ts'
import { folderOf, type Outcomes, type Pair, runPair } from './pair.ts'
import { type EngineName, engineNames, type Trap } from './trap.ts'

export interface Suite extends AsyncDisposable {
  run(pair: Pair, traps: readonly Trap[]): Promise<Outcomes>
  /** Every mode; the source is one that changes. */
  modes(pair: Pair, scenarios: readonly Scenario[]): Promise<Outcomes>
}

export interface Servers {
  /** Address of a database of the PostgreSQL server; null where no pair needs one. */
  readonly postgres: ((database?: string) => string) | null
  readonly mariadb: Mariadb | null
}

/** All pairs, in the order of the table. */
export function pairsHere({ mariadb }: { readonly mariadb: boolean }): Pair[] {
  const here = engineNames.filter((name) => mariadb || name !== 'mysql')
  return here.flatMap((source) => here.map((destination) => ({ source, destination })))
}

/** Pairs that are asked for modes: every destination from one source, and every source that changes into one. */
export function modePairsHere(here: { readonly mariadb: boolean }): Pair[] {
  return pairsHere(here).filter(({ source, destination }) =>
    source === 'postgres' || (destination === 'postgres' && ['mysql', 'sqlite', 'libsql'].includes(source))
  )
}

export function openSuite(servers: Servers): Suite {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-conformance-'))
  const binary = placeBinary(join(folder, 'bin'), process.env['SALLYPORT_CONFORMANCE_BINARY'] ?? binaryPath)
  const open = new Map<EngineName, Engine>()
  const sources = new Map<string, Promise<SourcePlace>>()
  const engineOf = (name: EngineName): Engine => {
    const known = open.get(name)
    if (known) return known
    const engine = makeEngine(name, servers, folder)
    open.set(name, engine)
    return engine
  }
  return {
    async run(pair, traps) {
      const kind = traps.some(({ heavy }) => heavy) ? 'heavy' : 'traps'
      const made = `${pair.source}, ${kind}`
      const source = sources.get(made) ?? engineOf(pair.source).source(kind, traps)
      sources.set(made, source)
      const name = `${kind}_${folderOf(pair)}`
      const places = { from: await source, to: await engineOf(pair.destination).target(name, traps) }
      return await runPair(pair, traps, { ...places, binary, folder: join(folder, 'runs', name) })
    },
    async modes(pair, scenarios) {
      const source = engineOf(pair.source)
      if (source.workshop === undefined) throw new Error(`tables of ${pair.source} do not change`)
      const from = await source.workshop(`modes_of_${folderOf(pair)}`)
      const to = await engineOf(pair.destination).target(`modes_${folderOf(pair)}`, [])
      return await runModes(pair, scenarios, {
        from,
        to,
        binary,
        folder: join(folder, 'modes', folderOf(pair)),
      })
    },
    async [Symbol.asyncDispose]() {
      for (const engine of open.values()) await engine[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function makeEngine(name: EngineName, servers: Servers, folder: string): Engine {
  switch (name) {
    case 'postgres':
      if (servers.postgres === null) throw new Error('there is no PostgreSQL here')
      return postgresEngine({ url: servers.postgres })
    case 'parquet':
      return parquetEngine(folder)
    case 'csv':
    case 'tsv':
    case 'jsonl':
      return textFilesEngine(name, folder)
    case 'sqlite':
      return sqliteEngine(folder)
    case 'libsql':
      return libsqlEngine(folder)
    case 'mysql':
      if (servers.mariadb === null) throw new Error('there is no MariaDB here')
      return mysqlEngine(servers.mariadb)
  }
}
