/** Whether a connection works for what it is wanted for: step by step, and what mends the step that does not. */
import { Fault, type FaultCode } from '../../shared/faults.ts'
import type { Check, Direction, TestResult } from '../../shared/schemas/catalogue.ts'
import type { Destination, Endpoint, Finding, Source } from '../connectors/connector.ts'
import type { Look } from './look.ts'

export interface TestOptions {
  readonly direction: Direction
  /** Streams to read or targets to write; the connection in general where there is none. */
  readonly names: readonly string[]
  /** Where the connection leads. */
  readonly endpoint: Endpoint
  /** Throws for a stream that may not be read or written. Called before anything about it is asked. */
  readonly allow: (name: string) => void
  readonly now: () => number
}

/** Steps on the way to a server, in their order, with the faults that stop there. */
const steps = [
  { step: 'name', codes: ['host_unresolved', 'address_refused'] },
  {
    step: 'reach',
    codes: [
      'proxy_refused',
      'connection_refused',
      'connection_lost',
      'connections_exhausted',
      'source_unavailable',
    ],
  },
  { step: 'tls', codes: ['tls_failed', 'plain_refused'] },
  { step: 'login', codes: ['login_failed'] },
  { step: 'open', codes: [] },
] as const satisfies readonly { step: string; codes: readonly FaultCode[] }[]

type Step = (typeof steps)[number]['step']

/** Never throws for what is wrong with the connection: the checks say it. Throws when the signal aborts. */
export async function testConnection(
  look: Look,
  options: TestOptions,
  signal: AbortSignal,
): Promise<TestResult> {
  const { direction } = options
  const checks = await connect(look, options, signal)
  if (checks.every(({ code }) => code === null)) {
    checks.push(...await privileges(look, options, signal))
  }
  return { action: 'test', at: new Date(options.now()).toISOString(), direction, checks }
}

async function connect(look: Look, options: TestOptions, signal: AbortSignal): Promise<Check[]> {
  const passed = (step: Step): Check[] => {
    const what = wayText(step, look, options.endpoint)
    return what === null ? [] : [good(what)]
  }
  try {
    await sideOf(look, options.direction).check(signal)
    return steps.flatMap(({ step }) => passed(step))
  } catch (error) {
    signal.throwIfAborted()
    const fault = faultOf(error)
    const at = steps.findIndex(({ codes }) => (codes as readonly FaultCode[]).includes(fault.code))
    const failed = at < 0 ? steps.length - 1 : at
    // What is refused before a name is looked up says nothing about the steps before it.
    const looked = look.seen.addresses !== null || isSocket(options.endpoint)
    const before = looked ? steps.slice(0, failed) : []
    const way = wayText(steps[failed]?.step ?? 'open', look, options.endpoint) ?? 'connect'
    const what = fault.code === 'unsupported' ? `${options.direction} by a connection of this kind` : way
    return [...before.flatMap(({ step }) => passed(step)), bad(what, fault)]
  }
}

function sideOf(look: Look, direction: Direction): Source | Destination {
  return direction === 'read' ? look.source() : look.destination()
}

/** What a step is about; null for one that this connection does not take. */
function wayText(step: Step, { seen, options }: Look, endpoint: Endpoint): string | null {
  if ('path' in endpoint && !('endpoint' in endpoint)) return step === 'open' ? `open ${endpoint.path}` : null
  const { endpoint: host, port } = endpoint
  const socket = host.startsWith('/')
  switch (step) {
    case 'name': {
      const found = seen.addresses ?? []
      if (socket || found.includes(host)) return null
      return found.length === 0 ? `name ${host}` : `name ${host} is ${found.join(', ')}`
    }
    case 'reach':
      return socket ? `socket ${host}` : `server at ${host}:${port}`
    case 'tls':
      return seen.plain && !asksForTls(options.parsed) ? null : `TLS, certificate of ${host}`
    case 'login':
      return 'account' in endpoint ? `login as ${endpoint.account}` : null
    case 'open':
      return 'database' in endpoint ? `database ${endpoint.database}` : 'answer of the server'
  }
}

const isSocket = (endpoint: Endpoint) => 'endpoint' in endpoint && endpoint.endpoint.startsWith('/')

/** Where plain would be allowed, a connection may ask for TLS all the same. */
function asksForTls(parsed: unknown): boolean {
  return (parsed as { readonly tls?: { readonly mode?: unknown } }).tls?.mode === 'verify-full'
}

async function privileges(look: Look, options: TestOptions, signal: AbortSignal): Promise<Check[]> {
  const { direction, names } = options
  if (names.length > 0) {
    const checks: Check[] = []
    for (const name of names) checks.push(...await oneName(look, { ...options, name }, signal))
    // What every target lacks, the ledger say, is said once.
    return [...new Map(checks.map((check) => [JSON.stringify(check), check])).values()]
  }
  try {
    return direction === 'write' ? await writable(look, signal) : await readable(look, options, signal)
  } catch (error) {
    signal.throwIfAborted()
    return [bad(`${direction} in general`, faultOf(error))]
  }
}

async function writable(look: Look, signal: AbortSignal): Promise<Check[]> {
  const missing = (await look.destination().examine?.([], signal) ?? []).map(lacking)
  return missing.length > 0 ? missing : [good('write in general')]
}

/** A role that is granted little lacks what nobody wants of it: only who names a stream is told what it lacks. */
async function readable(look: Look, { allow }: TestOptions, signal: AbortSignal): Promise<Check[]> {
  const source = look.source()
  const found = await source.names?.(signal) ?? await source.discover(signal)
  const count = found.filter(({ name }) => passes(() => allow(name))).length
  return [good(`read: ${count} ${count === 1 ? 'stream' : 'streams'} to be seen`)]
}

/** False where it is refused. */
export function passes(judge: () => void): boolean {
  try {
    judge()
    return true
  } catch (error) {
    if (error instanceof Fault && error.class === 'refused') return false
    throw error
  }
}

async function oneName(
  look: Look,
  { direction, name, allow }: TestOptions & { readonly name: string },
  signal: AbortSignal,
): Promise<Check[]> {
  const what = `${direction} ${name}`
  try {
    allow(name)
    const side = sideOf(look, direction)
    const findings = await side.examine?.([name], signal) ?? []
    if (findings.length > 0) return findings.map(lacking)
    // A stream that can be described is there; what a write makes anew is not.
    if (direction === 'read') await look.source().stream(name, signal)
    return [good(what)]
  } catch (error) {
    signal.throwIfAborted()
    return [bad(what, faultOf(error))]
  }
}

const good = (what: string): Check => ({ what, code: null, said: null, remedy: null })

function bad(what: string, { code, message }: Fault): Check {
  return { what, code, said: message, remedy: null }
}

function lacking({ what, code, remedy }: Finding): Check {
  return { what, code, said: null, remedy }
}

function faultOf(error: unknown): Fault {
  return error instanceof Fault ? error : new Fault('engine_failed', undefined, { cause: error })
}
