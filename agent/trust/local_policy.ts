/**
 * The local policy file: what whoever runs the agent allows on this machine. It only narrows what the signed policy
 * allows, except for four things that nobody elsewhere can judge and that it alone can allow: secret references,
 * folders of files, plain connections, and addresses that the address rules refuse.
 */
import { isAbsolute, normalize, resolve } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { judge } from '../../shared/judge.ts'
import { readIfThere, refuseWritable } from '../files.ts'
import { AddressRules, type Judgement, parseRange } from './addresses.ts'
import { OwnFiles } from './own_files.ts'
import { inside, real } from './real_path.ts'

const reference = z.string().regex(/^\$\{(env:[A-Za-z_][A-Za-z0-9_]*|file:[^}]+)\}$/, {
  error: 'a reference is written ${env:NAME} or ${file:/path}',
})
const absolute = z.string().refine(isAbsolute, { error: 'a path starts at the root' })
const plainTarget = z.string().refine((text) => isAbsolute(text) || isLoopback(text), {
  error:
    'a plain connection goes to the absolute path of a Unix socket, or to a loopback address as host:port',
})
const range = z.string().refine((text) => parseRange(text) !== null, {
  error: 'an address is written 10.1.2.3 or fd00::1, a range 10.0.0.0/8',
})

const schema = z.strictObject({
  sallyport: z.literal(1),
  references: z.array(reference).default([]),
  files: z.array(absolute).default([]),
  plain: z.array(plainTarget).default([]),
  addresses: z.array(range).default([]),
  /** When present, the only connectors that may be used here. */
  connectors: z.array(z.string()).optional(),
  /** When present, the only hosts that may be connected to. */
  hosts: z.array(z.string()).optional(),
})

type Rules = z.infer<typeof schema>

export class LocalPolicy {
  readonly #rules: Rules
  readonly #own: OwnFiles
  readonly #roots: readonly string[]
  readonly #addresses: AddressRules

  readonly #place: string

  /** `own` are the agent's own folders and files: no connection ever reaches into them. */
  constructor(rules: Rules, { place, own }: { readonly place: string; readonly own: readonly string[] }) {
    this.#rules = rules
    this.#place = place
    this.#own = new OwnFiles(own)
    this.#roots = rules.files.map((path) => real(resolve(path)))
    this.#addresses = new AddressRules(rules.addresses)
  }

  /** Throws `reference_refused`. `text` is the whole reference, `${env:NAME}`. */
  reference(text: string): void {
    if (this.#rules.references.includes(text)) return
    throw new Fault('reference_refused', `"${text}" is not under "references" in ${this.#place}.`)
  }

  /** Throws `path_refused` for a path outside the named folders, or inside the agent's own. */
  path(absolutePath: string): void {
    const path = resolve(absolutePath)
    const place = real(path)
    const mine = this.#own.reason(place)
    if (mine !== null) throw new Fault('path_refused', `${path} ${mine}.`)
    if (!this.#roots.some((root) => inside(place, root))) {
      throw new Fault(
        'path_refused',
        `${path} is in none of the folders under "files" in ${this.#place}.`,
      )
    }
  }

  /** Throws `address_refused`. */
  address(host: string, addresses: readonly string[]): void {
    this.#addresses.check(host, addresses)
  }

  /** What the address rules say about one address here. */
  judge(address: string): Judgement {
    return this.#addresses.judge(address)
  }

  /** True when a connection without TLS may go to this socket's path or this `host:port`. */
  plain(target: string): boolean {
    return this.#rules.plain.some((one) =>
      isAbsolute(one) ? isAbsolute(target) && inside(normalize(target), one) : one === target
    )
  }

  /** Throws `policy_denied` where the local file narrows what the signed policy allows. */
  narrows(connector: string, endpoint: string | null): void {
    const { connectors, hosts } = this.#rules
    if (connectors !== undefined && !connectors.includes(connector)) {
      throw new Fault('policy_denied', `${this.#place} does not list ${connector} under "connectors".`)
    }
    if (hosts !== undefined && endpoint !== null && !hosts.includes(endpoint)) {
      throw new Fault('policy_denied', `${this.#place} does not list ${endpoint} under "hosts".`)
    }
  }
}

/** An absent file allows none of the four things. Throws `invalid_file`, naming line and key. */
export function loadLocalPolicy(path: string, own: readonly string[]): LocalPolicy {
  const text = readIfThere(path)
  if (text === null) return new LocalPolicy(schema.parse({ sallyport: 1 }), { place: path, own })
  refuseWritable(path, 'local policy')
  return new LocalPolicy(parseLocalPolicy(text, path), { place: path, own })
}

function parseLocalPolicy(text: string, path: string): Rules {
  let value: unknown
  try {
    value = parse(text)
  } catch (error) {
    throw new Fault('invalid_file', `The local policy ${path} is not YAML.`, { cause: error })
  }
  const parsed = judge(schema, value)
  if (parsed.success) return parsed.data
  const issue = parsed.error?.issues[0]
  const where = issue?.path.join('.') || 'the top level'
  throw new Fault('invalid_file', `The local policy ${path}, at ${where}: ${issue?.message ?? 'invalid'}.`)
}

function isLoopback(text: string): boolean {
  return /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\]):\d{1,5}$/.test(text)
}
