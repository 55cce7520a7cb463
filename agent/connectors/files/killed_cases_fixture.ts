/** What is loaded by a process that is killed. */

export const killCases = {
  'a file': { target: 'out.csv.gz', mode: 'replace', options: {} },
  'a folder': { target: 'out', mode: 'append', options: { format: 'jsonl' } },
  'a folder of partitions': {
    target: 'out',
    mode: 'append',
    options: { format: 'csv', partition_by: ['v'], rows_per_file: 7, compression: 'zstd' },
  },
} as const

export const sliceText = (id: string) =>
  Array.from({ length: 100 }, (_, at) => `${id}${at}${'x'.repeat(100)},${at % 3}\n`).join('')
