/** A value of 255 MB: digits, so that every engine can make it by itself. */
import { table, type Trap } from '../trap.ts'

const pieces = 25_500_000

/** Of the digits 0 to 9, repeated as often as that: `md5sum` of them. */
const digest = 'md5:5336e1bba1afec2a343284ddbf91c554'

const digits = () => '0123456789'.repeat(pieces)

const made = (type: string, value: string) => ({
  statements: [
    `create table {table} (id integer primary key not null, v ${type})`,
    `insert into {table} values (1, ${value})`,
  ],
})

export const large: readonly Trap[] = [
  table(['sizes', 'a text of 255 MB'], {
    postgres: made('text', `repeat('0123456789', ${pieces})`),
    mysql: made('longtext', `repeat('0123456789', ${pieces})`),
    sqlite: made('text', `replace(hex(zeroblob(${pieces})), '00', '0123456789')`),
    csv: { file: () => `id,v\n1,${digits()}\n` },
    tsv: { file: () => `id\tv\n1\t${digits()}\n` },
    jsonl: { file: () => `{"id":"1","v":"${digits()}"}\n` },
    parquet: {
      statements: [
        `copy (select 1 as id, repeat('0123456789', ${pieces}) as v) to '{path}' (format parquet)`,
      ],
    },
  }, { expected: { columns: ['id', 'v'], rows: [['1', digest]] }, heavy: true }),
]
