/** The device flow, RFC 8628: this machine shows a code, and a person approves it in a browser, wherever that is. */
import { Fault, mayMend } from '../../shared/faults.ts'
import { CLIENT_ID, DEVICE_GRANT } from '../../shared/schemas/device.ts'
import { answer, type Edge, edgeFor } from '../edge_client/edge_client.ts'
import { sleep } from '../edge_client/transport.ts'
import type { TokenSource } from '../kept_token.ts'
import type { Network } from '../network.ts'
import { machineName } from '../trust/join.ts'
import { interruptible } from './interruptible.ts'
import type { Shell } from './shell.ts'

interface Asking {
  readonly url: URL
  readonly network: Network
  /** A device's token that is to be approved anew; null: to sign in. */
  readonly current: TokenSource | null
  /** Permissions that it is cut down to; null: all that the person has. */
  readonly scopes: readonly string[] | null
  /** What the person is shown; the machine's name unless given. */
  readonly device: string | undefined
  /** The tenant that it is meant for, for the person to choose. */
  readonly tenant: string | undefined
}

type Authorization = Awaited<ReturnType<typeof begin>>

/**
 * The device's token, once a person has approved. Throws `access_denied` when they refuse, `expired_token` when nobody
 * decides, Interrupted on Ctrl-C.
 */
export async function deviceToken(shell: Shell, asking: Asking): Promise<string> {
  const edge = edgeFor(asking.url, asking.current, asking.network)
  const authorization = await begin(edge, asking)
  return await interruptible(
    async (signal) => {
      say(shell, asking, authorization)
      return await poll(edgeFor(asking.url, null, asking.network), authorization, signal)
    },
    'No longer waiting. Nobody is signed in by this; the code ends by itself.',
  )
}

function say(shell: Shell, { tenant }: Asking, authorization: Authorization): void {
  const { user_code, verification_uri, verification_uri_complete, expires_in } = authorization
  shell.note(
    `Open    ${verification_uri}\nCode    ${user_code}\n` +
      (tenant === undefined ? '' : `Choose  the tenant ${tenant}\n`) +
      `\nOr with the code in it: ${verification_uri_complete}\n` +
      `Approve it if the page shows this code. It is good for ${
        Math.round(expires_in / 60)
      } minutes; waiting.`,
  )
}

async function begin(edge: Edge, { current, scopes, device = machineName() }: Asking) {
  if (current !== null) return await answer(edge.POST('/v1/device/fresh', { body: { device } }))
  const scope = scopes === null ? {} : { scope: scopes.join(' ') }
  return await answer(edge.POST('/v1/device/authorize', { body: { client_id: CLIENT_ID, device, ...scope } }))
}

/** Bounds for what an edge says, in ms. */
const [leastMs, mostMs] = [1000, 60_000]
/** RFC 8628 section 3.5. */
const slowerMs = 5000

async function poll(edge: Edge, authorization: Authorization, signal: AbortSignal): Promise<string> {
  const { device_code, interval, expires_in } = authorization
  const ends = Date.now() + expires_in * 1000
  let pauseMs = Math.min(Math.max(interval * 1000, leastMs), mostMs)
  const body = { grant_type: DEVICE_GRANT, device_code, client_id: CLIENT_ID }
  for (;;) {
    await sleep(pauseMs, signal)
    signal.throwIfAborted()
    try {
      return (await answer(edge.POST('/v1/device/token', { body, signal }))).access_token
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      if (error.code === 'slow_down') pauseMs += slowerMs
      // An edge that cannot answer is asked less and less often.
      else if (mayMend(error.code)) pauseMs = Math.min(pauseMs * 2, mostMs)
      else if (error.code !== 'authorization_pending') throw error
    }
    if (Date.now() > ends) throw new Fault('expired_token')
  }
}
