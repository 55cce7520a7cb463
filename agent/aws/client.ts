/** How services of AWS are reached: whose credentials, how long, how often. */
import { Fault } from '../../shared/faults.ts'
import { type Failure, failureOf } from './failure.ts'
import { handlerByWayOut } from './way_out.ts'

const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} }

const usualHandler = { connectionTimeout: 3000, requestTimeout: 10_000, throwOnRequestTimeout: true }

/**
 * Settings for a client of the SDK. Credentials come from the whole chain – environment, profile, web identity, ECS and
 * EKS pod identity, metadata service – and from the metadata service by its second version alone: the first answers
 * whoever makes this machine send a request. The region is the environment's or the profile's where null.
 */
export async function clientSettings(region: string | null) {
  const byWayOut = handlerByWayOut() as typeof usualHandler | null
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node')
  return {
    ...(region === null ? {} : { region }),
    credentials: defaultProvider({
      ec2MetadataV1Disabled: true,
      logger: silent,
      // Roles and web identity are asked for at STS, the same way out.
      ...(byWayOut === null ? {} : { clientConfig: { requestHandler: byWayOut } }),
    }),
    // Repeated below, where it is known what a repetition may mean.
    maxAttempts: 1,
    requestHandler: byWayOut ?? usualHandler,
    logger: silent,
  }
}

interface Client {
  readonly config: { readonly region: () => Promise<string> }
  readonly middlewareStack: {
    add(
      middleware: (next: Handler) => Handler,
      where: { readonly step: 'build'; readonly name: string },
    ): void
  }
}

// deno-lint-ignore no-explicit-any -- the SDK's own types differ from client to client
type Handler = (args: any) => Promise<any>

/**
 * The client, once it is clear where it asks. Throws `invalid_setting` when neither the setting nor the environment
 * names a region; its calls do when something led them to an address that is neither https nor on loopback.
 */
export async function checked<T extends Client>(client: T, what: string): Promise<T> {
  try {
    await client.config.region()
  } catch (cause) {
    const message = `${what} is in no region: set AWS_REGION, or name it in the setting.`
    throw new Fault('invalid_setting', message, { cause })
  }
  const onlySafe = (next: Handler): Handler => async (args) => {
    const { protocol, hostname } = args.request as { protocol: string; hostname: string }
    if (protocol === 'https:' || /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/.test(hostname)) {
      return await next(args)
    }
    throw new Fault('invalid_setting', `${what} would be asked for without TLS: ${protocol}//${hostname}.`)
  }
  client.middlewareStack.add(onlySafe, { step: 'build', name: 'sallyportOnlySafe' })
  return client
}

const mostAttempts = 5
const deadlineMs = 30_000

export interface Tried<T> {
  readonly value: T
  /** An earlier attempt ended in a way that does not tell whether it was carried out. */
  readonly doubtful: boolean
}

/** What an attempt ended with for good. */
export class Exhausted extends Error {
  readonly failure: Failure
  readonly doubtful: boolean

  constructor(failure: Failure, { doubtful, cause }: { doubtful: boolean; cause: unknown }) {
    super(`AWS: ${failure.name}`, { cause })
    this.failure = failure
    this.doubtful = doubtful
  }
}

/**
 * Calls until it works, at most five times and 30 seconds, with full jitter between the calls. Only what passes is
 * tried again: throttling, time-outs, failures on the service's side. Throws Exhausted.
 */
export async function persist<T>(call: (signal: AbortSignal) => Promise<T>): Promise<Tried<T>> {
  const deadline = AbortSignal.timeout(deadlineMs)
  // The client does not look at the signal any more while it reads an answer that never ends.
  const late = new Promise<never>((_, reject) => {
    deadline.addEventListener('abort', () => reject(deadline.reason), { once: true })
  })
  late.catch(() => undefined)
  let doubtful = false
  for (let attempt = 1;; attempt++) {
    try {
      return { value: await Promise.race([call(deadline), late]), doubtful }
    } catch (cause) {
      const failure = cause instanceof Fault ? null : failureOf(cause)
      if (failure === null) throw cause
      const passes = failure.kind === 'throttled' || failure.kind === 'unreachable'
      const over = attempt >= mostAttempts || deadline.aborted
      if (!passes || over) throw new Exhausted(failure, { doubtful, cause })
      doubtful ||= failure.kind === 'unreachable'
      const base = failure.kind === 'throttled' ? 400 : 100
      await new Promise((resolve) =>
        setTimeout(resolve, Math.random() * Math.min(5000, base * 2 ** (attempt - 1)))
      )
    }
  }
}
