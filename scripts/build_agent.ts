/**
 * `npm run build [-- --outfile PATH]`: compiles the agent into one file, dist/sallyport, with DuckDB's library and
 * addon inside. Needs nothing beside it at run time.
 */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type BunPlugin, Glob } from 'bun'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)
const suffix = process.platform === 'win32' ? '.exe' : ''

/** Where the binary for this machine lies unless told otherwise. */
export const binaryPath = join(root, 'dist', `sallyport${suffix}`)

const libraryNames: Readonly<Record<string, string>> = {
  linux: 'libduckdb.so',
  darwin: 'libduckdb.dylib',
  win32: 'duckdb.dll',
}

/** The platform's package, found through the package that depends on it. */
function nativeFolder(): string {
  const bindings = require.resolve('@duckdb/node-bindings', { paths: [require.resolve('@duckdb/node-api')] })
  const name = `@duckdb/node-bindings-${process.platform}-${process.arch}`
  return dirname(require.resolve(`${name}/duckdb.node`, { paths: [bindings] }))
}

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

/** What stands in for `@duckdb/node-bindings`: the two files, and the code that loads them. */
function bindingsModule(folder: string): string {
  const file = (name: string, variable: string) =>
    `{ name: ${JSON.stringify(name)}, path: ${variable}, sha256: '${sha256(join(folder, name))}' }`
  const library = libraryNames[process.platform] ?? ''
  return `
    import library from ${JSON.stringify(`sallyport-file:${join(folder, library)}`)}
    import addon from ${JSON.stringify(`sallyport-file:${join(folder, 'duckdb.node')}`)}
    import { loadEmbedded } from ${JSON.stringify(join(root, 'agent', 'engine', 'embedded.ts'))}
    const bindings = loadEmbedded(${file(library, 'library')}, ${file('duckdb.node', 'addon')})
    export default bindings
    export const { double_to_hugeint, double_to_uhugeint, hugeint_to_double, uhugeint_to_double } = bindings
  `
}

const embedDuckDB: BunPlugin = {
  name: 'embed DuckDB',
  setup(build) {
    build.onResolve({ filter: /^@duckdb\/node-bindings$/ }, () => ({ path: 'bindings', namespace: 'duckdb' }))
    build.onResolve({ filter: /^sallyport-file:/ }, ({ path }) => ({
      path: path.slice('sallyport-file:'.length),
      namespace: 'embedded',
    }))
    build.onLoad({ filter: /.*/, namespace: 'duckdb' }, () => ({
      contents: bindingsModule(nativeFolder()),
      loader: 'js',
      resolveDir: root,
    }))
    build.onLoad({ filter: /.*/, namespace: 'embedded' }, ({ path }) => ({
      contents: readFileSync(path),
      loader: 'file',
    }))
  },
}

export interface BuildOptions {
  /** Go before the build's own. */
  readonly plugins?: readonly BunPlugin[]
  /** Off, the build is quicker and the start slower. */
  readonly bytecode?: boolean
}

/** Builds for this machine. The file appears whole or not at all. */
export async function buildAgent(
  outfile = binaryPath,
  { plugins = [], bytecode = true }: BuildOptions = {},
): Promise<string> {
  mkdirSync(dirname(outfile), { recursive: true })
  const draft = join(dirname(outfile), `.${randomBytes(6).toString('hex')}${suffix}`)
  try {
    const built = await Bun.build({
      entrypoints: [join(root, 'agent', 'main.ts')],
      plugins: [...plugins, embedDuckDB],
      minify: true,
      sourcemap: 'inline',
      // Parsing a few megabytes costs more than anything else at start.
      bytecode,
      format: 'esm',
      // Settings come from the command line and the agent's own files, never from what lies in the folder.
      compile: { outfile: draft, autoloadDotenv: false, autoloadBunfig: false },
    })
    if (!built.success) throw new AggregateError(built.logs, 'the agent does not compile')
    renameSync(draft, outfile)
  } finally {
    // A source map is written beside it as well as into it.
    for (const path of [draft, draft.replace(/(\.exe)?$/, '.map')]) rmSync(path, { force: true })
  }
  return outfile
}

/** The binary, built anew when a source file is newer than it. */
export async function currentBinary(): Promise<string> {
  const built = existsSync(binaryPath) ? statSync(binaryPath).mtimeMs : 0
  for (const file of new Glob('{agent,shared}/**/*.ts').scanSync({ cwd: root })) {
    if (file.endsWith('.test.ts') || statSync(join(root, file)).mtimeMs <= built) continue
    return buildAgent()
  }
  return statSync(join(root, 'package-lock.json')).mtimeMs > built ? buildAgent() : binaryPath
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { outfile: { type: 'string' } } })
  const began = performance.now()
  const path = await buildAgent(values.outfile)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.error(`${path}  ${(statSync(path).size / 1e6).toFixed(0)} MB in ${seconds} s`)
}
