import { z } from 'zod'

const Any = z.literal('*')
const Exact = z.string().min(1).max(1024)
const Direction = z.enum(['read', 'write'])

const postgres = {
  connector: z.literal('postgres'),
  /** Host name in lowercase, address, or the absolute folder of a Unix socket; `*` for any. */
  endpoint: Exact,
  port: z.union([z.int().min(1).max(65535), Any]),
  account: Exact,
  database: Exact,
  schema: Exact,
  /** What a table's name starts with; `*` for any name. */
  prefix: Exact,
}
const mysql = {
  connector: z.literal('mysql'),
  /** As of postgres. */
  endpoint: Exact,
  port: z.union([z.int().min(1).max(65535), Any]),
  account: Exact,
  /** Of the table, which is not always the one that the connection names. */
  database: Exact,
  /** What a table's name starts with; `*` for any name. */
  prefix: Exact,
}

/** An absolute folder or file, without `.`, `..`, `//` or a slash at the end; `/` for any. */
const PlainPath = z.string().max(4096).refine(
  (path) => path === '/' || /^(?:\/(?!\.{1,2}(?:\/|$))[^/\0]+)+$/.test(path),
  'not an absolute path in its plain form',
)
const files = { connector: z.literal('files'), path: PlainPath }
/** A database file with every table in it, or the folder that it is in. */
const sqlite = { connector: z.literal('sqlite'), path: PlainPath }

const libsql = {
  connector: z.literal('libsql'),
  /** Host name in lowercase, or address; `*` for any. */
  endpoint: Exact,
  port: z.union([z.int().min(1).max(65535), Any]),
  /** What a table's name starts with; `*` for any name. */
  prefix: Exact,
}

/** A host, or every host below a domain (`*.example.com`); never all of them. */
const HostPattern = z.string().max(255).regex(
  /^(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/,
  'a host in lowercase, or *. and a domain',
)

const https = {
  connector: z.literal('https'),
  endpoint: Exact,
  port: z.union([z.int().min(1).max(65535), Any]),
  /** What the URL's path starts with, by whole segments, as it is sent; `/` for any. */
  path: z.string().max(4096).startsWith('/'),
  /** Hosts that the server may send the agent on to, where the connection declares them as well. */
  derived: z.array(HostPattern).max(100).optional(),
}

/** A place, whole: where every field fits, it fits. A field is exact, or `*` for anything. */
export const PolicyPlace = z.discriminatedUnion('connector', [
  z.strictObject(postgres),
  z.strictObject(files),
  z.strictObject(https),
  z.strictObject(mysql),
  z.strictObject(sqlite),
  z.strictObject(libsql),
])
export type PolicyPlace = z.infer<typeof PolicyPlace>

export const PolicyTuple = z.discriminatedUnion('connector', [
  z.strictObject({ direction: Direction, ...postgres }),
  z.strictObject({ direction: Direction, ...files }),
  z.strictObject({ direction: z.literal('read'), ...https }),
  z.strictObject({ direction: Direction, ...mysql }),
  z.strictObject({ direction: Direction, ...sqlite }),
  z.strictObject({ direction: Direction, ...libsql }),
])
export type PolicyTuple = z.infer<typeof PolicyTuple>

/** The most that any pipeline may do, whatever it says itself. */
export const PolicyLimits = z.strictObject({
  /** Of one stream. */
  rows: z.int().min(1).optional(),
  /** Of one stream, as they are read. */
  bytes: z.int().min(1).optional(),
  /** Of one pipeline, a UTC day. */
  runs_per_day: z.int().min(1).optional(),
})
export type PolicyLimits = z.infer<typeof PolicyLimits>

/** The sealed policy. What no tuple allows is denied, and so is everything where there is no policy. */
export const Policy = z.strictObject({
  allow: z.array(PolicyTuple).max(10_000),
  /** From a place that fits `source` nothing goes to a place that fits `destination`. */
  forbidden_pairs: z.array(z.strictObject({ source: PolicyPlace, destination: PolicyPlace })).max(1000)
    .optional(),
  limits: PolicyLimits.optional(),
  /** What agents may send to the edge, sealed to the readers of the project. Nothing where it is absent. */
  relay: z.strictObject({ logs: z.boolean().optional(), catalogue: z.boolean().optional() }).optional(),
})
export type Policy = z.infer<typeof Policy>
