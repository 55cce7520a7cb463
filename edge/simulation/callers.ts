/** Programs that call the webhooks: signed, again when they hear nothing, and some of them wrongly. */
import { createHmac } from 'node:crypto'
import type { Hook } from './base.ts'
import type { Doing } from './deeds.ts'
import type { Random } from './random.ts'
import { short } from './trace.ts'
import { Violation } from './violation.ts'

const CALLS = 10
const ROTATIONS = 3
/** A repetition of a call that was answered. */
const AGAIN = 0.4

/** The secrets of a webhook as its owner knows them. */
interface Secrets {
  newest: string
  /** Counts no more, from a moment on that was told. */
  readonly gone: Set<string>
  /** Rises when a change begins and when it has ended: odd while nobody knows what counts. */
  changes: number
}

/** Plans calls within so many ms. */
export function callers(doing: Doing, withinMs: number): void {
  const { base, random, acts, people } = doing
  for (const hook of base.hooks) {
    const secrets: Secrets = { newest: hook.secret, gone: new Set(), changes: 0 }
    const plan = (most: number, act: (own: Random) => void) => {
      if (random.chance(0.3)) return
      const times = random.between(1, most)
      for (let count = 0; count < times; count++) acts.plan(random.between(0, withinMs), people.owner, act)
    }
    let calls = 0
    plan(CALLS, (own) => call(doing, { hook, secrets, number: calls++ }, own))
    plan(ROTATIONS, (own) => rotate(doing, { hook, secrets, overlap: own.pick([0, 1, 24]) }))
  }
}

interface Calling {
  readonly hook: Hook
  readonly secrets: Secrets
  readonly number: number
}

function call(doing: Doing, { hook, secrets, number }: Calling, own: Random): void {
  const { time, people, invariants, trace } = doing
  const kind = own.chance(0.2) ? 'forged' : own.chance(0.1) ? 'stale' : own.chance(0.2) ? 'old' : 'good'
  const [before] = [...secrets.gone]
  const secret = kind === 'forged' ? 'sp_whk_of_nobody' : kind === 'old' ? before : secrets.newest
  if (secret === undefined) return
  const stamp = Math.floor(time.now / 1000) - (kind === 'stale' ? 3_600 : 0)
  const body = JSON.stringify({ number })
  const hmac = createHmac('sha256', secret).update(`${stamp}.${body}`).digest('hex')
  const headers = { 'sallyport-timestamp': `${stamp}`, 'sallyport-signature': `v1=${hmac}` }
  const message = { method: 'POST', path: `/v1/hooks/${hook.id}`, headers, body }
  const { changes } = secrets
  const refusals = ['unauthenticated', 'trigger_not_allowed', 'limit_reached']
  const once = async () => {
    const { status, body: answer } = await people.send(message, refusals)
    if (status === 201) {
      trace.say(`a ${kind} call of ${short(hook.id)} has run ${short(answer.run)}`)
      if (kind !== 'good') throw new Violation(`a ${kind} call of a webhook has started run ${answer.run}`)
      invariants.called(`${hook.id}/${stamp}.${body}`, answer.run)
    } else if (kind === 'good') invariants.refusedCall(hook.pipeline)
    if (answer.code === 'unauthenticated' && kind === 'good' && isSettled(secrets, changes)) {
      throw new Violation(`a call under the newest secret of webhook ${hook.id} was refused`)
    }
  }
  people.inOrder(`call ${hook.id} ${number}`, async () => {
    await once()
    if (!own.chance(AGAIN)) return
    await time.sleep(own.between(0, 20_000), people.owner)
    await once()
  })
}

/** Nobody has changed the secret since, nor was about to. */
const isSettled = (secrets: Secrets, changes: number) => secrets.changes === changes && changes % 2 === 0

/** Until its owner has been shown a secret: who hears nothing the first time has to ask for another one. */
function rotate(
  { people, trace }: Doing,
  { hook, secrets, overlap }: { readonly hook: Hook; readonly secrets: Secrets; readonly overlap: number },
): void {
  people.inOrder(hook.id, async () => {
    secrets.changes++
    for (;;) {
      const path = `/v1/pipelines/${hook.pipeline}/webhook/rotate`
      const { body } = await people.until({ path, body: { overlap_hours: overlap } })
      trace.say(`webhook ${short(hook.id)} has another secret; ${overlap} hours for the one before`)
      if (body.secret === undefined) continue
      secrets.changes++
      if (overlap === 0) secrets.gone.add(secrets.newest)
      secrets.newest = body.secret
      return
    }
  })
}
