/**
 * The directions of the tree: edge and agent never meet in code, shared knows neither nor any runtime, rooms of the
 * edge look up the list only, and each package has one place that may import it.
 */
import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, normalize } from 'node:path'
import { Glob } from 'bun'

/** Rooms in order: one may import those before it, and http, db and shared. */
const rooms = [
  'audit',
  'access',
  'auth',
  'tenants',
  'trust',
  'keys',
  'agents',
  'connections',
  'inspections',
  'pipelines',
  'runs',
  'schedules',
  'webhooks',
  'console',
]

/** Package → the only folders or files that may import it (tests may import any development package). */
const places: Readonly<Record<string, readonly string[]>> = {
  'hono': ['edge/'],
  '@hono/zod-openapi': ['edge/'],
  '@aws-sdk/client-s3': ['agent/trust/s3_store.ts'],
  '@aws-sdk/client-secrets-manager': ['agent/keystore/secrets_manager.ts'],
  '@aws-sdk/credential-provider-node': ['agent/aws/'],
  'zod': ['shared/', 'agent/', 'edge/'],
  'kysely': ['edge/'],
  'libsql': ['edge/db/'],
  '@libsql/client': ['edge/db/'],
  'oslo': ['edge/auth/factors/hotp.ts'],
  '@simplewebauthn/server': ['edge/auth/factors/webauthn.ts'],
  'axe-core': ['scripts/system/'],
  'playwright-core': ['scripts/system/'],
  'smtp-server': ['scripts/system/'],
  'oidc-provider': ['scripts/system/oidc.ts'],
  'uqr': ['edge/console/islands/qr.ts'],
  'swagger-ui-dist': ['edge/docs', 'edge/http/'],
  '@noble/curves': ['shared/seal/', 'shared/sign/'],
  '@noble/ciphers': ['shared/seal/', 'agent/primitives.ts'],
  '@noble/post-quantum': ['shared/seal/'],
  '@noble/hashes': ['shared/seal/', 'shared/sign/', 'shared/log/'],
  '@duckdb/node-api': ['agent/engine/', 'scripts/build_agent.ts', 'scripts/demo/'],
  '@duckdb/node-bindings': ['agent/engine/', 'scripts/build_agent.ts'],
  'commander': ['agent/main.ts', 'agent/commands/'],
  '@clack/prompts': ['agent/commands/'],
  'openapi-fetch': ['agent/edge_client/'],
  'openapi-typescript': ['scripts/openapi.ts'],
  'shamir-secret-sharing': ['agent/keystore/recovery'],
  'typescript': ['scripts/'],
  'yaml': ['agent/'],
  '@opentelemetry/api': ['shared/telemetry/otel.ts'],
  '@opentelemetry/context-async-hooks': ['shared/telemetry/otel.ts'],
  '@opentelemetry/exporter-metrics-otlp-http': ['shared/telemetry/exporters.ts'],
  '@opentelemetry/exporter-trace-otlp-http': ['shared/telemetry/exporters.ts'],
  '@opentelemetry/otlp-exporter-base': ['shared/telemetry/exporters.ts'],
  '@opentelemetry/otlp-transformer': ['shared/telemetry/exporters.ts'],
  '@opentelemetry/resources': ['shared/telemetry/otel.ts'],
  '@opentelemetry/sdk-metrics': ['shared/telemetry/'],
  '@opentelemetry/sdk-trace-base': ['shared/telemetry/'],
  'mysql2': ['agent/connectors/mysql/'],
  'croner': ['shared/schedule.ts'],
  '@zxcvbn-ts/language-common': ['edge/auth/accounts/common.ts'],
  'hash-wasm': ['edge/auth/accounts/argon2.ts'],
  'nodemailer': ['edge/auth/mail/smtp.ts'],
  'bun': ['agent/', 'scripts/'],
  'arctic': ['edge/auth/providers/exchange.ts'],
  'jose': ['edge/auth/providers/id_token.ts'],
}

export interface Import {
  readonly file: string
  readonly specifier: string
}

const isTest = (file: string) => /\.test\.tsx?$|_fixture\.tsx?$|\/conformance\//.test(file)

/** Every static, dynamic and re-exporting import of a source text. */
export function importsOf(file: string, text: string): Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  const pattern =
    /(?:^|[\s;}])(?:import|export)\s+(?:type\s+)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g
  return [...code.matchAll(pattern)].map((match) => ({ file, specifier: match[1] ?? match[2] ?? '' }))
}

const packageOf = (specifier: string) =>
  specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')

function relative(file: string, specifier: string): string | null {
  const target = normalize(join(dirname(file), specifier)).replaceAll('\\', '/')
  const [from = '', room = ''] = file.split('/')
  const [to = '', targetRoom = ''] = target.split('/')
  if (target.startsWith('..')) return 'leaves the tree'
  if (from === 'edge' && to === 'agent') return 'edge and agent never import each other'
  if (from === 'agent' && to === 'edge') return 'edge and agent never import each other'
  if (from === 'shared' && to !== 'shared') return 'shared imports shared only'
  if (from === 'scripts' && (to === 'edge' || to === 'agent')) return 'scripts start either as a process'
  if ((from === 'edge' || from === 'agent') && to === 'scripts' && !isTest(file)) {
    return 'scripts are not a library'
  }
  if (from === 'edge' && to === 'edge' && rooms.includes(room) && rooms.includes(targetRoom)) {
    if (rooms.indexOf(targetRoom) > rooms.indexOf(room)) return `${room} stands above ${targetRoom}`
  }
  if (from === 'edge' && ['http', 'db'].includes(room) && rooms.includes(targetRoom) && !isTest(file)) {
    return `${room} knows no room`
  }
  return null
}

/** What is wrong with an import, or null. */
export function verdict({ file, specifier }: Import): string | null {
  if (specifier.startsWith('.')) return relative(file, specifier)
  const bun = /^bun(:|$)/.test(specifier)
  const builtin = specifier.startsWith('node:') || (!bun && builtinModules.includes(specifier))
  if (builtin && !specifier.startsWith('node:')) return 'spell built-in modules with node:'
  if (file.startsWith('shared/') && !isTest(file) && (builtin || bun)) {
    return 'shared runs anywhere: no runtime modules'
  }
  if (builtin || isTest(file)) return null
  const name = bun ? 'bun' : packageOf(specifier)
  const allowed = places[name]
  if (!allowed) return `no place is named for ${name}`
  return allowed.some((place) => file.startsWith(place)) ? null : `${name} belongs in ${allowed.join(', ')}`
}

/** Globals of one runtime in shared code. */
export function runtimeGlobal(file: string, text: string): string | null {
  if (!file.startsWith('shared/') || isTest(file)) return null
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '')
  const found = /\b(Deno|Bun|process|Buffer|require)\s*[.(]/.exec(code)
  return found ? `shared runs anywhere: no ${found[1]}` : null
}

/** One line per broken rule, for the whole tree. */
export async function checkImports(root: string): Promise<string[]> {
  const found: string[] = []
  for await (const file of new Glob('{edge,agent,shared,scripts}/**/*.{ts,tsx}').scan({ cwd: root })) {
    if (file.endsWith('.d.ts')) continue
    const text = readFileSync(join(root, file), 'utf8')
    const global = runtimeGlobal(file, text)
    if (global) found.push(`${file}: ${global}`)
    for (const one of importsOf(file, text)) {
      const wrong = verdict(one)
      if (wrong) found.push(`${file}: '${one.specifier}': ${wrong}`)
    }
  }
  return found.sort()
}
