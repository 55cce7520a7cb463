/**
 * Mail that waits. It is written in the plan of what it is about, sealed under a master key, and goes out after the
 * answer: whoever asks learns nothing from how long that takes, and a server that is away for a while loses nothing.
 * Whoever takes one moves its next attempt first, so that of many instances one sends it.
 */
import type { Primitives } from '../../../shared/seal/primitives.ts'
import { fromUtf8, utf8 } from '../../../shared/bytes.ts'
import { Fault } from '../../../shared/faults.ts'
import { type Reader, step, writes } from '../../db/database.ts'
import { type MasterKeys, openColumn, sealColumn } from '../../db/master_keys.ts'
import type { Step } from '../../db/plan.ts'
import type { Storage } from '../../db/storage.ts'
import { explain, type Log } from '../../http/log.ts'
import type { Mail, Sender } from './mail.ts'

const AT_ONCE = 20
/** Nobody else tries it for so long. */
const TAKEN_MS = 120_000
const FIRST_WAIT_MS = 30_000
const LONGEST_WAIT_MS = 60 * 60_000
/** A link in it would be worth nothing any more. */
export const GIVEN_UP_MS = 24 * 60 * 60_000

export interface OutboxOptions {
  readonly storage: Storage
  readonly db: Reader
  readonly clock: () => number
  readonly primitives: Primitives
  readonly master: MasterKeys
  readonly log: Log
  /** Null: this installation sends no mail. */
  readonly send: Sender | null
}

interface Waiting {
  readonly id: string
  readonly mail_sealed: string
  readonly created: number
  readonly due: number
  readonly tries: number
}

export class Outbox {
  readonly #options: OutboxOptions
  #running: Promise<void> | null = null
  #again = false

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /** Whether mail can be sent at all: what needs it says so where it cannot. */
  get on(): boolean {
    return this.#options.send !== null
  }

  /** Part of a plan; `wake` when it is durable. Writes nothing where mail is off. */
  post(mail: Mail, { id, now }: { readonly id: string; readonly now: number }): Step[] {
    if (!this.on) return []
    const { primitives, master } = this.#options
    const place = placeOf(id)
    const mail_sealed = sealColumn(primitives, master, { place, plaintext: utf8(JSON.stringify(mail)) })
    return [step(writes.insertInto('outbox').values({ id, mail_sealed, created: now, due: now, tries: 0 }))]
  }

  /** Sends what is due, in the background. */
  wake(): void {
    void this.deliver().catch((error) =>
      this.#options.log('warn', 'mail waits: the outbox could not be read', { error: explain(error) })
    )
  }

  /** Resolves when nothing is due any more: call it every minute. */
  deliver(): Promise<void> {
    this.#again = true
    this.#running ??= this.#all().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  async #all(): Promise<void> {
    const { db, clock, send } = this.#options
    if (send === null) return
    while (this.#again) {
      this.#again = false
      const due = await db.selectFrom('outbox').selectAll().where('due', '<=', clock()).orderBy('due')
        .limit(AT_ONCE).execute()
      for (const one of due) await this.#try(one, send)
      if (due.length === AT_ONCE) this.#again = true
    }
  }

  async #try(waiting: Waiting, send: Sender): Promise<void> {
    const { primitives, master, log, clock } = this.#options
    if (!await this.#take(waiting)) return
    const { id, mail_sealed: sealed, tries, created } = waiting
    try {
      const text = fromUtf8(openColumn(primitives, master, { place: placeOf(id), sealed }))
      await send(JSON.parse(text) as Mail, id)
    } catch (error) {
      const final = isFinal(error) || clock() - created >= GIVEN_UP_MS
      const fields = { mail: id, attempt: tries + 1, reason: reasonOf(error) }
      log(
        final ? 'error' : 'warn',
        final ? 'a mail was given up' : 'a mail waits for its next attempt',
        fields,
      )
      const wait = Math.min(FIRST_WAIT_MS * 2 ** tries, LONGEST_WAIT_MS)
      await this.#write(
        final
          ? writes.deleteFrom('outbox').where('id', '=', id)
          : writes.updateTable('outbox').set({ due: clock() + wait }).where('id', '=', id),
      )
      return
    }
    await this.#write(writes.deleteFrom('outbox').where('id', '=', id))
  }

  async #take({ id, due, tries }: Waiting): Promise<boolean> {
    const query = writes.updateTable('outbox').set({
      due: this.#options.clock() + TAKEN_MS,
      tries: tries + 1,
    })
      .where('id', '=', id).where('due', '=', due)
    try {
      await this.#write(query, 'conflict')
      return true
    } catch (error) {
      if (error instanceof Fault && error.code === 'conflict') return false
      throw error
    }
  }

  async #write(query: Parameters<typeof step>[0], otherwise?: 'conflict'): Promise<void> {
    const only = step(query, otherwise === undefined ? undefined : { otherwise })
    await this.#options.storage.write({ id: '', steps: [only], leaf: null, repeatable: false })
  }
}

function placeOf(id: string) {
  return ['outbox', 'mail_sealed', id] as const
}

/** The server has said no for good (RFC 5321 section 4.2.1), or the record does not open. */
function isFinal(error: unknown): boolean {
  if (error instanceof Fault) return true
  const { responseCode } = error as { readonly responseCode?: unknown }
  return typeof responseCode === 'number' && responseCode >= 500 && responseCode < 600
}

/** A code and never the server's words, which quote addresses. */
function reasonOf(error: unknown): string {
  const { code, responseCode } = error as { readonly code?: unknown; readonly responseCode?: unknown }
  return [code, responseCode].filter((part) => /^[A-Z0-9_]+$/.test(String(part ?? ''))).join(' ') || 'unknown'
}
