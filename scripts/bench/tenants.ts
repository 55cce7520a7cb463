/** 1,000 tenants of which one owns nine of ten of the jobs: what each gets done of an equal share. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { edgeProgram } from './program.ts'
import { median, type Row } from './row.ts'

const TENANTS = 1000
const ROUNDS = 3
const PLANS = 50_000
const AIM = 0.8

interface Report {
  readonly plans: readonly number[]
  readonly seconds: number
}

const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0)

/** What the least served tenant got of an equal share of everything that was done. */
const leastOf = ({ plans }: Report) => Math.min(...plans) / (sum(plans) / plans.length)

export async function bench(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-tenants-'))
  const measure = (order: 'fair' | 'arrival', round: number) =>
    edgeProgram<Report>('bench_tenants.ts', [
      join(folder, `${order}-${round}.db`),
      ...[String(TENANTS), String(PLANS), order],
    ])
  try {
    const pairs: { readonly fair: Report; readonly arrival: Report }[] = []
    for (let round = 0; round < ROUNDS; round++) {
      pairs.push({ arrival: await measure('arrival', round), fair: await measure('fair', round) })
    }
    const values = pairs.map(({ fair }) => leastOf(fair))
    const rate = ({ plans, seconds }: Report) => sum(plans) / seconds
    const round = (value: number) => Math.round(value * 1000) / 1000
    return [{
      name:
        `what the least served of ${TENANTS} tenants gets of an equal share, where one has 90 % of the jobs`,
      value: round(median(values)),
      unit: 'of an equal share',
      runs: pairs.length,
      min: round(Math.min(...values)),
      max: round(Math.max(...values)),
      against: `the same in the order of arrival, ${
        round(median(pairs.map(({ arrival }) => leastOf(arrival))))
      }; ` +
        'ratio: plans/s with turns and without',
      ratio: round(median(pairs.map(({ fair, arrival }) => rate(fair) / rate(arrival)))),
      aim: `≥ ${AIM}`,
      met: median(values) >= AIM,
    }]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
