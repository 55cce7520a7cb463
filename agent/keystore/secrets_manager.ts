/** A ring in AWS Secrets Manager: one JSON text as the secret's current version. */
import { randomUUID } from 'node:crypto'
import type { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { Fault } from '../../shared/faults.ts'
import { checked, clientSettings, Exhausted, persist } from '../aws/client.ts'
import type { Keystore } from './keystore.ts'

/** Where a secret is. The region is the environment's where null. */
interface Secret {
  readonly id: string
  readonly name: string
  readonly region: string | null
}

const arn = /^arn:aws[a-z-]*:secretsmanager:([a-z0-9-]+):\d{12}:secret:([A-Za-z0-9/_+=.@-]{1,512})$/

/** `NAME` or the secret's ARN. Throws `invalid_setting`. */
function secretOf(id: string): Secret {
  const match = arn.exec(id)
  if (match) return { id, name: (match[2] ?? '').replace(/-[A-Za-z0-9]{6}$/, ''), region: match[1] ?? null }
  if (/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(id)) return { id, name: id, region: null }
  throw new Fault(
    'invalid_setting',
    `keystore: aws-sm:${id} names no secret: it is aws-sm:NAME or aws-sm:arn:aws:secretsmanager:….`,
  )
}

export function secretsManagerKeystore(id: string): Keystore {
  const store = new SecretsManagerKeystore(secretOf(id))
  return {
    place: store.place,
    read: () => store.read(),
    swap: (seen, text) => store.swap(seen, text),
  }
}

/** Of a secret that is there. Throws `keystore_missing` and what reading it throws. */
export async function secretArn(id: string): Promise<string> {
  return await new SecretsManagerKeystore(secretOf(id)).arn()
}

interface Version {
  readonly id: string
  readonly arn: string
  readonly text: string
}

type Call<T> = (client: SecretsManager, options: { readonly abortSignal: AbortSignal }) => Promise<T>

class SecretsManagerKeystore {
  readonly place: string
  readonly #secret: Secret
  #client: SecretsManager | null = null

  constructor(secret: Secret) {
    this.#secret = secret
    this.place = `the secret ${secret.name} in Secrets Manager`
  }

  async read(): Promise<string> {
    return (await this.#present()).text
  }

  async arn(): Promise<string> {
    return (await this.#present()).arn
  }

  async #present(): Promise<Version> {
    const current = await this.#current()
    if (current !== null) return current
    throw new Fault('keystore_missing', `There is no ring in ${this.place}.`)
  }

  /**
   * The new version gets a label of its own first; what decides is the move of AWSCURRENT, which names the version that
   * it is taken from. AWS then labels that one AWSPREVIOUS, and drops the loser's, which has no label left.
   */
  async swap(seen: string | null, text: string): Promise<boolean> {
    const current = await this.#current()
    if ((current?.text ?? null) !== seen) return false
    const token = randomUUID()
    if (current === null && await this.#create(token, text)) return true
    const label = `sallyport-${token}`
    const version = { SecretString: text, ClientRequestToken: token, VersionStages: [label] }
    await this.#ask((client, options) =>
      client.putSecretValue({ SecretId: this.#secret.id, ...version }, options)
    )
    const won = await this.#promote(token, current?.id ?? null)
    await this.#unlabel(label, token)
    return won
  }

  /** Null when there is no secret, or none with a current version. */
  async #current(): Promise<Version | null> {
    const asked = { SecretId: this.#secret.id, VersionStage: 'AWSCURRENT' }
    const answer = await this.#ask(
      (client, options) => client.getSecretValue(asked, options),
      'ResourceNotFoundException',
    )
    if (answer === null) return null
    const { SecretString: text, VersionId: id, ARN: arn } = answer
    if (text === undefined || id === undefined || arn === undefined) {
      throw new Fault('invalid_file', `What is in ${this.place} is not text.`)
    }
    return { id, arn, text }
  }

  /** False when there is a secret of that name already: one without a value, or somebody faster's. */
  async #create(token: string, text: string): Promise<boolean> {
    const { id, name } = this.#secret
    if (id !== name) return false
    const secret = {
      Name: name,
      Description: 'The ring of a pool of Sallyport agents: its secret keys.',
      SecretString: text,
      ClientRequestToken: token,
    }
    const made = await this.#ask(
      (client, options) => client.createSecret(secret, options),
      'ResourceExistsException',
    )
    return made !== null
  }

  /** Moves AWSCURRENT from `from` (null: it is nowhere) to `to`. False when it was no longer there. */
  async #promote(to: string, from: string | null): Promise<boolean> {
    const move = {
      SecretId: this.#secret.id,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: to,
      ...(from === null ? {} : { RemoveFromVersionId: from }),
    }
    const moved = await this.#ask(
      (client, options) => client.updateSecretVersionStage(move, options),
      'InvalidParameterException',
    )
    if (moved !== null) return true
    const now = (await this.#current())?.id ?? null
    if (now === from) throw new Fault('keystore_denied', `AWS refuses to change ${this.place}.`)
    // An attempt that timed out may have been carried out all the same.
    return now === to
  }

  /** A label that stays behind keeps a version that nobody uses: that is no reason to call the swap failed. */
  async #unlabel(label: string, from: string): Promise<void> {
    const move = { SecretId: this.#secret.id, VersionStage: label, RemoveFromVersionId: from }
    await this.#ask((client, options) => client.updateSecretVersionStage(move, options)).catch(() =>
      undefined
    )
  }

  async #ask<T>(call: Call<T>): Promise<T>
  async #ask<T>(call: Call<T>, absent: string): Promise<T | null>
  /** Null on the error named `absent`. Throws `keystore_…`; what AWS said stays in the cause. */
  async #ask<T>(call: Call<T>, absent?: string): Promise<T | null> {
    const client = this.#client ??= await this.#connect()
    try {
      return (await persist((abortSignal) => call(client, { abortSignal }))).value
    } catch (error) {
      if (!(error instanceof Exhausted)) throw error
      if (error.failure.name === absent) return null
      throw this.#fault(error)
    }
  }

  async #connect(): Promise<SecretsManager> {
    const { SecretsManager } = await import('@aws-sdk/client-secrets-manager')
    const client = new SecretsManager(await clientSettings(this.#secret.region))
    return await checked(client, `keystore: ${this.place}`)
  }

  #fault(cause: Exhausted): Fault {
    const { kind, name } = cause.failure
    if (kind === 'unauthenticated') {
      return new Fault('keystore_unreachable', `There are no AWS credentials here to read ${this.place}.`, {
        cause,
      })
    }
    if (kind === 'throttled' || kind === 'unreachable') {
      return new Fault('keystore_unreachable', `${this.place} cannot be read now (${name}).`, { cause })
    }
    return new Fault('keystore_denied', `AWS does not let this machine at ${this.place} (${name}).`, {
      cause,
    })
  }
}
