/** Names of what runs are about. Where the visitor may not see something, or it is gone, its id stands in for it. */
import { z } from 'zod'
import type { Ask } from '../../http/page_route.ts'
import type { ConsoleVisitor } from '../visitor.ts'

const Named = z.object({
  data: z.array(z.object({ id: z.string(), name: z.string() })),
  next_cursor: z.string().optional(),
})
const Held = z.object({ permissions: z.array(z.string()) })

/** Pages of 200 that are looked through for names. */
const MOST_PAGES = 5

const sources = {
  pipelines: { permission: 'pipelines.read', path: '/v1/pipelines' },
  connections: { permission: 'connections.read', path: '/v1/connections' },
  projects: { permission: 'projects.read', path: '/v1/projects' },
  agents: { permission: 'agents.read', path: '/v1/agents' },
} as const
type Source = keyof typeof sources

export interface Names {
  /** By id; `…` and the end of the id where there is none. */
  of(source: Source, id: string): string
  readonly known: Readonly<Record<Source, ReadonlyMap<string, string>>>
}

export async function namesOf(
  { ask, visitor }: { readonly ask: Ask; readonly visitor: ConsoleVisitor },
  ...wanted: readonly Source[]
): Promise<Names> {
  const maps = { pipelines: new Map(), connections: new Map(), projects: new Map(), agents: new Map() }
  await Promise.all(wanted.map(async (source) => {
    const { permission, path } = sources[source]
    if (!visitor.permissions.has(permission)) return
    let cursor = ''
    for (let page = 0; page < MOST_PAGES; page++) {
      const { data, next_cursor }: z.infer<typeof Named> = await ask(`GET ${path}?limit=200${cursor}`, Named)
      for (const { id, name } of data) maps[source].set(id, name)
      if (next_cursor === undefined) return
      cursor = `&cursor=${next_cursor}`
    }
  }))
  return { known: maps, of: (source, id) => maps[source].get(id) ?? shortId(id) }
}

/** The end of an id, which differs where its beginning, a time, may not. */
export function shortId(id: string): string {
  return `…${id.slice(-8)}`
}

/** What the visitor may do in a project, or with `tenant` everywhere. */
export async function mayAt(ask: Ask, place: string): Promise<ReadonlySet<string>> {
  const { permissions } = await ask(`GET /v1/whoami?at=${place}`, Held)
  return new Set(permissions)
}

/** Of several projects at once: whether the visitor holds a permission there. */
export async function holding(
  ask: Ask,
  { permission, projects, visitor }: {
    readonly permission: string
    readonly projects: Iterable<string>
    readonly visitor: ConsoleVisitor
  },
): Promise<(project: string) => boolean> {
  if (!visitor.permissions.has(permission)) return () => false
  const distinct = [...new Set(projects)]
  const held = await Promise.all(distinct.map((project) => mayAt(ask, project)))
  const there = new Set(distinct.filter((_, i) => held[i]?.has(permission)))
  return (project) => there.has(project)
}
