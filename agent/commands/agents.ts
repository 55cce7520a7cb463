/** `sallyport agents`: who may ask for work. */
import type { Command } from 'commander'
import { fromBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { answer, everyPage } from '../edge_client/edge_client.ts'
import { printable } from '../edge_client/problem.ts'
import { native } from '../primitives.ts'
import { groups, wordsOf } from '../trust/fingerprint.ts'
import { clockOf, labelsText, ringAge, slotsText, stateOf } from './agents_health.ts'
import { confirm } from './ask.ts'
import { handOver } from './hand_over.ts'
import { openSession, type Session, type SessionOptions, sessionOptions } from './session.ts'
import { type Define, type Shell, UsageError } from './shell.ts'
import { facts, table } from './table.ts'

export const define: Define = (command, shell) => {
  sessionOptions(command.command('list').description('List agents'))
    .addHelpText('after', '\nExamples:\n  sallyport agents list\n  sallyport agents list --json')
    .action(shell.action((options: SessionOptions) => list(shell, options)))
  sessionOptions(command.command('token').description('Make a one-time token that one agent enrols with'))
    .option('--pool <name>', 'pool that the agent joins', 'default')
    .option('--out <file>', 'write the token to this file (mode 0600) instead of printing it')
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport agents token --out token.txt\n  sallyport agents token --pool eu',
    )
    .action(shell.action((options: TokenOptions) => token(shell, options)))
  sessionOptions(command.command('approve').description('Approve an agent after comparing its fingerprint'))
    .argument('<agent>', 'id or name')
    .option(
      '--fingerprint <hex>',
      'the fingerprint that the agent shows; without it you are asked to compare',
    )
    .addHelpText(
      'after',
      '\nAn approved agent may ask for work and nothing else: opening needs the ring.\n\nExamples:\n' +
        '  sallyport agents approve vm-1\n' +
        '  sallyport agents approve 019a… --fingerprint 6a3803d5f059902a1c6dafbc9ba47292',
    )
    .action(shell.action((agent: string, options: ApproveOptions) => approve(shell, agent, options)))
  defineDraining(command, shell)
  sessionOptions(
    command.command('revoke').description('Revoke an agent: from then on the edge answers it nothing'),
  )
    .argument('<agent>', 'id or name')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExamples:\n  sallyport agents revoke vm-1')
    .action(shell.action((agent: string, options: RevokeOptions) => revoke(shell, agent, options)))
}

function defineDraining(command: Command, shell: Shell): void {
  const words = {
    drain: ['Hand an agent no more work: what it holds it finishes', 'It is drained once list says so.'],
    resume: ['Hand an agent work again', 'It asks for work by itself.'],
  } as const
  for (const [word, [description, more]] of Object.entries(words)) {
    sessionOptions(command.command(word).description(description))
      .argument('<agent>', 'id or name')
      .addHelpText('after', `\n${more}\n\nExamples:\n  sallyport agents ${word} vm-1`)
      .action(
        shell.action((agent: string, options: SessionOptions) =>
          turn(shell, agent, { ...options, word: word as keyof typeof words })
        ),
      )
  }
}

async function turn(
  shell: Shell,
  wanted: string,
  options: SessionOptions & { readonly word: 'drain' | 'resume' },
): Promise<void> {
  const session = openSession(shell, options)
  const { id, name } = await find(session, wanted)
  const params = { path: { id } }
  const turned = await answer(
    options.word === 'drain'
      ? session.edge.POST('/v1/agents/{id}/drain', { params })
      : session.edge.POST('/v1/agents/{id}/resume', { params }),
  )
  shell.result(turned, `${name}: ${stateOf(turned)}`)
}

interface TokenOptions extends SessionOptions {
  readonly pool: string
  readonly out?: string
}
interface ApproveOptions extends SessionOptions {
  readonly fingerprint?: string
}
interface RevokeOptions extends SessionOptions {
  readonly yes?: boolean
}

async function all({ edge }: Session) {
  return await everyPage((cursor) => answer(edge.GET('/v1/agents', { params: { query: cursor } })))
}

async function list(shell: Shell, options: SessionOptions): Promise<void> {
  const agents = await all(openSession(shell, options))
  const now = Date.now()
  const rows = agents.map((one) => [
    one.name,
    one.pool,
    stateOf(one),
    slotsText(one),
    clockOf(one),
    ringAge(one, now),
    labelsText(one),
    one.id,
    one.health?.version ?? one.version,
    fingerprintOf(one),
  ])
  const headings = [
    'name',
    'pool',
    'state',
    'slots',
    'clock',
    'ring',
    'labels',
    'id',
    'version',
    'fingerprint',
  ]
  const none = 'There are no agents. Make one: sallyport enroll'
  shell.result(agents, table(headings, rows) || none)
}

/** From the key itself, not from what is said about it. */
function fingerprintOf({ public_key }: { readonly public_key: string }): string {
  return keyId(native, fromBase64(public_key))
}

/** Throws `not_found`; a name that two agents have is a UsageError. */
async function find(session: Session, wanted: string) {
  const agents = await all(session)
  const found = agents.filter(({ id, name, state }) =>
    id === wanted || (name === wanted && state !== 'revoked')
  )
  const [only] = found
  if (only === undefined) {
    throw new Fault('not_found', `There is no agent ${printable(wanted)}. See: sallyport agents list`)
  }
  if (found.length > 1) {
    throw new UsageError(
      `${found.length} agents are called ${wanted}; give the id. See: sallyport agents list`,
    )
  }
  return only
}

async function token(shell: Shell, options: TokenOptions): Promise<void> {
  const { edge } = openSession(shell, options)
  const made = await answer(edge.POST('/v1/enrolment-tokens', { body: { pool: options.pool } }))
  if (!made.token) {
    throw new Fault('edge_unexpected', 'The edge made a token, but its answer was lost. Try again.')
  }
  shell.note(
    `For one agent of the pool ${made.pool}, until ${made.expires}. Use it with: sallyport enroll --token-file FILE`,
  )
  handOver(shell, { secret: made.token, out: options.out, value: { pool: made.pool, expires: made.expires } })
}

async function approve(shell: Shell, wanted: string, options: ApproveOptions): Promise<void> {
  const session = openSession(shell, options)
  const agent = await find(session, wanted)
  const fingerprint = fingerprintOf(agent)
  const given = options.fingerprint?.replaceAll(/\s/g, '').toLowerCase()
  if (given !== undefined && given !== fingerprint) {
    throw new Fault(
      'fingerprint_mismatch',
      `The edge shows ${groups(fingerprint)} for ${agent.name}, not what you gave.`,
    )
  }
  if (given === undefined) {
    shell.note(facts([
      ['agent', `${agent.name} (${agent.id})`],
      ['pool', agent.pool],
      ['fingerprint', groups(fingerprint)],
      ['in words', wordsOf(fingerprint)],
    ]))
    await confirm(shell, 'Does the agent itself show the same?', { option: '--fingerprint HEX' })
  }
  const params = { path: { id: agent.id } }
  const approved = await answer(
    session.edge.POST('/v1/agents/{id}/approve', { params, body: { fingerprint } }),
  )
  shell.result(approved, `${agent.name} is approved for the pool ${agent.pool}.`)
}

async function revoke(shell: Shell, wanted: string, options: RevokeOptions): Promise<void> {
  const session = openSession(shell, options)
  const agent = await find(session, wanted)
  await confirm(shell, `Revoke ${agent.name} (${agent.id})?`, { yes: options.yes === true, option: '--yes' })
  const params = { path: { id: agent.id } }
  const revoked = await answer(session.edge.POST('/v1/agents/{id}/revoke', { params }))
  shell.result(
    revoked,
    `${agent.name} is revoked. If its machine may be lost, add its id to "deny" in the floor as well.`,
  )
}
