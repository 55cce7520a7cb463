/** Names that mean something else, and suites of another day: what is shown to people before they sign and seal. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromBase64 } from '../../shared/bytes.ts'
import { describeEnvelope } from '../../shared/seal/envelope.ts'
import type { Attack } from './attack.ts'
import { honestIndex } from './checks.ts'
import { addSecret, whatIsSent } from './dump.ts'
import { publishTrust } from './estate.ts'
import { ownSealingKey } from './forge.ts'
import { pipelineText, type Scene } from './scene.ts'
import { refusalIn } from './watch.ts'

/** The signed index as it is at the edge now. */
async function entries({ world }: Scene, project = world.project) {
  const { body } = await world.api('GET', `/v1/projects/${project}/index/latest`)
  const index = JSON.parse(Buffer.from(body.document.payload, 'base64').toString())
  return Object.entries(index.entries) as [string, { kind: string; name: string }][]
}

const otherConnection: Attack = {
  name: 'name resolved to another connection',
  tried:
    "a new connection is given the id of another one, so that the other's pipelines go where the new one leads",
  codes: ['index_invalid'],
  without: [{
    check: 'an id of the signed index keeps its name',
    file: 'agent/commands/project.ts',
    find: 'if (other !== undefined && (other.kind !== kind || other.name !== name)) {',
    put: 'if (false) {',
  }],
  async attempt(scene) {
    const listed = await entries(scene)
    const [there] = listed.find(([, entry]) => entry.kind === 'connection' && entry.name === 'there') ?? []
    scene.proxy.alter(({ path, body }) => {
      if (!path.startsWith('/v1/connections') || !Array.isArray(body?.data)) return false
      for (const one of body.data) if (one.id === there) one.name = 'brand-new'
      return true
    })
    const refusal = await addSecret(scene, 'brand-new')
    scene.proxy.alter(null)
    const [, now] = (await entries(scene)).find(([id]) => id === there) ?? []
    return {
      ...refusal,
      gained: now?.name === 'brand-new' ? 'the id of "there" stands for "brand-new"' : null,
    }
  },
}

const otherProject: Attack = {
  name: 'name resolved to another project',
  tried: 'the edge swaps the names of two projects: a pipeline meant for one is signed for the other',
  codes: ['project_mismatch'],
  without: [{
    check: 'a project keeps the name that it has in its signed index',
    file: 'agent/trust/known_projects.ts',
    find: 'if (document.project_name === name) return',
    put: 'return',
  }, {
    check: 'a home remembers which project a name means',
    file: 'agent/trust/known_projects.ts',
    find: 'if (before !== undefined) {',
    put: 'if (false) {',
  }, honestIndex],
  async attempt(scene) {
    const { world, folder, proxy } = scene
    const { body: { data: [workspace] } } = await world.api('GET', '/v1/workspaces')
    await world.api('POST', '/v1/projects', { name: 'trials', workspace: workspace.id })
    proxy.alter(({ path, body }) => {
      if (!path.startsWith('/v1/projects') || !Array.isArray(body?.data)) return false
      const names = body.data.map((one: { name?: string }) => one.name)
      if (names[0] === undefined) return false
      for (const one of body.data) one.name = one.name === 'trials' ? 'default' : 'trials'
      return true
    })
    const file = join(folder, 'person', 'meant.yaml')
    const { streams: [stream] } = pipelineText('meant')
    writeFileSync(
      file,
      `sallyport: 1\nname: meant\nproject: trials\nsource: here\ndestination: there\nstreams:\n  - ${stream}\n`,
    )
    const ended = await world.person.call([
      'pipeline',
      'apply',
      file,
      '--project',
      'trials',
      '--yes',
      '--json',
    ])
    const found = (await entries(scene)).some(([, { name }]) => name === 'meant')
    return { ...refusalIn(ended), gained: found ? 'the trial pipeline, listed in the default project' : null }
  },
}

const downgraded: Attack = {
  name: 'suite downgraded',
  tried: 'the trust document that brings X-Wing is withheld from who seals, so that the old suite is used',
  codes: ['trust_rolled_back'],
  without: [{
    check: 'the chain reaches what the floor names',
    file: 'shared/trust/chain.ts',
    find: "if (found === undefined) throw new Fault('trust_rolled_back')",
    put: 'if (found === undefined) continue',
  }],
  async attempt(scene) {
    const version = await publishTrust(scene, (document) => {
      const { suite, kid, public: key } = ownSealingKey(2)
      const before = document.sealing_keys.map((one: object) => ({ ...one, state: 'retiring' }))
      document.sealing_keys = [...before, { kid, suite, pool: 'default', public: key, state: 'active' }]
      document.readers = []
    })
    scene.proxy.alter((answer) => {
      if (answer.path !== `/v1/trust/${version}`) return false
      Object.assign(answer, { status: 404, body: { code: 'not_found', status: 404, title: '', detail: '' } })
      return true
    })
    const sent = whatIsSent(scene)
    const refusal = await addSecret(scene, 'shop')
    const old = sent.some(({ sealed }) => describeEnvelope(fromBase64(sealed)).suite === 1)
    return { ...refusal, gained: old ? 'a password sealed by the suite that was given up' : null }
  },
}

export const people: readonly Attack[] = [otherConnection, otherProject, downgraded]
