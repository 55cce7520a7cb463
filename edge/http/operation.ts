/** What whoever runs the edge asks it: is it up, can it work, how much does it do. No tenant's data without its token. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { utf8 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { unchanged } from './change.ts'
import type { Metrics } from './metrics.ts'
import { bearer } from './principal.ts'
import { answer } from './answer.ts'
import { open, type Route } from './route.ts'

const tag = 'Operation'
const State = z.object({ status: z.literal('ok') }).meta({ id: 'State' })

const Front = z.object({
  name: z.literal('Sallyport'),
  api: z.string().meta({ description: 'The OpenAPI document of what is served.' }),
  docs: z.string(),
  console: z.string(),
  health: z.string(),
}).meta({ id: 'Front' })

const front = {
  name: 'Sallyport',
  api: '/openapi.json',
  docs: '/docs',
  console: '/console',
  health: '/healthz',
} as const

export interface OperationOptions {
  readonly metrics: Metrics
  /** SHA-256, in hex, of the token that opens figures by pool; null: nobody has them. */
  readonly metricsTokenHash?: string | null
}

/** Whether they sent the token. Throws Fault `unauthenticated` for another one: figures would be missed in silence. */
function hasToken(headers: Headers, wanted: string | null): boolean {
  if (wanted === null || headers.get('authorization') === null) return false
  const given = createHash('sha256').update(bearer(headers) ?? '').digest('hex')
  if (!timingSafeEqual(utf8(given), utf8(wanted))) throw new Fault('unauthenticated')
  return true
}

export function operationRoutes({ metrics, metricsTokenHash = null }: OperationOptions): readonly Route[] {
  return [
    open({
      id: 'front',
      method: 'get',
      path: '/',
      tag,
      summary: 'What is here, and where',
      description: 'A browser is led to the console: 303.',
      because: 'whoever comes to an address first knows nothing else of it',
      reply: Front,
      example: { reply: front },
      handle: ({ opensPage }) =>
        Promise.resolve(unchanged(opensPage ? answer(front, { location: front.console }) : front)),
    }),
    open({
      id: 'health',
      method: 'get',
      path: '/healthz',
      tag,
      summary: 'Whether the process answers',
      because: 'a supervisor has no account',
      reply: State,
      example: { reply: { status: 'ok' } },
      handle: () => Promise.resolve(unchanged({ status: 'ok' as const })),
    }),
    open({
      id: 'ready',
      method: 'get',
      path: '/readyz',
      tag,
      summary: 'Whether the edge can work: the database answers, and the edge is not stopping',
      because: 'a load balancer has no account',
      reply: State,
      faults: ['unavailable'],
      example: { reply: { status: 'ok' } },
      async handle({ db, signal }) {
        if (signal.aborted) throw new Fault('unavailable')
        await db.selectFrom('migration').select('version').limit(1).execute()
        return unchanged({ status: 'ok' as const })
      },
    }),
    open({
      id: 'metrics',
      method: 'get',
      path: '/metrics',
      tag,
      summary: 'Counters in Prometheus text format',
      description:
        'Operations, status codes and times; nothing of any tenant. Where the installation has a metrics token, ' +
        'whoever sends it as `Authorization: Bearer` sees the queue by tenant and pool, too; another one is 401.',
      because: 'a scraper has no account, and without the metrics token there is nothing of anybody in it',
      faults: ['unauthenticated'],
      media: 'text/plain',
      reply: z.string(),
      example: { reply: '# HELP sallyport_http_requests_total Requests answered.\n' },
      handle: async ({ sent }) =>
        unchanged(await metrics.text({ byPool: hasToken(sent.headers, metricsTokenHash) })),
    }),
  ]
}
