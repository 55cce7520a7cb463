/** One stream's load: what is written, where it is kept until the end, and the commit. */
import { createHash } from 'node:crypto'
import type { Fault } from '../../../shared/faults.ts'
import { givingBack } from '../../engine/pieces.ts'
import type {
  Committed,
  Format,
  Intent,
  Load,
  Loading,
  Rejected,
  Slice,
  SliceId,
  State,
  Target,
  Written,
} from '../connector.ts'
import { type Course, courseOf, keysStatement } from './course.ts'
import { faultOf, PostgresFault, stateOf } from './errors.ts'
import type { Attempt, Ledger } from './ledger.ts'
import { listed } from './keys.ts'
import { isKeyed, keysTable, type Plan } from './plan.ts'
import { storeRejected } from './quarantine.ts'
import type { Session } from './session.ts'

export interface LoadingParts {
  /** Holds the lease, in an open transaction: the one that commits. */
  readonly session: Session
  /** Other sessions by number, for what is to last even if this attempt fails. */
  readonly another: (at: number) => Promise<Session>
  /** How many of those may write at once. */
  readonly lanes: number
  readonly ledger: Ledger
  readonly load: Load
  readonly plan: Plan
  readonly state: State | null
  readonly committed: Committed | null
  readonly attempt: Attempt | null
  readonly signal: AbortSignal
  /** Ends all sessions. */
  readonly end: () => Promise<void>
}

interface Bytes {
  readonly format: Format
  readonly bytes: ReadableStream<Uint8Array>
}

export class PostgresLoading implements Loading {
  readonly target: Target
  readonly committed: Committed | null
  readonly state: State | null
  readonly intent: Intent | null
  readonly #parts: LoadingParts
  /** What an earlier attempt has left that fits. */
  #durable: ReadonlyMap<SliceId, Written>
  readonly #slices = new Map<SliceId, Committed>()
  #course: Course | null = null
  /** True where slices are committed one by one. */
  #lasting = false
  /** Numbers of the sessions that are free for that. */
  readonly #free: number[] = []
  #keys = false
  /** One COPY at a time. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: LoadingParts) {
    this.#parts = parts
    this.target = parts.plan.target
    this.committed = parts.committed
    this.state = parts.state
    this.intent = parts.attempt?.intent ?? null
    const { attempt, plan } = parts
    const fits = attempt?.staging && attempt.shape === shapeOf(plan, courseOf(plan, { lasting: true }))
    this.#durable = fits ? attempt.done : new Map()
  }

  /** One transaction has one COPY at a time. */
  get lanes(): number {
    return this.#lasting ? this.#parts.lanes : 1
  }

  get done(): ReadonlyMap<SliceId, Written> {
    return this.#durable
  }

  async prepare(intent: Intent): Promise<void> {
    const { session, another, ledger, load, plan, attempt } = this.#parts
    const course = courseOf(plan, { lasting: intent.resumable })
    this.#course = course
    await session.unbounded()
    const same = attempt !== null && sameIntent(attempt.intent, intent)
    if (!intent.resumable) {
      this.#durable = new Map()
      if (!same && (attempt !== null || intent.upTo !== null)) {
        await ledger.keep(await another(0), load, { intent, shape: null, staging: null, make: [] })
      }
      for (const statement of course.before) await session.run(statement)
      return
    }
    this.#lasting = true
    this.#free.push(...Array.from({ length: this.#parts.lanes }, (_, at) => at))
    const shape = shapeOf(plan, course)
    if (same && attempt.staging && attempt.shape === shape) return
    this.#durable = new Map()
    await ledger.keep(await another(0), load, { intent, shape, staging: plan.staging, make: course.before })
  }

  async write(slice: Slice, format: Format, bytes: ReadableStream<Uint8Array>): Promise<Written> {
    if (!this.#lasting) return await this.#inTurn(() => this.#write(slice, format, bytes))
    const at = this.#free.shift()
    if (at === undefined) throw new TypeError(`${this.#parts.lanes} slices may be written at once`)
    try {
      return await this.#writeLasting(await this.#parts.another(at), slice, { format, bytes })
    } finally {
      this.#free.push(at)
    }
  }

  async #write(slice: Slice, format: Format, bytes: ReadableStream<Uint8Array>): Promise<Written> {
    const { session } = this.#parts
    await session.run('savepoint slice')
    try {
      const written = await this.#copy(session, this.#into(), { format, bytes })
      this.#slices.set(slice.id, written)
      return written
    } catch (error) {
      await session.run('rollback to savepoint slice').catch(() => undefined)
      throw error
    }
  }

  async #writeLasting(session: Session, slice: Slice, { format, bytes }: Bytes): Promise<Written> {
    const { ledger, load } = this.#parts
    await session.begin('isolation level read committed')
    await session.unbounded()
    try {
      const written = await this.#copy(session, this.#into(), { format, bytes })
      await ledger.keepSlice(session, load, { id: slice.id, ...written })
      await session.commit()
      this.#durable = new Map([...this.#durable, [slice.id, written]])
      return written
    } catch (error) {
      await session.run('rollback').catch(() => undefined)
      throw error
    }
  }

  writeKeys(_slice: Slice, format: Format, bytes: ReadableStream<Uint8Array>): Promise<Written> {
    return this.#inTurn(async () => {
      const { session, load } = this.#parts
      if (!this.#keys) await session.run(keysStatement(this.#parts.plan, this.#course as Course))
      this.#keys = true
      return await this.#copy(session, `${keysTable} (${listed(load.key)})`, { format, bytes })
    })
  }

  #into(): string {
    if (!this.#course) throw new TypeError('prepare comes before write')
    return `${this.#course.table} (${listed(this.#parts.plan.names)})`
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #copy(
    session: Session,
    into: string,
    { format, bytes }: Bytes,
  ): Promise<Committed> {
    const options = format === 'pgcopy' ? '(format binary)' : `(format csv, null '')`
    const copy = session.copyIn(`copy ${into} from stdin ${options}`)
    let size = 0
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.byteLength
        controller.enqueue(chunk)
      },
    })
    try {
      await bytes.pipeThrough(counted)
        .pipeTo(givingBack(copy.bytes), { signal: this.#parts.signal })
      return { rows: await copy.rows, bytes: size }
    } catch (error) {
      throw keyFault(faultOf(error, 'destination'), this.#parts.load)
    }
  }

  async commit(state: State, rejected: Rejected | null): Promise<Committed> {
    const { session, ledger, load, plan } = this.#parts
    const total = { rows: 0, bytes: 0 }
    for (const { rows, bytes } of [...this.#slices.values(), ...this.#durable.values()]) {
      total.rows += rows ?? 0
      total.bytes += bytes
    }
    // Without them every row of the target would count as gone.
    if (load.mode === 'mirror' && load.partial && !this.#keys) {
      throw new TypeError('writeKeys comes before commit')
    }
    await this.#course?.finish(session, total.rows)
    if (rejected !== null && rejected.count > 0) {
      await storeRejected(session, { load, target: plan.name, rejected })
    }
    await ledger.record(load, { slices: this.#slices, total, state })
    await session.commit()
    return total
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.end()
  }
}

/** A key without a value, where it is one by which rows are found. */
function keyFault(fault: Fault, load: Load): Fault {
  const { column = null } = fault instanceof PostgresFault ? fault.place : {}
  if (!isKeyed(load) || stateOf(fault) !== '23502' || column === null || !load.key.includes(column)) {
    return fault
  }
  const message = `A row has no value in "${column}" of its key.`
  return new PostgresFault('key_refused', (fault as PostgresFault).place, { message, cause: fault.cause })
}

/** What a staging table was made by: one of another make cannot be gone on with. */
function shapeOf({ names }: Plan, { table, before }: Course): string {
  return createHash('sha256').update(JSON.stringify([table, names, before])).digest('hex')
}

function sameIntent(one: Intent, other: Intent): boolean {
  return one.upTo === other.upTo && one.resumable === other.resumable &&
    one.slices.length === other.slices.length && one.slices.every((id, at) => id === other.slices[at])
}
