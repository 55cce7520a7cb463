/** `sallyport doctor`: looks at everything that a command or an agent needs here, and says what is wrong. */
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Fault, isFaultCode } from '../../shared/faults.ts'
import type { Anchor } from '../../shared/schemas/anchor.ts'
import type { Ring } from '../../shared/schemas/ring.ts'
import { MAX_CLOCK_SKEW_SECONDS } from '../../shared/protocol.ts'
import { type Config, edgeOf } from '../config.ts'
import { answer, edgeForAgent } from '../edge_client/edge_client.ts'
import { httpAgentEdge } from '../edge_client/http_agent_edge.ts'
import { places, readProfile } from '../home.ts'
import { fetchBy } from '../network.ts'
import { keystoreAt } from '../keystore/keystore.ts'
import { readIdentity } from '../trust/agent_identity.ts'
import { alarming } from '../trust/alarming.ts'
import { anchorAt, readAnchor } from '../trust/anchor.ts'
import { remembered, seenFolder } from '../trust/anchor_memory.ts'
import { lostPipeline, readPipelineAnchor } from '../trust/pipeline_anchor.ts'
import { floorAt, readFloor } from '../trust/floor.ts'
import { loadLocalPolicy } from '../trust/local_policy.ts'
import { checkRing, loadRing, pinFor } from '../trust/ring.ts'
import { agentOptions, configOf } from './agent_options.ts'
import { nextStep } from './next_step.ts'
import { peopleTrust } from './people_trust.ts'
import { openSession, pinOf } from './session.ts'
import { type Define, exits, type Shell } from './shell.ts'
import { table } from './table.ts'

const examples = `
Exits by 5 when something is wrong. What is not set up here is left out: a person's machine has no agent, and the
other way round.

Examples:
  sallyport doctor
  sallyport doctor --json`

export const define: Define = (command, shell) => {
  agentOptions(command, ['edge', 'keystore', 'floor', 'anchor', 'localPolicy', 'state'])
    .addHelpText('after', examples)
    .action(shell.action((options: object) => doctor(shell, options)))
}

interface Finding {
  readonly check: string
  readonly state: 'good' | 'warning' | 'wrong'
  readonly says: string
  readonly code?: string
  readonly next?: string
}

/** What a check says when all is well; a warning begins with `!`. It throws what is wrong. */
type Check = () => Promise<string> | string

async function doctor(shell: Shell, options: object): Promise<number> {
  const config = configOf(shell, options)
  const checks: [string, Check][] = [
    ...edgeChecks(shell, config),
    ...personChecks(shell),
    ...agentChecks(shell, config),
  ]
  const found: Finding[] = []
  for (const [check, look] of checks) found.push(await finding(check, look))
  const marks = { good: 'ok', warning: 'warning', wrong: 'WRONG' }
  const rows = found.map(({ check, state, says, next }) => [
    marks[state],
    check,
    next === undefined ? says : `${says} ${next}`,
  ])
  const wrong = found.filter(({ state }) => state === 'wrong').length
  const warnings = found.filter(({ state }) => state === 'warning').length
  const well = warnings === 0
    ? 'All is well.'
    : `Nothing is wrong; ${warnings} of ${found.length} want a look.`
  const end = wrong === 0 ? well : `${wrong} of ${found.length} are wrong.`
  shell.result({ ok: wrong === 0, checks: found }, `${table(['', 'check', 'says'], rows)}\n\n${end}`)
  return wrong === 0 ? exits.done : exits.checkFailed
}

async function finding(check: string, look: Check): Promise<Finding> {
  try {
    const says = await look()
    return says.startsWith('!')
      ? { check, state: 'warning', says: says.slice(1) }
      : { check, state: 'good', says }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const next = nextStep(error.code)
    return {
      check,
      state: 'wrong',
      says: error.message,
      code: error.code,
      ...(next === null ? {} : { next }),
    }
  }
}

function edgeChecks(shell: Shell, config: Config): [string, Check][] {
  const url = config.edge ?? edgeOf(readProfile(shell.home)?.url ?? readIdentity(config.state)?.url ?? null)
  if (url === null) return []
  return [['edge', async () => {
    const began = performance.now()
    const response = await fetchBy(config.network)(new URL('/healthz', url), {
      redirect: 'error',
      signal: AbortSignal.timeout(10_000),
    })
      .catch((cause) => {
        throw new Fault('edge_unreachable', `${url.origin} does not answer.`, { cause })
      })
    const ms = Math.round(performance.now() - began)
    if (!response.ok) throw new Fault('unavailable', `${url.origin}/healthz answers ${response.status}.`)
    const skew = Math.round((Date.parse(response.headers.get('date') ?? '') - Date.now()) / 1000)
    if (Math.abs(skew) > MAX_CLOCK_SKEW_SECONDS) {
      throw new Fault('clock_skew', `The clocks are ${skew} s apart.`)
    }
    return `${url.origin} answers in ${ms} ms`
  }]]
}

function personChecks(shell: Shell): [string, Check][] {
  const { home } = shell
  if (readProfile(home) === null) return []
  const session = () => openSession(shell, {})
  const offline = join(home, places.offlineRoot)
  return [
    ['signed in', async () => {
      const { name, role } = await answer(session().edge.GET('/v1/whoami'))
      return role === undefined ? `as ${name}` : `as ${name} (${role})`
    }],
    ['trust', async () => {
      const { chain } = await peopleTrust(session())
      const days = Math.floor((Date.parse(chain.document.expires) - Date.now()) / 86_400_000)
      const from = `version ${chain.document.version}, verified from version ${pinOf(session()).version}`
      return days < 30
        ? `!${from}; it expires in ${days} days: sallyport trust edit --extend 365`
        : `${from}, ${days} days left`
    }],
    ['policy', async () => {
      const { policy } = (await peopleTrust(session(), { current: false })).chain.document
      return policy === null
        ? '!there is none, so every run is refused: sallyport policy --help'
        : `of version ${policy.version}`
    }],
    [
      'second root key',
      () =>
        existsSync(offline)
          ? `!it is still at ${offline}: move it to a place that no machine reads`
          : 'not on this machine',
    ],
  ]
}

async function anchorSays(config: Config, { tenant, pool }: Ring): Promise<string> {
  const store = remembered(anchorAt(config.anchor), {
    folder: join(config.state, seenFolder),
    keep: false,
  })
  const { refusals, refused, trust, pipelines } = await readAnchor(store, { tenant, pool })
  for (const [pipeline, { kept }] of Object.entries(pipelines)) {
    const of = { tenant, pool, pipeline }
    if (kept && await readPipelineAnchor(store, of) === null) throw lostPipeline(of)
  }
  const last = refusals.at(-1)
  const alarms = Object.entries(refused).flatMap(([code, times]) => alarmText(code, times) ?? [])
  if (alarms.length > 0) return `!${alarms.join('; ')}`
  const seen = trust === null ? 'nothing seen yet' : `trust document ${trust.version} seen`
  return last === undefined ? seen : `${seen}; last refusal ${last.code} at ${last.at}`
}

function alarmText(code: string, { count, first, last }: Anchor['refused'][string]): string | null {
  const says = isFaultCode(code) ? alarming[code] : undefined
  if (says === undefined) return null
  return `${says} (${code}, ${
    count === 1 ? `at ${first.at}` : `${count} times, from ${first.at} to ${last.at}`
  })`
}

function agentChecks({ env, home }: Shell, config: Config): [string, Check][] {
  const identity = readIdentity(config.state)
  if (identity === null) return []
  const ring = () => loadRing(keystoreAt(config.keystore, env))
  return [
    ['agent', async () => {
      if (identity.id === null) throw new Fault('not_enrolled', 'Enrolment was interrupted.')
      const edge = httpAgentEdge(
        edgeForAgent(new URL(identity.url), { id: identity.id, seed: identity.private }, {
          now: Date.now,
          network: config.network,
        }),
      )
      const { state, pool } = await edge.self(AbortSignal.timeout(10_000))
      if (state === 'revoked') throw new Fault('agent_revoked')
      return state === 'approved'
        ? `${identity.name} is approved for the pool ${pool}`
        : `!${identity.name} waits for approval`
    }],
    ['ring', async () => {
      const { pool, tenant, sealing } = await ring()
      const profile = readProfile(home)
      if (profile?.pin?.tenant === tenant) {
        checkRing(
          await ring(),
          (await peopleTrust(openSession({ env, home } as Shell, {}), { current: false })).chain.document,
        )
      }
      return `pool ${pool}, ${sealing.length} sealing ${sealing.length === 1 ? 'key' : 'keys'}`
    }],
    ['floor', async () => {
      const floor = await readFloor(floorAt(config.floor), pinFor(await ring(), config.pin).tenant)
      if (floor === null) {
        return '!none is configured: an edge can keep a revocation back until the trust document expires'
      }
      return `trust document ${floor.trust.version}, ${floor.deny.length} denied`
    }],
    ['anchor', async () => await anchorSays(config, await ring())],
    ['local policy', () => {
      loadLocalPolicy(config.localPolicy, [])
      return existsSync(config.localPolicy)
        ? config.localPolicy
        : '!there is none: no references, files or plain connections'
    }],
    ['folders', () => {
      for (const folder of [config.state, dirname(config.localPolicy)]) {
        if (!existsSync(folder) || process.platform === 'win32') continue
        const mode = statSync(folder).mode & 0o777
        if ((mode & 0o022) !== 0) {
          throw new Fault('file_not_private', `Others may write ${folder}. Run: chmod 700 '${folder}'`)
        }
      }
      return config.state
    }],
  ]
}
