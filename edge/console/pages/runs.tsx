/** Runs, newest first, and those that somebody looks for. */
import { z } from 'zod'
import { Id } from '../../../shared/schemas/fields.ts'
import { Reason, Run, RunState } from '../../../shared/schemas/run.ts'
import { type Ask, page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { Select, Submit } from '../parts/form.tsx'
import { listQuery } from '../parts/list.ts'
import { holding, type Names, namesOf } from '../parts/names.ts'
import { RunTable, stateNames, triggerNames } from '../parts/runs.tsx'
import { counted } from '../parts/text.tsx'
import type { ConsoleVisitor } from '../visitor.ts'

const Runs = z.object({ data: z.array(Run), next_cursor: z.string().optional() })
const left = z.literal('').transform(() => undefined)
const query = z.object({
  ...listQuery.shape,
  state: z.union([RunState, left]).optional(),
  pipeline: z.union([Id, left]).optional(),
  trigger: z.union([Run.shape.trigger, left]).optional(),
  reason: z.union([Reason, left]).optional(),
})
type Asked = z.infer<typeof query>

const AT_ONCE = 50
/** The API lists by state and pipeline; by trigger, so many are looked through for one page. */
const LOOKED_THROUGH = 5

export const runsPage = page<ConsoleVisitor, typeof query>({
  id: 'consoleRuns',
  path: '/console/runs',
  permission: 'runs.read',
  query,
  async handle(context) {
    const { ask, visitor, query: asked, now } = context
    const [found, names] = await Promise.all([find(ask, asked), namesOf(context, 'pipelines')])
    const mayWrite = await holding(ask, {
      permission: 'runs.write',
      projects: found.runs.map(({ project }) => project),
      visitor,
    })
    const filtered = filters.some((name) => asked[name] !== undefined)
    return room(context, {
      title: 'Runs',
      lead: 'Newest first. Counts, states and codes: what runs move, this address cannot read.',
      acts: <a class='button' href={addressOf(asked, asked.cursor)}>Refresh</a>,
      children: (
        <>
          <States asked={asked} />
          <Filter asked={asked} names={names} />
          {asked.reason === undefined ? null : (
            <p class='note'>
              Runs that ended for one reason, <code>{asked.reason}</code>.{' '}
              <a href='/console/dead-letters'>All reasons</a>
            </p>
          )}
          <RunTable
            caption='Runs'
            rows={found.runs}
            {...{ names, now, mayWrite }}
            more={found.cursor === undefined ? null : addressOf(asked, found.cursor)}
            empty={filtered ? <NoneFits cursor={found.cursor} asked={asked} /> : <None />}
          />
        </>
      ),
    })
  },
})

const filters = ['state', 'pipeline', 'trigger', 'reason'] as const

/** By trigger, a page is what a bounded number of runs have of it: short at times, and never slow. */
async function find(ask: Ask, { trigger, ...asked }: Asked) {
  const runs: Run[] = []
  let cursor = asked.cursor
  const limit = trigger === undefined ? AT_ONCE : 200
  for (let looked = 0; looked < (trigger === undefined ? 1 : LOOKED_THROUGH); looked++) {
    const found = await ask(`GET /v1/runs?${searchOf({ ...asked, cursor, limit })}`, Runs)
    runs.push(...found.data.filter((run) => trigger === undefined || run.trigger === trigger))
    cursor = found.next_cursor
    if (cursor === undefined || runs.length >= AT_ONCE) break
  }
  return { runs, cursor }
}

function searchOf(values: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
}

function addressOf(asked: Asked, cursor: string | undefined): string {
  const search = searchOf({ ...asked, cursor })
  return search === '' ? '/console/runs' : `/console/runs?${search}`
}

const states: readonly (RunState | undefined)[] = [
  undefined,
  'running',
  'queued',
  'failed',
  'dead',
  'partial',
  'refused',
  'succeeded',
  'cancelled',
]

function States({ asked }: { readonly asked: Asked }) {
  return (
    <nav class='pills' aria-label='By state'>
      {states.map((state) => (
        <a
          href={addressOf({ ...asked, state }, undefined)}
          aria-current={asked.state === state ? 'page' : undefined}
        >
          {state === undefined ? 'All' : stateNames[state]}
        </a>
      ))}
    </nav>
  )
}

function Filter({ asked, names }: { readonly asked: Asked; readonly names: Names }) {
  const pipelines = [...names.known.pipelines].map(([value, label]) => ({ value, label }))
    .sort((a, b) => a.label < b.label ? -1 : 1)
  return (
    <form method='get' action='/console/runs' class='filter' aria-label='Find runs'>
      {asked.state === undefined ? null : <input type='hidden' name='state' value={asked.state} />}
      {pipelines.length === 0 ? null : (
        <Select
          name='pipeline'
          label='Pipeline'
          value={asked.pipeline}
          options={[{ value: '', label: 'Any' }, ...pipelines]}
        />
      )}
      <Select
        name='trigger'
        label='Trigger'
        value={asked.trigger}
        options={[
          { value: '', label: 'Any' },
          ...Object.entries(triggerNames).map(([value, label]) => ({ value, label })),
        ]}
      />
      <Submit class=''>Filter</Submit>
    </form>
  )
}

function None() {
  return (
    <>
      <strong>Nothing has run yet.</strong>
      <span>
        Start one from the machine that has your signer key: <code>sallyport runs start PIPELINE</code>
      </span>
    </>
  )
}

function NoneFits({ cursor, asked }: { readonly cursor: string | undefined; readonly asked: Asked }) {
  return (
    <>
      <strong>No run fits.</strong>
      {cursor === undefined ? <a href='/console/runs'>Show all runs</a> : (
        <a href={addressOf(asked, cursor)}>
          {counted(LOOKED_THROUGH * 200, 'run')} were looked through: go on with older ones
        </a>
      )}
    </>
  )
}
