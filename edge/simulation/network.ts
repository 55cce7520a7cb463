/** What is between nodes: every message takes its time, and may be lost, come twice, or come late. */
import type { Random } from './random.ts'
import type { Owner, VirtualTime } from './virtual_time.ts'

export interface Message {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

export interface Reply {
  readonly status: number
  // deno-lint-ignore no-explicit-any -- whoever asked knows what to expect
  readonly body: any
  /** The database's count of commits when the request arrived, and when it was answered. */
  readonly between: readonly [number, number]
}

export interface Server {
  readonly name: string
  /** Null while nobody listens there. */
  readonly up: Owner | null
  receive(message: Message, signal: AbortSignal): Promise<Reply>
}

/** Chances of a message. */
export interface Weather {
  loss: number
  twice: number
  /** Of being held up for seconds. */
  late: number
}

/** No answer: nobody knows whether the request arrived. */
export class NoAnswer extends Error {}

export class Network {
  readonly weather: Weather
  readonly #time: VirtualTime
  readonly #random: Random
  readonly #cut = new Set<string>()

  constructor(time: VirtualTime, random: Random, weather: Weather) {
    this.#time = time
    this.#random = random
    this.weather = weather
  }

  cut(from: string, to: string): void {
    this.#cut.add(`${from}|${to}`)
  }

  heal(from: string, to: string): void {
    this.#cut.delete(`${from}|${to}`)
  }

  /** Sends, and waits for the answer; rejects with NoAnswer. The sender's death breaks the connection off. */
  send(from: Owner, to: Server, message: Message, timeoutMs: number): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const gone = new AbortController()
      const breakOff = () => this.#travel(from, to, () => gone.abort())
      const forget = from.onEnd(breakOff)
      const expiry = this.#time.after(timeoutMs, () => end(() => (breakOff(), reject(new NoAnswer()))), from)
      const end = (tell: () => void) => {
        forget()
        expiry.cancel()
        tell()
      }
      const answer = (tell: () => void) => this.#travel(to, from, () => end(tell), from)
      this.#deliver(from, to, { message, signal: gone.signal }, {
        answered: (reply) => answer(() => resolve(reply)),
        refused: () => answer(() => reject(new NoAnswer())),
      })
      if (!this.#random.chance(this.weather.twice)) return
      const again = { message, signal: new AbortController().signal }
      this.#time.after(
        this.#random.between(0, 3_000),
        () => this.#deliver(from, to, again, null),
        this.#time.world,
      )
    })
  }

  #deliver(
    from: Owner,
    to: Server,
    request: { readonly message: Message; readonly signal: AbortSignal },
    hear: { readonly answered: (reply: Reply) => void; readonly refused: () => void } | null,
  ): void {
    this.#travel(from, to, () => {
      const life = to.up
      if (life === null) return hear?.refused()
      const forget = life.onEnd(() => hear?.refused())
      to.receive(request.message, request.signal).then((reply) => {
        forget()
        if (life.alive) hear?.answered(reply)
      }, (error) => this.#time.fail(error))
    })
  }

  #travel(
    from: { readonly name: string },
    to: { readonly name: string },
    arrive: () => void,
    owner: Owner = this.#time.world,
  ): void {
    const { loss, late } = this.weather
    const ms = this.#random.chance(late) ? this.#random.between(500, 8_000) : this.#random.between(1, 40)
    if (this.#random.chance(loss)) return
    this.#time.after(ms, () => {
      if (!this.#cut.has(`${from.name}|${to.name}`) && !this.#cut.has(`${to.name}|${from.name}`)) arrive()
    }, owner)
  }
}
