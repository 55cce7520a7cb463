/** A person's sign-in in a browser, put into the edge's database: how one comes to be is tested at the edge. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { edgeSql } from './edge_rows.ts'
import type { EdgeProcess } from './edge_process.ts'
import type { Json } from './tampering_proxy.ts'

export interface BrowserSession {
  /** What a browser keeps of it. */
  readonly cookie: { readonly name: string; readonly value: string }
  /** A call of the API as a page of the edge makes it. */
  call(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: Json }>
}

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** 43 characters of base62 and their CRC-32. */
function secret(): string {
  const head = `sp_ses_${[...randomBytes(43)].map((byte) => digits[byte % 62]).join('')}`
  let check = ''
  for (let rest = crc32(head); check.length < 6; rest = Math.floor(rest / 62)) {
    check = digits[rest % 62] + check
  }
  return head + check
}

/** The member gets an account, and that a session which has chosen the tenant, with a passkey just shown. */
export function browserSession(
  edge: EdgeProcess,
  { url, tenant, member }: { readonly url: string; readonly tenant: string; readonly member: string },
): BrowserSession {
  const [account, cookie, now] = [randomUUID(), secret(), Date.now()]
  const insert = (table: string, row: Record<string, string | number>) => {
    const columns = Object.keys(row)
    const marks = columns.map(() => '?').join(', ')
    edgeSql(
      edge.database,
      `insert into ${table} (${columns.join(', ')}) values (${marks})`,
      Object.values(row),
    )
  }
  const email = `${account}@example.com`
  insert('account', {
    id: account,
    email,
    email_key: email,
    email_verified: now,
    name: 'Ada',
    state: 'active',
    created: now,
  })
  edgeSql(edge.database, 'update member set account = ? where id = ?', [account, member])
  insert('session', {
    ...{ id: randomUUID(), account, tenant, stage: 'full', network: '127.0.0.1', agent: 'test' },
    hash: createHash('sha256').update(cookie).digest('hex'),
    methods: JSON.stringify([{ method: 'passkey', at: now }]),
    ...{ fresh: now, created: now, seen: now, idle_until: now + 3_600_000, ends: now + 43_200_000 },
  })
  return {
    cookie: { name: '__Host-session', value: cookie },
    async call(method, path, body) {
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: {
          cookie: `__Host-session=${cookie}`,
          origin: url,
          'sec-fetch-site': 'same-origin',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: answer.status, body: await answer.json() }
    },
  }
}
