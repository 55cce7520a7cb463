/**
 * A double of Secrets Manager for tests: four of its operations over HTTP, with versions, labels and its documented
 * error bodies, and faults on demand. What it does is held against a fuller one in scripts/system.
 */
interface Version {
  text: string
  readonly stages: Set<string>
}

interface Asked {
  readonly SecretId?: string
  readonly Name?: string
  readonly SecretString?: string
  readonly ClientRequestToken?: string
  readonly VersionStage?: string
  readonly VersionStages?: readonly string[]
  readonly MoveToVersionId?: string
  readonly RemoveFromVersionId?: string
}

/** What to do instead of answering, or (`after`) once it is done and before the answer leaves. */
export interface Trouble {
  readonly operation: string
  readonly status: number
  readonly type: string
  readonly after?: boolean
}

class Refused extends Error {}

export class SecretsDouble implements AsyncDisposable {
  readonly url: string
  /** Operations as they came. */
  readonly asked: string[] = []
  /** Taken one by one by the operation that each names. */
  readonly troubles: Trouble[] = []
  /** Called before an operation is carried out: somebody else's change in between. */
  before: (operation: string) => void = () => undefined
  readonly secrets = new Map<string, Map<string, Version>>()
  readonly #server: ReturnType<typeof Bun.serve>

  constructor() {
    this.#server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: async (request) => {
        const operation = request.headers.get('x-amz-target')?.split('.').at(-1) ?? ''
        return this.#answer(operation, await request.json() as Asked)
      },
    })
    this.url = `http://127.0.0.1:${this.#server.port}`
  }

  /** The environment that leads a client here. */
  get env(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: this.url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'eu-central-1',
    }
  }

  /** Labels by text, for the secret of that name. */
  labels(name: string): Record<string, string[]> {
    const versions = [...this.secrets.get(name)?.values() ?? []]
    return Object.fromEntries(versions.map(({ text, stages }) => [text, [...stages].sort()]))
  }

  put(name: string, text: string): void {
    const versions = this.secrets.get(name) ?? new Map<string, Version>()
    this.secrets.set(name, versions)
    for (const { stages } of versions.values()) stages.delete('AWSCURRENT')
    versions.set(crypto.randomUUID(), { text, stages: new Set(['AWSCURRENT']) })
  }

  async [Symbol.asyncDispose]() {
    await this.#server.stop(true)
  }

  #answer(operation: string, asked: Asked): Response {
    this.asked.push(operation)
    const at = this.troubles.findIndex((one) => one.operation === operation)
    const [trouble] = at < 0 ? [] : this.troubles.splice(at, 1)
    if (trouble !== undefined && trouble.after !== true) return refusal(trouble.status, trouble.type)
    this.before(operation)
    try {
      const answer = this.#do(operation, asked)
      return trouble === undefined ? Response.json(answer) : refusal(trouble.status, trouble.type)
    } catch (error) {
      if (error instanceof Refused) return refusal(400, error.message)
      throw error
    }
  }

  #do(operation: string, asked: Asked): object {
    const name = (asked.SecretId ?? asked.Name ?? '').replace(/^arn:.*:secret:(.*)-\w{6}$/, '$1')
    const token = asked.ClientRequestToken ?? ''
    if (operation === 'CreateSecret') {
      if (this.secrets.has(name)) throw new Refused('ResourceExistsException')
      const first = { text: asked.SecretString ?? '', stages: new Set(['AWSCURRENT']) }
      this.secrets.set(name, new Map([[token, first]]))
      return { Name: name, VersionId: token }
    }
    const versions = this.secrets.get(name)
    if (versions === undefined) throw new Refused('ResourceNotFoundException')
    if (operation === 'GetSecretValue') {
      const found = [...versions].find(([, { stages }]) => stages.has(asked.VersionStage ?? 'AWSCURRENT'))
      if (found === undefined) throw new Refused('ResourceNotFoundException')
      const ARN = `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-AbCdEf`
      return { ARN, Name: name, SecretString: found[1].text, VersionId: found[0] }
    }
    if (operation === 'PutSecretValue') {
      versions.set(token, { text: asked.SecretString ?? '', stages: new Set(asked.VersionStages) })
      return { Name: name, VersionId: token }
    }
    this.#move(versions, asked)
    return { Name: name }
  }

  #move(versions: Map<string, Version>, asked: Asked): void {
    const { VersionStage: stage = '', MoveToVersionId: to, RemoveFromVersionId: from } = asked
    const holder = [...versions].find(([, { stages }]) => stages.has(stage))?.[0]
    if (holder !== undefined && holder !== from && holder !== to) {
      throw new Refused('InvalidParameterException')
    }
    if (from !== undefined && from !== holder) throw new Refused('InvalidParameterException')
    if (from !== undefined) versions.get(from)?.stages.delete(stage)
    if (to !== undefined) versions.get(to)?.stages.add(stage)
  }
}

function refusal(status: number, type: string): Response {
  const body = { __type: type, message: `the service says: ${type} and more than anybody should see` }
  return Response.json(body, { status, headers: { 'content-type': 'application/x-amz-json-1.1' } })
}
