/** Two attempts of one run at one target, for tests of which of them it keeps. */
import type { Load, Loading } from '../connector.ts'
import { TestFolder } from './folder_fixture.ts'

export const skip = process.platform === 'win32' ? 'a lock that is open keeps its name on Windows' : false

export const cases = [
  { target: 'out.csv.gz', mode: 'replace', options: {} },
  { target: 'out', mode: 'append', options: { format: 'jsonl' } },
  { target: 'out', mode: 'replace', options: { format: 'csv', partition_by: ['v'], rows_per_file: 1 } },
] as const
export type Case = (typeof cases)[number]
export async function begun(folder: TestFolder, { options }: Case, load: Load): Promise<Loading> {
  await using destination = folder.destination(options)
  return await destination.begin(load)
}

export const slicesOf = (rows: string) => ({ a: `1,${rows}\n2,both\n`, b: `3,${rows}\n4,both\n` })
export const rowsOf = (rows: string) => [['1', rows], ['2', 'both'], ['3', rows], ['4', 'both']]

export const committed = (loading: Loading, { runId }: Load) =>
  loading.commit({ runId, rows: 4, cursor: null }, null)

export const sorted = async (folder: TestFolder, { target, options }: Case) =>
  (await folder.rows(target, options)).rows.map((row) => [...row]).sort()
