/**
 * Settings of agent and command line: by flag, by environment (`SALLYPORT_…`), by `agent.yaml`, by default, in this
 * order.
 */
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import { Fault } from '../shared/faults.ts'
import { Label } from '../shared/schemas/agent.ts'
import { readIfThere } from './files.ts'
import { type Level, levels } from './logs/log.ts'
import { type Network, networkOf, type NetworkSettings } from './network.ts'

const enrolments = ['approval', 'pool_key'] as const
export type Enrolment = (typeof enrolments)[number]

export interface Config {
  /** Where the edge is; null when nothing says so. */
  readonly edge: URL | null
  /** The pin as text; null when it comes from the ring or from `init`. */
  readonly pin: string | null
  /** `file:/path/ring.json`, `env:NAME`, `aws-sm:NAME-or-ARN` or `snowflake:/path`. */
  readonly keystore: string
  /** `file:/path/floor.json`, `s3:bucket/floor.json` or `none`. */
  readonly floor: string
  /** `file:/path/anchor.json` or `s3:bucket/anchor.json`. */
  readonly anchor: string
  /** How this agent gets in: a person approves it, or it is vouched for by the pool key of its ring. */
  readonly enrolment: Enrolment
  /** The local policy file. */
  readonly localPolicy: string
  /** Agent key, cache of verified documents, runs in flight. */
  readonly state: string
  /** Relative paths of files connections start here. */
  readonly data: string
  readonly logs: string
  readonly logLevel: Level
  /** How many runs at once, 1 to 64; null: as many as memory and processors carry. */
  readonly slots: number | null
  /** Words by which pipelines find this agent. */
  readonly labels: readonly string[]
  /** MB that DuckDB may use for one restowed stream. */
  readonly holdMemory: number
  /** The way out of this machine. */
  readonly network: Network
}

export type SettingName = keyof Omit<Config, 'network'> | keyof NetworkSettings

interface Setting {
  readonly name: SettingName
  /** Key of agent.yaml; the flag is `--<key>`, the variable `SALLYPORT_<KEY>`. */
  readonly key: string
  readonly help: string
  readonly fallback: (home: string) => string | null
  /** Given as a path, relative to the file or folder that it is given in. */
  readonly path?: true
}

export const settings: readonly Setting[] = [
  { name: 'edge', key: 'url', help: 'address of the edge', fallback: () => null },
  { name: 'pin', key: 'pin', help: 'pin, when the ring should not give it', fallback: () => null },
  {
    name: 'keystore',
    key: 'keystore',
    help: 'the ring: file:PATH, env:NAME, aws-sm:NAME or snowflake:PATH',
    fallback: (home) => `file:${join(home, 'ring.json')}`,
  },
  {
    name: 'floor',
    key: 'floor',
    help: 'the floor: file:PATH, s3:BUCKET/KEY or none',
    fallback: (home) => `file:${join(home, 'floor.json')}`,
  },
  {
    name: 'anchor',
    key: 'anchor',
    help: 'the anchor: file:PATH or s3:BUCKET/KEY',
    fallback: (home) => `file:${join(home, 'anchor.json')}`,
  },
  {
    name: 'enrolment',
    key: 'enrolment',
    help: 'how it gets in: approval, or pool_key where the trust document lets the pool vouch',
    fallback: () => 'approval',
  },
  {
    name: 'localPolicy',
    key: 'local-policy',
    help: 'local policy file',
    fallback: (home) => join(home, 'local-policy.yaml'),
    path: true,
  },
  { name: 'state', key: 'state', help: 'state folder', fallback: (home) => join(home, 'agent'), path: true },
  {
    name: 'data',
    key: 'data',
    help: 'folder that relative paths of files connections start in',
    fallback: (home) => join(home, 'data'),
    path: true,
  },
  { name: 'logs', key: 'logs', help: 'log folder', fallback: (home) => join(home, 'logs'), path: true },
  { name: 'logLevel', key: 'log-level', help: levels.join(', '), fallback: () => 'info' },
  {
    name: 'slots',
    key: 'slots',
    help: 'runs at once; auto: as many as memory and processors carry',
    fallback: () => 'auto',
  },
  {
    name: 'labels',
    key: 'labels',
    help: 'words by which pipelines find this agent, with commas between',
    fallback: () => '',
  },
  { name: 'holdMemory', key: 'hold-memory', help: 'MB for one restowed stream', fallback: () => '512' },
  {
    name: 'proxy',
    key: 'proxy',
    help: 'http://HOST:PORT of a proxy to the edge, https sources and AWS; HTTPS_PROXY is not read',
    fallback: () => null,
  },
  {
    name: 'noProxy',
    key: 'no-proxy',
    help: 'hosts, .domains and address ranges that are reached without the proxy, with commas between',
    fallback: () => '',
  },
  {
    name: 'caFile',
    key: 'ca-file',
    help: 'PEM file of authorities that count beside the public ones',
    fallback: () => null,
    path: true,
  },
]

interface Sources {
  readonly flags: Readonly<Record<string, unknown>>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
}

/** Throws `invalid_setting` or `invalid_file`, naming the setting and where it was given. */
export function loadConfig({ flags, env, home }: Sources): Config {
  const place = given(flags['config']) ?? env['SALLYPORT_CONFIG'] ?? join(home, 'agent.yaml')
  const file = readYaml(resolve(place))
  const value = (key: string): string | null => {
    const setting = settings.find((one) => one.key === key) as Setting
    const at = (text: string, base: string) => setting.path ? resolve(base, text) : relocated(text, base)
    const flag = given(flags[camel(key)])
    if (flag !== null) return at(flag, process.cwd())
    const variable = env[variableOf(key)]
    if (variable !== undefined && variable !== '') return at(variable, process.cwd())
    const line = file[key]
    if (line !== undefined) return at(line, resolve(place, '..'))
    return setting.fallback(home)
  }
  const text = (key: string) => value(key) ?? ''
  return {
    edge: edgeOf(value('url')),
    pin: value('pin'),
    keystore: text('keystore'),
    floor: text('floor'),
    anchor: text('anchor'),
    enrolment: oneOf('enrolment', text('enrolment'), enrolments),
    localPolicy: text('local-policy'),
    state: text('state'),
    data: text('data'),
    logs: text('logs'),
    logLevel: oneOf('log-level', text('log-level'), levels),
    slots: text('slots') === 'auto' ? null : whole('slots', text('slots'), 1, 64),
    labels: labelsOf(text('labels')),
    holdMemory: whole('hold-memory', text('hold-memory'), 64, 1_048_576),
    network: networkOf({ proxy: value('proxy'), noProxy: text('no-proxy'), caFile: value('ca-file') }),
  }
}

/** http is for loopback alone: over it, a token would be read by whoever is on the way. Throws `edge_insecure`. */
export function edgeOf(text: string | null): URL | null {
  if (text === null || text === '') return null
  if (!URL.canParse(text)) {
    throw new Fault('invalid_setting', `url: ${text} is not an address like https://edge.example.com`)
  }
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') {
    throw new Fault(
      'invalid_setting',
      'url: an address with a password in it ends up in logs; give the token by file.',
    )
  }
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) {
    throw new Fault('edge_insecure', `url: ${url.origin} is not https, and not on loopback.`)
  }
  return new URL(url.origin)
}

function readYaml(path: string): Record<string, string> {
  const text = readIfThere(path)
  if (text === null) return {}
  let parsed: unknown
  try {
    parsed = parse(text)
  } catch (error) {
    throw new Fault('invalid_file', `${path} is not YAML.`, { cause: error })
  }
  if (parsed === null) return {}
  if (typeof parsed !== 'object' || Array.isArray(parsed)) {
    throw new Fault('invalid_file', `${path} holds no settings: it is written as "name: value" lines.`)
  }
  return Object.fromEntries(
    Object.entries(parsed).map(([key, value]) => {
      if (!settings.some((one) => one.key === key)) {
        const known = settings.map((one) => one.key).join(', ')
        throw new Fault('invalid_setting', `${path}: there is no setting "${key}". Settings: ${known}`)
      }
      if (typeof value !== 'string' && typeof value !== 'number') {
        throw new Fault('invalid_setting', `${path}: ${key} is neither text nor a number.`)
      }
      return [key, String(value)]
    }),
  )
}

export function variableOf(key: string): string {
  return `SALLYPORT_${key.replaceAll('-', '_').toUpperCase()}`
}

/** As commander names the option's value. */
function camel(key: string): string {
  return key.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}

function given(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** `file:ring.json` means beside the file that says so. */
function relocated(text: string, base: string): string {
  return text.startsWith('file:') ? `file:${resolve(base, text.slice('file:'.length))}` : text
}

function oneOf<T extends string>(key: string, text: string, known: readonly T[]): T {
  const found = known.find((one) => one === text)
  if (found === undefined) {
    throw new Fault('invalid_setting', `${key}: ${text} is none of ${known.join(', ')}`)
  }
  return found
}

function labelsOf(text: string): string[] {
  const labels = [...new Set(text.split(',').map((one) => one.trim()).filter((one) => one !== ''))]
  const wrong = labels.find((one) => !Label.safeParse(one).success)
  if (wrong !== undefined) {
    throw new Fault(
      'invalid_setting',
      `labels: ${wrong} is no label: letters, digits and . _ = : / -, at most 63.`,
    )
  }
  if (labels.length > 32) throw new Fault('invalid_setting', 'labels: an agent has 32 at most.')
  return labels
}

function whole(key: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN
  if (!(value >= least && value <= most)) {
    throw new Fault('invalid_setting', `${key}: ${text} is not a whole number from ${least} to ${most}`)
  }
  return value
}
