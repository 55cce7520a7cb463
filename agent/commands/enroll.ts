/** `sallyport enroll`: makes the agent's key, tells the edge its public half, and waits for a person's approval. */
import { existsSync } from 'node:fs'
import { toBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { type Config, edgeOf } from '../config.ts'
import type { AgentEdge } from '../edge_client/agent_edge.ts'
import { answer, edgeFor, edgeForAgent } from '../edge_client/edge_client.ts'
import { httpAgentEdge } from '../edge_client/http_agent_edge.ts'
import { sleep } from '../edge_client/transport.ts'
import { readProfile } from '../home.ts'
import { readToken } from '../kept_token.ts'
import { native } from '../primitives.ts'
import { keystoreAt } from '../keystore/keystore.ts'
import { type AgentIdentity, type Enrolled, readIdentity, writeIdentity } from '../trust/agent_identity.ts'
import { groups, wordsOf } from '../trust/fingerprint.ts'
import { joinPool, machineName } from '../trust/join.ts'
import { newKey } from '../trust/new_tenant.ts'
import { loadRing } from '../trust/ring.ts'
import { version } from '../version.ts'
import { verdictOf } from '../worker/failures.ts'
import { agentOptions, configOf } from './agent_options.ts'
import { askSecret } from './ask.ts'
import { type Define, Interrupted, type Shell, UsageError } from './shell.ts'
import { facts } from './table.ts'

interface Options {
  readonly url?: string
  readonly tokenFile?: string
  readonly pool: string
  readonly name?: string
  readonly wait: boolean
  readonly poolKey?: boolean
}

const examples = `
The one-time token comes from \`sallyport agents token\`. Where somebody is signed in who may, it is made on the spot.
Somebody then compares the fingerprint and approves the agent: sallyport agents approve <id>

With --pool-key it needs neither: the key of the pool, which is in the ring, vouches for it. The trust document has to
allow that for the pool, and the anchor has to be off this machine.

Examples:
  sallyport enroll --url https://edge.example.com --token-file token.txt
  sallyport enroll --url https://edge.example.com --pool-key
  SALLYPORT_ENROLL_TOKEN=… sallyport enroll --url https://edge.example.com --no-wait`

export const define: Define = (command, shell) => {
  agentOptions(command, ['edge', 'state', 'keystore', 'anchor', 'enrolment'])
    .option('--pool-key', 'join by the word of the ring: the same as --enrolment pool_key')
    .option('--token-file <file>', 'file with the one-time token, - for stdin (or SALLYPORT_ENROLL_TOKEN)')
    .option('--pool <name>', 'pool to join', 'default')
    .option('--name <name>', 'name of the agent (default: the name of this machine)')
    .option('--no-wait', 'do not wait for the approval')
    .addHelpText('after', examples)
    .action(shell.action((options: Options) => enroll(shell, options)))
}

async function enroll(shell: Shell, options: Options): Promise<void> {
  const config = configOf(shell, options)
  const known = readIdentity(config.state)
  const byPoolKey = options.poolKey === true || config.enrolment === 'pool_key' ||
    known?.enrolment === 'pool_key'
  const agent = known?.id && known.enrolment === 'approval'
    ? moved({ ...known, id: known.id }, config)
    : byPoolKey
    ? await join(shell, { config, options, known })
    : await makeAgent(shell, { config, options, known })
  const fingerprint = keyId(native, agent.public)
  shell.note(facts([
    ['agent', `${agent.name} (${agent.id})`],
    ['pool', agent.pool],
    ['edge', agent.url],
    ['fingerprint', groups(fingerprint)],
    ['in words', wordsOf(fingerprint)],
  ]))
  const edge = httpAgentEdge(
    edgeForAgent(new URL(agent.url), { id: agent.id, seed: agent.private }, {
      now: Date.now,
      network: config.network,
    }),
  )
  const state = options.wait
    ? await approval(shell, agent.id, edge)
    : (await edge.self(AbortSignal.timeout(40_000))).state
  const { id, name, pool, url } = agent
  shell.result(
    { id, name, pool, url, fingerprint, state },
    state === 'approved' ? 'Approved.' : `The agent is ${state}.`,
  )
  if (state === 'approved') hint(shell, config)
}

/** The same agent of an edge that is called by another address now. */
function moved(agent: Enrolled, { edge, state }: Config): Enrolled {
  if (edge === null || edge.origin === agent.url) return agent
  const there = { ...agent, url: edge.origin }
  writeIdentity(state, there, Date.now())
  return there
}

/** What the agent still lacks before it can start. */
function hint(shell: Shell, { keystore, anchor }: Config): void {
  const missing = (setting: string) =>
    setting.startsWith('file:') && !existsSync(setting.slice('file:'.length))
  if (missing(keystore)) {
    shell.note(
      `Next: put the pool's ring at ${keystore.slice(5)} (mode 0600), or say where it is by --keystore.`,
    )
  }
  if (missing(anchor)) shell.note('Next: sallyport anchor init')
  shell.note('Next: sallyport agent')
}

interface Making {
  readonly config: Config
  readonly options: Options
  readonly known: AgentIdentity | null
}

function urlFor(shell: Shell, config: Config): URL {
  const url = config.edge ?? edgeOf(readProfile(shell.home)?.url ?? null)
  if (url === null) throw new UsageError('There is no address of the edge. Give it by --url.')
  return url
}

async function join(shell: Shell, { config, options, known }: Making): Promise<Enrolled> {
  const url = config.edge ?? (known === null ? urlFor(shell, config) : new URL(known.url))
  const ring = await loadRing(keystoreAt(config.keystore, shell.env))
  return await joinPool({ config, url, ring, name: options.name ?? null, now: Date.now() })
}

async function makeAgent(shell: Shell, { config, options, known }: Making): Promise<Enrolled> {
  const url = urlFor(shell, config)
  const token = await tokenFor(shell, url, options)
  const name = options.name ?? machineName()
  // The key is stored before the edge hears of it: a lost answer is mended by asking again with the same key.
  const draft: AgentIdentity = {
    ...(known ?? { ...newKey('agent'), id: null }),
    url: url.origin,
    pool: options.pool,
    name,
    enrolment: 'approval',
  }
  writeIdentity(config.state, draft, Date.now())
  const body = { public_key: toBase64(draft.public), pool: draft.pool, name, version }
  const { id } = await answer(edgeFor(url, token, config.network).POST('/v1/agents/enrol', { body }))
  const agent = { ...draft, id }
  writeIdentity(config.state, agent, Date.now())
  return agent
}

async function tokenFor(shell: Shell, url: URL, { tokenFile, pool }: Options): Promise<string> {
  const given = tokenFile !== undefined || (shell.env['SALLYPORT_ENROLL_TOKEN'] ?? '') !== ''
  const profile = readProfile(shell.home)
  if (!given && profile !== null && profile.url === url.origin) {
    const edge = edgeFor(url, readToken(shell.home), configOf(shell, {}).network)
    try {
      const { token } = await answer(edge.POST('/v1/enrolment-tokens', { body: { pool } }))
      if (token) return token
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'forbidden') throw error
    }
  }
  return askSecret(shell, {
    what: 'one-time token',
    file: tokenFile,
    fileOption: '--token-file',
    variable: 'SALLYPORT_ENROLL_TOKEN',
  })
}

/** Asks every two seconds. Throws Interrupted on Ctrl-C: the agent stays enrolled, and `enroll` waits again. */
async function approval(shell: Shell, id: string, edge: Pick<AgentEdge, 'self'>): Promise<string> {
  const stop = new AbortController()
  const interrupt = () =>
    stop.abort(new Interrupted('No longer waiting. The agent is enrolled; to wait again: sallyport enroll'))
  process.once('SIGINT', interrupt)
  try {
    for (let said = false;;) {
      const state = await stateOf(edge, stop.signal)
      if (state === 'approved' || state === 'revoked') return state
      if (!said) shell.note(`\nWaiting for approval. Who may: sallyport agents approve ${id}`)
      said = true
      await sleep(2000, stop.signal)
      stop.signal.throwIfAborted()
    }
  } finally {
    process.off('SIGINT', interrupt)
  }
}

async function stateOf(edge: Pick<AgentEdge, 'self'>, signal: AbortSignal): Promise<string | null> {
  try {
    return (await edge.self(signal)).state
  } catch (error) {
    if (verdictOf(error) === 'again') return null
    throw error
  }
}
