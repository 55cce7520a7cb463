import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Schedule } from '../../shared/schemas/pipeline.ts'
import { decide, MOST_WAITING } from './plan.ts'

const hourly: Schedule = { cron: '0 * * * *', timezone: 'UTC', overlap: 'skip', catch_up: 'none' }
const minutely: Schedule = { ...hourly, cron: '* * * * *' }
const ms = (text: string) => Date.parse(`2026-11-${text}:00.000Z`)
const iso = (at: number | null) => at === null ? null : new Date(at).toISOString().slice(8, 16)

interface Case {
  readonly schedule: Partial<Schedule>
  readonly at: string
  readonly now: string
  readonly late?: number
  readonly underWay?: boolean
  readonly waiting?: number
}

function outcome({ schedule, at, now, late = 0, underWay = false, waiting = 0 }: Case) {
  const decision = decide({ ...hourly, ...schedule }, {
    pipeline: 'p',
    at: ms(at),
    now: ms(now) + late,
    underWay,
    waiting,
  })
  if (decision.kind === 'nothing') return ['nothing']
  const next = iso(decision.next)
  return decision.kind === 'run'
    ? [decision.waits ? 'waits' : 'run', iso(decision.fire), next]
    : [decision.kind, iso(decision.fire), next]
}

describe('a fire time', () => {
  const cases: readonly (readonly [string, Case, readonly (string | null)[]])[] = [
    ['is not there yet', { schedule: {}, at: '22T10:00', now: '22T09:59' }, ['nothing']],
    ['that has come gets a run', { schedule: {}, at: '22T10:00', now: '22T10:00' }, [
      'run',
      '22T10:00',
      '22T11:00',
    ]],
    ['is on time for a minute', { schedule: {}, at: '22T10:00', now: '22T10:01' }, [
      'run',
      '22T10:00',
      '22T11:00',
    ]],
    ['is missed after that', { schedule: {}, at: '22T10:00', now: '22T10:01', late: 1 }, [
      'missed',
      '22T10:00',
      '22T11:00',
    ]],
    ['that is the last missed one is made up for', {
      schedule: { catch_up: 'last' },
      at: '22T10:00',
      now: '22T10:30',
    }, ['run', '22T10:00', '22T11:00']],
    [
      'before the last missed one is not',
      { schedule: { catch_up: 'last' }, at: '22T07:00', now: '22T10:30' },
      [
        'missed',
        '22T07:00',
        '22T10:00',
      ],
    ],
    ['that was missed with all the others gets its run', {
      schedule: { catch_up: 'all' },
      at: '22T07:00',
      now: '22T10:30',
    }, ['run', '22T07:00', '22T08:00']],
    ['of more than a week ago does not', { schedule: { catch_up: 'all' }, at: '13T10:00', now: '22T10:30' }, [
      'missed',
      '13T10:00',
      '18T07:00',
    ]],
    ['is missed where the one after it is on time', { schedule: {}, at: '22T09:00', now: '22T10:00' }, [
      'missed',
      '22T09:00',
      '22T10:00',
    ]],
    ['is left out while the run before goes on', {
      schedule: {},
      at: '22T10:00',
      now: '22T10:00',
      underWay: true,
    }, ['skip', '22T10:00', '22T11:00']],
    ['waits for the run before where the schedule says so', {
      schedule: { overlap: 'queue' },
      at: '22T10:00',
      now: '22T10:00',
      underWay: true,
    }, ['waits', '22T10:00', '22T11:00']],
    ['that was missed waits for the run before, too', {
      schedule: { catch_up: 'last' },
      at: '22T10:00',
      now: '22T10:30',
      underWay: true,
    }, ['waits', '22T10:00', '22T11:00']],
    ['is left out where too many wait', {
      schedule: { overlap: 'queue' },
      at: '22T10:00',
      now: '22T10:00',
      underWay: true,
      waiting: MOST_WAITING,
    }, ['skip', '22T10:00', '22T11:00']],
  ]
  for (const [name, given, wanted] of cases) {
    test(name, () => assert.deepEqual(outcome(given), wanted))
  }
})

describe('after a long absence', () => {
  const rest = { pipeline: 'p', at: ms('01T00:00'), now: ms('22T12:00') + 1, underWay: false, waiting: 0 }

  test('of all that were missed the newest hundred are made up for', () => {
    const decision = decide({ ...minutely, catch_up: 'all' }, rest)
    assert.deepEqual([decision.kind, iso('next' in decision ? decision.next : null)], ['missed', '22T10:21'])
  })

  test('the last one is found, also of a schedule that rarely fires', () => {
    const yearly = { ...hourly, cron: '0 0 1 1 *', catch_up: 'last' as const }
    const at = Date.parse('2020-01-01T00:00:00.000Z')
    const decision = decide(yearly, { ...rest, at })
    assert.deepEqual(decision, { kind: 'missed', fire: at, next: Date.parse('2026-01-01T00:00:00.000Z') })
    assert.equal(decide({ ...yearly, catch_up: 'all' }, { ...rest, at }).kind, 'missed')
  })

  test('nothing is made up for where the schedule says so', () => {
    const decision = decide(hourly, { ...rest, now: ms('22T12:30') })
    assert.deepEqual(decision, { kind: 'missed', fire: rest.at, next: ms('22T13:00') })
  })
})
