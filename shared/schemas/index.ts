import { z } from 'zod'
import { distinct, Hash, Id, Name, Time, Version } from './fields.ts'

export const IndexEntry = z.strictObject({
  kind: z.enum(['connection', 'pipeline']),
  name: Name,
  version: Version,
  hash: Hash,
})
export type IndexEntry = z.infer<typeof IndexEntry>

/** Everything that a project has, by id, at exactly these hashes. */
export const Index = z.strictObject({
  type: z.literal('index'),
  tenant: Id,
  project: Id,
  /** What people call it. Projects are not renamed: every index of a project says the same. */
  project_name: Name,
  number: Version,
  previous: Hash.nullable(),
  issued: Time,
  entries: z.record(Id, IndexEntry),
}).superRefine((index, context) => {
  const names = Object.values(index.entries).map(({ kind, name }) => `${kind} ${name.toLowerCase()}`)
  if (!distinct(names)) context.addIssue({ code: 'custom', message: 'two of a kind have one name' })
  if ((index.number === 1) !== (index.previous === null)) {
    context.addIssue({ code: 'custom', message: 'number 1 and only number 1 has no previous' })
  }
})
export type Index = z.infer<typeof Index>
