/** Every command there is, and the one command line over them. */
import { Command, CommanderError, Help, type Option } from 'commander'
import { version } from '../version.ts'
import { type Define, exits, type Shell } from './shell.ts'

interface Group {
  readonly name: string
  readonly summary: string
  /** Loaded when the command is called, so that a start pays for nothing else. */
  readonly load: () => Promise<{ readonly define: Define }>
}

export const groups: readonly Group[] = [
  {
    name: 'init',
    summary: 'Make a tenant: its keys here, its first documents at the edge',
    load: () => import('./init.ts'),
  },
  { name: 'login', summary: 'Sign this machine in to an edge', load: () => import('./login.ts') },
  { name: 'logout', summary: 'End the sign-in of this machine', load: () => import('./logout.ts') },
  {
    name: 'whoami',
    summary: 'Show who is signed in, and to what',
    load: () => import('./whoami.ts'),
  },
  { name: 'enroll', summary: 'Make this machine an agent', load: () => import('./enroll.ts') },
  {
    name: 'agent',
    summary: 'Run the agent: asks for work, runs it, drains when told to stop',
    load: () => import('./agent.ts'),
  },
  {
    name: 'agents',
    summary: 'Agents: list, token, approve, drain, resume, revoke',
    load: () => import('./agents.ts'),
  },
  {
    name: 'pools',
    summary: 'Pools of agents, each with keys of its own: list, add',
    load: () => import('./pools.ts'),
  },
  { name: 'anchor', summary: 'What agents remember: init, show', load: () => import('./anchor.ts') },
  {
    name: 'trust',
    summary: 'Whose signature counts: show, verify, edit, sign, publish, deny',
    load: () => import('./trust.ts'),
  },
  {
    name: 'policy',
    summary: 'What agents may read and write: show, edit, explain',
    load: () => import('./policy.ts'),
  },
  {
    name: 'keys',
    summary: 'Keys: list, show, make, rotate, rewrap, verify, recover',
    load: () => import('./keys.ts'),
  },
  {
    name: 'connection',
    summary: 'Connections, sealed here: add, list, test, discover, catalogue, remove',
    load: () => import('./connection.ts'),
  },
  {
    name: 'pipeline',
    summary: 'Pipelines: init, validate, sign, apply, list, show, labels, priority, delete',
    load: () => import('./pipeline.ts'),
  },
  {
    name: 'runs',
    summary: 'Runs: start, list, show, watch, cancel, logs, dead, redrive, timeline, retention',
    load: () => import('./runs.ts'),
  },
  {
    name: 'queue',
    summary: 'What waits for agents, since when, and what holds it back',
    load: () => import('./queue.ts'),
  },
  {
    name: 'limits',
    summary: 'Limits of how many runs agents have in hand at once: list, set, remove',
    load: () => import('./limits.ts'),
  },
  {
    name: 'schedules',
    summary: 'Schedules: list, next, pause, resume',
    load: () => import('./schedules.ts'),
  },
  {
    name: 'webhooks',
    summary: 'Webhooks of pipelines: create, show, rotate, delete',
    load: () => import('./webhooks.ts'),
  },
  {
    name: 'tenants',
    summary: 'For the operator of an installation: tenants list, suspend, resume, quotas',
    load: () => import('./tenants.ts'),
  },
  {
    name: 'audit',
    summary: 'The audit log: tail, search, export, verify',
    load: () => import('./audit.ts'),
  },
  {
    name: 'doctor',
    summary: 'Look at everything that is needed here, and say what is wrong',
    load: () => import('./doctor.ts'),
  },
  {
    name: 'members',
    summary: 'Members: list, invite, link, role, remove, erase',
    load: () => import('./members.ts'),
  },
  {
    name: 'roles',
    summary: 'Roles: list, show, create, bind, unbind, explain',
    load: () => import('./roles.ts'),
  },
  {
    name: 'groups',
    summary: 'Groups: list, show, create, delete, add, drop',
    load: () => import('./groups.ts'),
  },
  {
    name: 'rules',
    summary: 'How people have to sign in, and what needs two: show, edit',
    load: () => import('./rules.ts'),
  },
  {
    name: 'tenant',
    summary: 'The tenant: show, rename, delete, restore, export, leave',
    load: () => import('./tenant.ts'),
  },
  {
    name: 'approvals',
    summary: 'What waits for a second person: list, approve, refuse',
    load: () => import('./approvals.ts'),
  },
  { name: 'tokens', summary: 'API tokens: list, create, rotate, revoke', load: () => import('./tokens.ts') },
  { name: 'workspaces', summary: 'Workspaces: list, create', load: () => import('./workspaces.ts') },
  { name: 'projects', summary: 'Projects: list, create', load: () => import('./projects.ts') },
  {
    name: 'run',
    summary: 'Run a pipeline file on this machine, with no edge at all',
    load: () => import('./run.ts'),
  },
  { name: 'version', summary: 'Print the version', load: () => import('./version.ts') },
]

/** Runs one command line; returns its exit code. */
export async function runProgram(words: readonly string[], shell: Shell): Promise<number> {
  const program = new Command('sallyport')
    .description(
      'Zero-trust data pipelines: the edge coordinates, this binary seals, signs, checks and moves data.',
    )
    .helpCommand(false)
    .version(version, '-V, --version', 'print the version')
    .configureHelp({ showGlobalOptions: false, optionDescription })
    .configureOutput({ writeErr: (text) => shell.note(text.trimEnd()) })
    .exitOverride()
  const called = words.find((word) => !word.startsWith('-'))
  for (const { name, summary, load } of groups) {
    const command = program.command(name).summary(summary).description(summary).helpCommand(false)
      .exitOverride()
      .copyInheritedSettings(program)
    if (name === called) (await load()).define(command, shell)
    everyLeaf(
      command,
      (leaf) => leaf.option('--json', 'print the result as JSON on stdout, everything else on stderr'),
    )
  }
  try {
    await program.parseAsync(words, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? exits.done : exits.usage
  }
  return shell.exitCode
}

function everyLeaf(command: Command, visit: (leaf: Command) => void): void {
  if (command.commands.length === 0) return visit(command)
  for (const one of command.commands) everyLeaf(one, visit)
}

/** An empty list that options are gathered in is no default to tell anybody of. */
function optionDescription(option: Option): string {
  const none = Array.isArray(option.defaultValue) && option.defaultValue.length === 0
  return none ? option.description : Help.prototype.optionDescription(option)
}
