/** What an edge says reaches a terminal as text: nothing in it moves a cursor, sets a title or hides a line. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault } from '../../shared/faults.ts'
import { ids } from '../runs/world_fixture.ts'
import { currentDraft, HostileEdge } from './hostile_edge_fixture.ts'
import { Shell } from './shell.ts'

const steering = 'x\n\x1b]0;owned\x07\x1b[8m\x9b2J\x7f'
// deno-lint-ignore no-control-regex -- they are what is looked for
const steers = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/

const at = new Date().toISOString()
const shown: Readonly<Record<string, { readonly path: string; readonly reply: unknown }>> = {
  'connection list': {
    path: '/v1/connections',
    reply: { data: [{ id: ids.source, name: steering, kind: steering, pools: [steering] }] },
  },
  'pools list': {
    path: '/v1/pools',
    reply: { data: [{ name: 'default', agents: { approved: steering, pending: steering } }] },
  },
  'agents list': {
    path: '/v1/agents',
    reply: {
      data: [{
        id: steering,
        name: steering,
        pool: steering,
        state: steering,
        public_key: 'A'.repeat(43) + '=',
        fingerprint: steering,
        version: steering,
        created: at,
        last_seen: at,
      }],
    },
  },
  'runs list': {
    path: '/v1/runs',
    reply: {
      data: [{
        id: steering,
        project: ids.project,
        pipeline: steering,
        pipeline_id: ids.pipeline,
        pool: steering,
        state: steering,
        code: steering,
        trigger: steering,
        created: at,
        streams: [],
      }],
    },
  },
  'tokens list': {
    path: '/v1/tokens',
    reply: {
      data: [{
        id: steering,
        name: steering,
        prefix: steering,
        permissions: [steering],
        created: at,
        expires: at,
      }],
    },
  },
  'members list': {
    path: '/v1/members',
    reply: { data: [{ id: steering, name: steering, role: steering, created: at }] },
  },
}

describe('what an edge says steers no terminal', () => {
  for (const [command, { path, reply }] of Object.entries(shown)) {
    test(`in ${command}`, async () => {
      await using edge = new HostileEdge(currentDraft(), { project: { id: ids.project, name: 'default' } })
      edge.replies.set(path, reply)
      const { stdout, stderr } = await edge.run(...command.split(' '))
      assert.doesNotMatch(stdout + stderr, steers)
      assert.match(stdout, /x .*owned/)
    })
  }
})

describe('what a source calls its things steers no terminal', () => {
  const shell = (json: boolean) => {
    const out = { stdout: '', stderr: '' }
    const sink = (name: 'stdout' | 'stderr') => ({
      isTTY: true,
      write: (text: string) => (out[name] += text),
    })
    const made = new Shell({ env: {}, stdout: sink('stdout'), stderr: sink('stderr'), stdin: {} })
    made.json = json
    return { made, out }
  }

  test('in results, notes, warnings and faults, whose own colours stay', () => {
    const { made, out } = shell(false)
    made.result(null, `${made.bold('stream')} ${steering}`)
    made.note(steering)
    made.warn(steering)
    made.failed(new Fault('column_missing', steering))
    assert.ok(out.stdout.startsWith('\x1b[1mstream\x1b[0m x\n'))
    // deno-lint-ignore no-control-regex -- likewise
    const rest = (out.stdout + out.stderr).replaceAll(/\x1b\[(?:0|1|31|33)m/g, '')
    assert.doesNotMatch(rest, steers)
    assert.match(out.stderr, /warning.*x\n/)
  })

  test('in JSON, where it can be read back as it was', () => {
    const { made, out } = shell(true)
    made.result({ name: steering }, '')
    assert.doesNotMatch(out.stdout, steers)
    assert.equal(JSON.parse(out.stdout).name, steering)
  })
})
