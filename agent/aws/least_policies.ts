/** The least that IAM has to allow: for agents, for who publishes, and for who holds the keys. */
import type { S3Place } from '../trust/s3_store.ts'

export interface Statement {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** An identity policy, as IAM takes it. */
export interface Policy {
  readonly Version: '2012-10-17'
  readonly Statement: readonly Statement[]
}

/** What of it is in AWS; null where it is elsewhere. */
export interface InAws {
  /** ARN of the ring's secret. */
  readonly secret: string | null
  readonly floor: S3Place | null
  readonly anchor: S3Place | null
}

export interface LeastPolicies {
  readonly agents: Policy
  readonly publishers: Policy
  readonly staff: Policy
}

export function leastPolicies(inAws: InAws): LeastPolicies {
  const { secret, floor, anchor } = inAws
  const partition = secret?.split(':')[1] ?? 'aws'
  const arn = ({ bucket, key }: S3Place) => `arn:${partition}:s3:::${bucket}/${key}`
  const floors = floor === null ? [] : [arn(floor)]
  const roots = anchor === null ? [] : [arn(anchor)]
  const beside = roots.map((root) => `${root.replace(/\.json$/, '')}.d/*`)
  const secrets = secret === null ? [] : [secret]
  const lists = (places: readonly (S3Place | null)[]) => {
    const buckets = places.flatMap((one) => one === null ? [] : [`arn:${partition}:s3:::${one.bucket}`])
    return allow('TellMissingFromDenied', ['s3:ListBucket'], [...new Set(buckets)])
  }
  return {
    agents: policy([
      {
        ...allow('ReadTheRing', ['secretsmanager:GetSecretValue'], secrets),
        Condition: { StringEquals: { 'secretsmanager:VersionStage': 'AWSCURRENT' } },
      },
      allow('ReadTheFloor', ['s3:GetObject'], floors),
      allow('ReadTheAnchor', ['s3:GetObject'], [...roots, ...beside]),
      // Only in place of one that was read: no agent makes the anchor, whatever happened to it.
      {
        ...allow('ReplaceTheAnchor', ['s3:PutObject'], [...roots, ...beside]),
        Condition: given('s3:if-match'),
      },
      { ...allow('AddPipelines', ['s3:PutObject'], beside), Condition: given('s3:if-none-match') },
      lists([floor, anchor]),
    ]),
    publishers: policy([
      allow('RaiseTheFloor', ['s3:GetObject', 's3:PutObject'], floors),
      lists([floor]),
    ]),
    staff: policy([
      allow('KeepTheRing', [
        'secretsmanager:CreateSecret',
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetSecretValue',
        'secretsmanager:PutSecretValue',
        'secretsmanager:UpdateSecretVersionStage',
      ], secrets),
      allow('RaiseTheFloor', ['s3:GetObject', 's3:PutObject'], floors),
      allow('MakeTheAnchor', ['s3:GetObject', 's3:PutObject'], [...roots, ...beside]),
      lists([floor, anchor]),
    ]),
  }
}

function allow(Sid: string, Action: readonly string[], Resource: readonly string[]): Statement {
  return { Sid, Effect: 'Allow', Action, Resource }
}

/** The header of a conditional write is there. */
function given(key: string): Record<string, Record<string, string>> {
  return { Null: { [key]: 'false' } }
}

function policy(statements: readonly Statement[]): Policy {
  return { Version: '2012-10-17', Statement: statements.filter(({ Resource }) => Resource.length > 0) }
}
