/** Floor and anchor as S3 objects, replaced by conditional writes: S3 itself compares what is replaced. */
import { randomUUID } from 'node:crypto'
import { addAbortSignal, type Readable } from 'node:stream'
import type { S3 } from '@aws-sdk/client-s3'
import { Fault } from '../../shared/faults.ts'
import { checked, clientSettings, Exhausted, persist } from '../aws/client.ts'
import { besideName } from './beside_name.ts'
import type { Seen, Store } from './store.ts'

export interface S3Place {
  readonly bucket: string
  readonly key: string
  /** The environment's or the profile's where null. */
  readonly region: string | null
  /** Account id that the bucket has to belong to; S3 refuses when it is another's. */
  readonly owner: string | null
}

const form = 's3:BUCKET/KEY.json, with ?region=…&owner=<account id> where wanted'

/** `s3:bucket/key.json?region=eu-west-1&owner=123456789012`. Throws `invalid_setting`. */
export function s3PlaceOf(setting: string, what: string): S3Place {
  const match = /^s3:([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/([A-Za-z0-9!_.*'()/-]{1,900})(?:\?(.*))?$/.exec(
    setting,
  )
  const [, bucket = '', key = '', query = ''] = match ?? []
  const options = new URLSearchParams(query)
  const { region = null, owner = null, ...others } = Object.fromEntries(options)
  const valid = match !== null && Object.keys(others).length === 0 && !key.startsWith('/') &&
    (region === null || /^[a-z]{2}[a-z0-9-]{3,40}$/.test(region)) &&
    (owner === null || /^\d{12}$/.test(owner))
  if (!valid) {
    throw new Fault('invalid_setting', `${what}: ${setting} names no object: it is written as ${form}.`)
  }
  return { bucket, key, region, owner }
}

/** No floor or anchor grows so large. */
const mostBytes = 16 * 1024 * 1024

/** Says which write an object is of: an answer that was lost is told from somebody else's write by it. */
const writeMark = 'sallyport-write'

interface Found extends Seen {
  /** Of the write that it is of; null when it was not written by an agent or the command line. */
  readonly mark: string | null
}

export class S3Store implements Store {
  readonly place: string
  readonly #at: S3Place
  readonly #what: string
  readonly #client: () => Promise<S3>

  constructor(at: S3Place, what: string, client?: () => Promise<S3>) {
    this.#at = at
    this.#what = what
    this.place = `s3:${at.bucket}/${at.key}`
    this.#client = client ?? onceMade(() => connect(at.region, `${what}: ${this.place}`))
  }

  async read(): Promise<Seen | null> {
    return await this.#get()
  }

  /**
   * `If-Match` on the tag, or `If-None-Match: *`. Where an attempt ended without an answer and the next one finds the
   * condition broken, the object says whose write it is. When it is somebody else's, nobody can say whether ours was
   * there in between: that is `store_unreachable`, since what was replaced may already stand on it.
   */
  async swap(tag: string | null, text: string): Promise<boolean> {
    const mark = randomUUID()
    const object = {
      ...this.#named(),
      Body: text,
      ContentType: 'application/json',
      Metadata: { [writeMark]: mark },
      ...(tag === null ? { IfNoneMatch: '*' } : { IfMatch: tag }),
    }
    const client = await this.#client()
    try {
      await persist((abortSignal) => client.putObject(object, { abortSignal }))
      return true
    } catch (error) {
      if (!(error instanceof Exhausted)) throw error
      if (!faster(error)) throw this.#fault(error)
      if (!error.doubtful) return false
      if ((await this.#get())?.mark === mark) return true
      throw new Fault(
        'store_unreachable',
        `Nobody can say whether the ${this.#what} was stored at ${this.place}.`,
        {
          cause: error,
        },
      )
    }
  }

  beside(name: string): Store {
    const cut = this.#at.key.lastIndexOf('/') + 1
    const key = this.#at.key.slice(0, cut) + besideName(this.#at.key.slice(cut), name)
    return new S3Store({ ...this.#at, key }, this.#what, this.#client)
  }

  async #get(): Promise<Found | null> {
    const client = await this.#client()
    try {
      const { value } = await persist(async (abortSignal) => {
        const { Body, ETag, Metadata } = await client.getObject(this.#named(), { abortSignal })
        const text = await this.#textOf(addAbortSignal(abortSignal, Body as Readable))
        return { text, tag: ETag ?? '', mark: Metadata?.[writeMark] ?? null }
      })
      return value
    } catch (error) {
      if (!(error instanceof Exhausted)) throw error
      if (error.failure.name === 'NoSuchKey') return null
      throw this.#fault(error)
    }
  }

  async #textOf(body: Readable): Promise<string> {
    const pieces: Buffer[] = []
    let bytes = 0
    for await (const piece of body as AsyncIterable<Buffer>) {
      bytes += piece.length
      if (bytes > mostBytes) throw new Fault('invalid_file', `What is at ${this.place} is no ${this.#what}.`)
      pieces.push(piece)
    }
    return Buffer.concat(pieces).toString('utf8')
  }

  #named() {
    const { bucket, key, owner } = this.#at
    return { Bucket: bucket, Key: key, ...(owner === null ? {} : { ExpectedBucketOwner: owner }) }
  }

  #fault(cause: Exhausted): Fault {
    const { kind, name, status, region } = cause.failure
    const { bucket } = this.#at
    if (name === 'NoSuchBucket') {
      return new Fault('invalid_setting', `${this.#what}: there is no bucket ${bucket}.`, { cause })
    }
    if (status === 301 || status === 400 && region !== null) {
      const where = region === null ? 'another region' : `the region ${region}`
      return new Fault(
        'invalid_setting',
        `${this.#what}: the bucket ${bucket} is in ${where}: say so by ?region=….`,
        {
          cause,
        },
      )
    }
    if (kind === 'unauthenticated') {
      return new Fault('store_unreachable', `There are no AWS credentials here for ${this.place}.`, { cause })
    }
    if (kind === 'throttled' || kind === 'unreachable') {
      return new Fault('store_unreachable', `${this.place} does not answer now (${name}).`, { cause })
    }
    return new Fault('store_denied', `S3 does not let this machine at ${this.place} (${name}).`, { cause })
  }
}

/** The condition did not hold, another write is under way, or what was to be replaced is gone. */
function faster({ failure: { status, name } }: Exhausted): boolean {
  return status === 412 || status === 409 || name === 'NoSuchKey'
}

async function connect(region: string | null, what: string): Promise<S3> {
  const { S3 } = await import('@aws-sdk/client-s3')
  return await checked(new S3(await clientSettings(region)), what)
}

/** Made at the first call; made again when that failed. */
function onceMade<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () =>
    made ??= make().catch((error: unknown) => {
      made = null
      throw error
    })
}
