/** Requests of a genuine agent, sent again, altered or signed for another time by who sees the wire. The edge is honest. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '../e2e/tampering_proxy.ts'
import { until } from '../e2e/until.ts'
import type { Attack, Outcome } from './attack.ts'
import type { Scene } from './scene.ts'
import { startUnsigned } from './watch.ts'
import { type Reply, seenOnWire, send, signedPoll, signedPost, type Wire } from './wire.ts'
import type { Mutation } from './without.ts'

const window: Mutation = {
  check: 'a signed request is of this minute',
  file: 'shared/sign/http_signature.ts',
  of: 'edge',
  find:
    "if (Math.abs(signature.created - now / 1000) > MAX_CLOCK_SKEW_SECONDS) throw new Fault('clock_skew')",
  put: '',
}

const digest: Mutation = {
  check: 'the body is the one that was signed',
  file: 'shared/sign/http_signature.ts',
  of: 'edge',
  find: "if (message.header('content-digest') !== contentDigest(p, body)) {",
  put: 'if (false) {',
}

const target: Mutation = {
  check: 'path and query are those that were signed',
  file: 'shared/sign/http_signature.ts',
  of: 'edge',
  find: 'if (!p.ed25519.verify(publicKey, base, signature.signature)) throw invalid()',
  put: '',
}

const stateOf = async ({ world }: Scene, run: string): Promise<string> =>
  (await world.api('GET', `/v1/runs/${run}`)).body.state

/** What the edge answered; the code, where it is a refusal. */
const answered = ({ status, body }: Reply, gained: string | null): Outcome => ({
  code: status < 400 ? null : body.code,
  seen: status < 400 ? [] : [`the edge answers ${status}`],
  gained,
})

/** A poll while a run waits: by what it is answered, and by whether the run still waits. */
async function pollForRun(scene: Scene, ahead: number): Promise<Outcome> {
  const run = await startUnsigned(scene, 'tick')
  const reply = await send(scene, signedPoll(scene, { ahead }))
  const state = await stateOf(scene, run)
  const leased = reply.body.job?.run?.id === run && state === 'leased'
  if (!leased && state !== 'queued') throw new Error(`the run is ${state}`)
  return answered(reply, leased ? 'the run that waited: leased, and no agent knows of it' : null)
}

const twoHours = 7200

const oldPoll: Attack = {
  name: 'request replayed: a poll',
  tried: 'a poll of an agent that was seen two hours ago is sent again, to be handed the run that waits',
  codes: ['clock_skew'],
  without: [window],
  // To the byte what the agent sent then.
  attempt: (scene) => pollForRun(scene, -twoHours),
}

const ahead: Attack = {
  name: 'request from a skewed clock',
  tried: 'a poll signed by a clock that is two hours ahead, kept for a time when the key is out of reach',
  codes: ['clock_skew'],
  without: [window],
  attempt: (scene) => pollForRun(scene, twoHours),
}

/** The agent asks by itself, once. Throws unless it is handed a run, and returns its fence. */
async function lease(scene: Scene, run: string): Promise<number> {
  const { body: { job } } = await send(scene, signedPoll(scene))
  if (job?.run?.id !== run) throw new Error('the agent was not handed the run')
  return job.lease.fence
}

const oldLease: Attack = {
  name: 'request replayed: a completion',
  tried:
    'the word by which an agent gave a run back, sent again within its minute when the run is leased anew',
  codes: ['lease_lost'],
  without: [{
    check: 'a word about a run counts under its own lease only',
    file: 'edge/runs/store.ts',
    find: 'return row.agent === holder.agent && row.fence === holder.fence',
    put: 'return row.agent === holder.agent',
  }],
  async attempt(scene) {
    const run = await startUnsigned(scene, 'tick')
    const body = { fence: await lease(scene, run), status: 'released', retry: false, streams: [] }
    const word = signedPost(scene, `/v1/agent/runs/${run}/complete`, { body })
    const first = await send(scene, word)
    if (first.body.state !== 'queued') throw new Error(JSON.stringify(first.body))
    const fence = await lease(scene, run)
    const again = await send(scene, word)
    const { job } = (await send(scene, signedPoll(scene))).body
    const twice = job?.run?.id === run
    if (!twice && await stateOf(scene, run) !== 'leased') throw new Error('it did not stay where it was')
    const what = `a run in hand under fence ${fence}, handed out once more under ${job?.lease.fence}`
    return answered(again, twice ? what : null)
  },
}

/** On the first request that `altered` makes another one of, that one is sent; the genuine one goes on behind it. */
function altering(scene: Scene, altered: (genuine: Wire) => Wire | null) {
  const sent: { reply: Reply | null } = { reply: null }
  scene.proxy.answer(async (request) => {
    if (sent.reply !== null || !request.headers.has('signature')) return null
    const other = altered(await seenOnWire(request))
    if (other !== null) sent.reply = await send(scene, other)
    return null
  })
  return () => until(() => sent.reply, 'a request to alter', 30)
}

const isEnd = ({ path }: Wire) => /^\/v1\/agent\/runs\/[^/]+\/complete$/.test(path)

const body: Attack = {
  name: 'request altered: its body',
  tried: "an agent's word that a run has failed is made to say, on its way, that it has succeeded",
  codes: ['request_signature_invalid'],
  without: [digest],
  async attempt(scene) {
    rmSync(join(scene.files, 'people.csv'))
    const reply = altering(scene, (genuine) => {
      if (!isEnd(genuine)) return null
      const { fence } = JSON.parse(genuine.body)
      const word = { fence, status: 'succeeded', retry: false, streams: [] }
      return { ...genuine, body: JSON.stringify(word) }
    })
    await scene.agent()
    const run = await startUnsigned(scene, 'tick')
    const refusal = await reply()
    const { state } = await scene.world.endOf(run)
    return answered(refusal, state === 'succeeded' ? 'a run that failed, told as succeeded' : null)
  },
}

/** The agent is handed a run and never hears of it. */
async function withheld(scene: Scene): Promise<string> {
  let run: string | null = null
  scene.proxy.alter(({ path, body }) => {
    if (path !== '/v1/agent/poll' || !body.job || run !== null) return false
    run = body.job.run.id
    body.job = null
    return true
  })
  await scene.agent()
  const started = await startUnsigned(scene, 'tick')
  await until(() => run, 'a run to withhold', 30)
  scene.proxy.alter(null)
  return started
}

const path: Attack = {
  name: 'request altered: its path',
  tried: "the agent's word that one run has succeeded is led to another one, which nobody has carried out",
  codes: ['request_signature_invalid'],
  without: [target],
  async attempt(scene) {
    const other = await withheld(scene)
    const reply = altering(
      scene,
      (genuine) => isEnd(genuine) ? { ...genuine, path: `/v1/agent/runs/${other}/complete` } : null,
    )
    await scene.world.endOf(await startUnsigned(scene, 'tick'))
    const refusal = await reply()
    const told = await stateOf(scene, other) === 'succeeded'
    return answered(refusal, told ? 'a run that nobody carried out, told as succeeded' : null)
  },
}

const query: Attack = {
  name: 'request altered: its query',
  tried: 'an agent asks for what is new in an index, and who sees it asks for all that ever was',
  codes: ['request_signature_invalid'],
  without: [target],
  async attempt(scene) {
    // It has read the index once, and asks for what came after.
    await scene.agent()
    await scene.world.endOf(await startUnsigned(scene, 'tick'))
    const reply = altering(scene, (genuine) => {
      const all = genuine.path.replace(/^(\/v1\/agent\/projects\/.*[?&]after=)[1-9][0-9]*$/, '$10')
      return all === genuine.path ? null : { ...genuine, path: all }
    })
    await startUnsigned(scene, 'tick')
    const refusal = await reply()
    const many = (refusal.body.data as Json[] | undefined)?.length ?? 0
    return answered(refusal, many > 0 ? `${many} signed indexes, back to the first` : null)
  },
}

export const requests: readonly Attack[] = [oldPoll, oldLease, ahead, body, path, query]
