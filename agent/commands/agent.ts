/** `sallyport agent`: the daemon. */
import { Fault } from '../../shared/faults.ts'
import type { Config } from '../config.ts'
import { keystoreAt } from '../keystore/keystore.ts'
import { type Fields, type Level, levels, type Log, openAgentLog } from '../logs/log.ts'
import { unheeded } from '../environment.ts'
import { fetchBy } from '../network.ts'
import { type Enrolled, enrolledIdentity, readIdentity } from '../trust/agent_identity.ts'
import type { Footing } from '../trust/footing.ts'
import { joinPool, refuseLocalAnchor } from '../trust/join.ts'
import { loadRing } from '../trust/ring.ts'
import { daemon } from '../worker/daemon.ts'
import { machineOf, slotsOf } from '../worker/machine.ts'
import { openTelemetry } from '../../shared/telemetry/telemetry.ts'
import { version } from '../version.ts'
import { untilThere } from '../worker/until_there.ts'
import { agentOptions, configOf } from './agent_options.ts'
import { type Define, exits, type Shell, UsageError } from './shell.ts'

const options = [
  'edge',
  'pin',
  'keystore',
  'floor',
  'anchor',
  'enrolment',
  'localPolicy',
  'state',
  'data',
  'logs',
  'logLevel',
  'slots',
  'labels',
  'holdMemory',
  'proxy',
  'noProxy',
  'caFile',
] as const

const examples = `
SIGTERM or Ctrl-C drains: no new runs, what is held is finished within --grace seconds, else handed back to the edge.
A second Ctrl-C hands back at once.

With --enrolment pool_key it joins when it starts, vouched for by its ring: for tasks that come and go. The trust
document has to allow it for the pool, and the anchor has to be off this machine.

Examples:
  sallyport agent
  sallyport agent --slots 4 --config /etc/sallyport/agent.yaml
  SALLYPORT_KEYSTORE=env:RING sallyport agent --json
  sallyport agent --enrolment pool_key --keystore aws-sm:sallyport/default --anchor s3:acme-sallyport/anchor.json`

export const define: Define = (command, shell) => {
  agentOptions(command, options)
    .option('--grace <seconds>', 'seconds to finish what is held when it has to stop', '60')
    .addHelpText('after', examples)
    .action(shell.action((flags: { readonly grace: string }) => run(shell, flags)))
}

async function run(shell: Shell, flags: { readonly grace: string }): Promise<number> {
  const config = configOf(shell, flags)
  if (!/^\d{1,5}$/.test(flags.grace)) throw new UsageError('--grace is a whole number of seconds.')
  using file = openAgentLog({ folder: config.logs, level: config.logLevel, now: Date.now })
  const log = both(file, shell, config.logLevel)
  const telemetry = await openTelemetry({
    get: (name) => shell.env[name],
    service: 'sallyport-agent',
    version,
    network: fetchBy(config.network),
    warn: (message) => log.write('warn', message),
  })
  const stop = new Stopping(shell, Number(flags.grace))
  try {
    const identity = await identityOf(shell, { config, log, signal: stop.drain })
    if (identity === null) return exits.done
    await daemon({
      config,
      home: shell.home,
      env: shell.env,
      identity,
      log,
      telemetry,
      alarm: (fault) => alarm(shell, fault),
      onReady: (footing) => announce(shell, { config, footing, identity }),
    }, stop)
  } finally {
    stop[Symbol.dispose]()
    await telemetry?.close()
  }
  log.write('info', 'the agent has stopped')
  return stop.twice ? exits.interrupted : exits.done
}

interface Starting {
  readonly config: Config
  readonly log: Log
  readonly signal: AbortSignal
}

/**
 * Of the agent that was enrolled here; one that joins by its pool's key does so at each start, since silence may have
 * removed it. Waits for an edge or a ring that is not there yet; null when it was told to stop before.
 */
async function identityOf(shell: Shell, { config, log, signal }: Starting): Promise<Enrolled | null> {
  const known = readIdentity(config.state)
  if (config.enrolment === 'approval' && known?.enrolment !== 'pool_key') {
    return enrolledIdentity(config.state)
  }
  refuseLocalAnchor(config.anchor)
  if (known !== null && known.id !== null && known.enrolment === 'approval') return { ...known, id: known.id }
  const url = config.edge ?? (known === null ? null : new URL(known.url))
  if (url === null) throw new UsageError('There is no address of the edge. Give it by --url.')
  const join = async () => {
    const ring = await loadRing(keystoreAt(config.keystore, shell.env))
    return await joinPool({ config, url, ring, name: null, now: Date.now() })
  }
  return await untilThere(join, { log, signal })
}

/** To the file, and for whoever watches to stderr: with --json as it is, else as a line to read. */
function both(file: Log, shell: Shell, level: Level): Log {
  return {
    hide: (secrets) => file.hide(secrets),
    write(at: Level, message: string, fields: Fields = {}) {
      file.write(at, message, fields)
      if (levels.indexOf(at) > levels.indexOf(level)) return
      const time = new Date().toISOString()
      if (shell.json) return shell.note(JSON.stringify({ time, level: at, message, ...brief(fields) }))
      const rest = Object.entries(brief(fields)).map(([name, value]) => `${name}=${value}`).join(' ')
      shell.note(
        `${time.slice(11, 19)} ${at === 'info' ? '' : `${at}: `}${message}${rest === '' ? '' : `  ${rest}`}`,
      )
    },
  }
}

/** A fault as its code and message: its causes are in the file. */
function brief(fields: Fields): Record<string, unknown> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(entries.map(([name, value]) => {
    if (value instanceof Fault) return [name, `${value.code} (${value.message})`]
    return [name, value instanceof Error ? value.name : value]
  }))
}

interface Ready {
  readonly config: Config
  readonly footing: Footing
  readonly identity: { readonly name: string; readonly id: string; readonly url: string }
}

function announce(shell: Shell, { config, footing: { ring, chain, floor }, identity }: Ready): void {
  const { version, expires } = chain.document
  if (floor === null) {
    shell.warn(`no floor is configured: an edge can keep a revocation back until ${expires.slice(0, 10)}.`)
  }
  const soon = Date.parse(expires) - Date.now() < 30 * 86_400_000
  if (soon) shell.warn(`the trust document expires on ${expires.slice(0, 10)}; after that no run starts.`)
  const old = ring.sealing.find(({ state, created }) =>
    state === 'active' && Date.now() - Date.parse(created) >= 365 * 86_400_000
  )
  if (old !== undefined) {
    shell.warn(
      `the key ${old.kid} is from ${old.created.slice(0, 10)}: it is time for sallyport keys rotate.`,
    )
  }
  if (chain.document.policy === null) {
    shell.warn('the trust document commits to no policy: every run is refused.')
  }
  const unread = unheeded(shell.env)
  if (unread.length > 0) {
    shell.warn(
      `${unread.join(', ')} in the environment is not read; proxy, no-proxy and ca-file are settings.`,
    )
  }
  if (shell.json) return
  shell.note(
    `Agent ${identity.name} of the pool ${ring.pool}, trust document ${version}, ${
      config.slots ?? slotsOf(machineOf(), config.holdMemory)
    } slots, ` +
      `logs in ${config.logs}. Asking ${identity.url} for work.`,
  )
}

function alarm(shell: Shell, fault: Fault): void {
  const line = '!'.repeat(72)
  shell.note(
    `${line}\nALARM  ${fault.code}: ${fault.message}\n` +
      'Somebody has rewritten the history of this tenant at the edge, or shows two of them. Keep this anchor, take an\n' +
      `export (sallyport audit export), and tell who holds the root keys.\n${line}`,
  )
}

/** SIGTERM and SIGINT: drain, then hand back when the grace is over; a second SIGINT hands back at once. */
class Stopping implements Disposable {
  readonly #drain = new AbortController()
  readonly #handBack = new AbortController()
  readonly #shell: Shell
  readonly #graceMs: number
  #timer: ReturnType<typeof setTimeout> | null = null
  twice = false

  constructor(shell: Shell, graceSeconds: number) {
    this.#shell = shell
    this.#graceMs = graceSeconds * 1000
    process.on('SIGTERM', this.#onStop).on('SIGINT', this.#onInterrupt)
  }

  get drain(): AbortSignal {
    return this.#drain.signal
  }

  get handBack(): AbortSignal {
    return this.#handBack.signal
  }

  readonly #onStop = (): void => {
    if (this.#drain.signal.aborted) return
    this.#shell.note('Draining: no new runs; what is held is finished.')
    this.#drain.abort()
    this.#timer = setTimeout(() => this.#handBack.abort(), this.#graceMs)
  }

  readonly #onInterrupt = (): void => {
    if (!this.#drain.signal.aborted) return this.#onStop()
    this.twice = true
    this.#shell.note('Handing back what is held.')
    this.#handBack.abort()
  };

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    process.off('SIGTERM', this.#onStop).off('SIGINT', this.#onInterrupt)
  }
}
