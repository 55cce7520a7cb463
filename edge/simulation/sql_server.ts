/**
 * A libSQL server in front of the one database, for the edge's own remote storage: what that fetches goes over a line
 * of the simulation, to the fixture that answers as such servers do.
 */
import type { Faulty } from '../db/faulty_fixture.ts'
import { hrana } from '../db/hrana_fixture.ts'
import { openRemote } from '../db/remote.ts'
import type { Storage } from '../db/storage.ts'
import type { Client, Database } from './database.ts'

const LOST_AFTER_MS = 5_000

export class SqlServer {
  readonly #database: Database
  readonly #hrana: Faulty
  readonly #clients = new Map<string, Client>()
  readonly #fetch = globalThis.fetch

  /** In place of every other server there is, until it is closed. */
  constructor(database: Database) {
    this.#database = database
    this.#hrana = hrana(database.options.path)
    // The storage asks by a Request alone.
    globalThis.fetch = ((request: Request) => this.#send(request)) as typeof fetch
  }

  /** The storage of a process that has just started. */
  open(client: Client): Storage {
    const host = `${client.owner.name.replaceAll(' ', '-')}.test`
    this.#clients.set(host, client)
    return openRemote({ url: `http://${host}`, token: null })
  }

  close(): void {
    globalThis.fetch = this.#fetch
    this.#hrana.close()
  }

  #send(request: Request): Promise<Response> {
    const { time, random, trace } = this.#database.options
    const { owner, line } = this.#clients.get(new URL(request.url).host) as Client
    return new Promise((resolve, reject) => {
      const lost = (what: string) => {
        trace.say(`${what}: lost`)
        time.after(LOST_AFTER_MS, () => reject(new TypeError('the connection broke')), owner)
      }
      const there = () => line.cut || random.chance(line.loss)
      if (there()) return lost(`${owner.name} → server`)
      if (random.chance(line.loss)) {
        this.#hrana.faults[random.chance(0.5) ? 'expireStreams' : 'refuse'] = 1
      }
      time.after(random.between(0, 12), () => {
        time.track(this.#answer(request)).then((response) => {
          if (there()) return lost(`server → ${owner.name}`)
          time.after(random.between(0, 10), () => resolve(response), owner)
        }, (error) => time.fail(error))
      }, time.world)
    })
  }

  async #answer(request: Request): Promise<Response> {
    const response = await this.#hrana.answer(request)
    await this.#database.looked()
    return response
  }
}
