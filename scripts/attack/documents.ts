/** Jobs whose documents the edge made, altered, or kept from another day. */
import { altered, payloadOf } from '../e2e/forge.ts'
import type { Json } from '../e2e/tampering_proxy.ts'
import type { Attack } from './attack.ts'
import { atIndex, commitments, policy, signatures } from './checks.ts'
import { alterJobs, bodyTo, forged, poolKeys, sealedFor, seenJob } from './forge.ts'
import { pipelineText } from './scene.ts'
import { refusalOf, rowsGained, unsigned } from './watch.ts'

const pipelineForged: Attack = {
  name: 'pipeline forged',
  tried: "a pipeline of the edge's own, under the signer's key id, that writes to another table",
  codes: ['signature_invalid'],
  without: [signatures, atIndex],
  async attempt(scene) {
    alterJobs(scene, (job) => {
      job.pipeline = forged(scene, job.pipeline, { type: 'pipeline', body: bodyTo('public.stolen') })
    })
    const refusal = await refusalOf(scene, 'tick', unsigned(scene, 'tick'))
    return { ...refusal, gained: await rowsGained(scene.sql, 'public.stolen', "the attacker's table") }
  },
}

const pipelineAltered: Attack = {
  name: 'pipeline altered',
  tried: "the signer's pipeline with another commitment under the old signature",
  codes: ['signature_invalid'],
  without: [signatures, atIndex],
  async attempt(scene) {
    alterJobs(scene, ({ pipeline }) => {
      const { commitment, sealed } = sealedFor({
        type: 'pipeline',
        payload: payloadOf(pipeline.document),
        body: bodyTo('public.stolen'),
        recipients: poolKeys(scene),
      })
      pipeline.document = altered(pipeline.document, (payload) => (payload.commitment = commitment))
      pipeline.sealed = sealed
    })
    const refusal = await refusalOf(scene, 'tick', unsigned(scene, 'tick'))
    return { ...refusal, gained: await rowsGained(scene.sql, 'public.stolen', "the attacker's table") }
  },
}

const pipelineReplayed: Attack = {
  name: 'pipeline replayed',
  tried: 'the version before, validly signed, that writes where nobody wants it any more',
  codes: ['not_at_index'],
  without: [atIndex],
  async attempt(scene) {
    await scene.world.applyPipeline(pipelineText('moved', { to: 'public.left', unsigned: true }))
    const old = await seenJob(scene, 'moved')
    await scene.world.applyPipeline(pipelineText('moved', { to: 'public.current', unsigned: true }))
    await scene.sql.unsafe('truncate public.left')
    alterJobs(scene, (job) => (job.pipeline = old.pipeline))
    const refusal = await refusalOf(scene, 'moved', unsigned(scene, 'moved'))
    return { ...refusal, gained: await rowsGained(scene.sql, 'public.left', 'the place that was given up') }
  },
}

const recordResealed: Attack = {
  name: 'record sealed anew',
  tried: 'the genuine pipeline document with a record that the edge sealed itself, under the right context',
  codes: ['commitment_mismatch'],
  without: [commitments],
  async attempt(scene) {
    alterJobs(scene, ({ pipeline }) => {
      pipeline.sealed = sealedFor({
        type: 'pipeline',
        payload: payloadOf(pipeline.document),
        body: bodyTo('public.stolen'),
        recipients: poolKeys(scene),
      }).sealed
    })
    const refusal = await refusalOf(scene, 'tick', unsigned(scene, 'tick'))
    return { ...refusal, gained: await rowsGained(scene.sql, 'public.stolen', "the attacker's table") }
  },
}

const connectionForged: Attack = {
  name: 'connection forged',
  tried: "a connection to the attacker's database in the destination's place",
  codes: ['signature_invalid'],
  without: [signatures, atIndex, policy],
  async attempt(scene) {
    alterJobs(scene, (job) => {
      const { destination } = payloadOf(job.pipeline.document).connections
      job.connections = job.connections.map((one: Json) =>
        payloadOf(one.document).id === destination
          ? forged(scene, one, {
            type: 'connection',
            body: { config: { url: scene.lootUrl.href }, pools: ['default'] },
          })
          : one
      )
    })
    const refusal = await refusalOf(scene, 'base')
    return { ...refusal, gained: await rowsGained(scene.loot, 'public.base', "the attacker's database") }
  },
}

export const documents: readonly Attack[] = [
  pipelineForged,
  pipelineAltered,
  pipelineReplayed,
  recordResealed,
  connectionForged,
]
