/** Files of text: what their parsers disagree on. */
import { type Expected, table, type Trap } from '../trap.ts'

const group = 'files'

const rows = (...cells: readonly (readonly (string | null)[])[]): Expected => ({
  columns: ['id', 'v'],
  rows: cells,
})

interface Text {
  readonly csv: string
  /** Absent: the same with tabs; null: there is no such TSV. */
  readonly tsv?: string | null
}

function separated(name: string, { csv, tsv = csv.replaceAll(',', '\t') }: Text, expected: Expected): Trap {
  return table([group, name], { csv: { file: csv }, ...(tsv === null ? {} : { tsv: { file: tsv } }) }, {
    expected,
  })
}

/** What arrives nowhere: the file is no CSV, and says so. */
const nothing = rows(['this file', 'is refused'])

const csv: readonly Trap[] = [
  separated(
    '"" against NULL',
    { csv: 'id,v\n1,""\n2,\n3,"NULL"\n' },
    rows(['1', ''], ['2', null], ['3', 'NULL']),
  ),
  separated(
    'leading zeros',
    { csv: 'id,v\n1,007\n2,+1\n3,1e5\n' },
    rows(['1', '007'], ['2', '+1'], ['3', '1e5']),
  ),
  separated(
    'line ends inside of quotes',
    { csv: 'id,v\n1,"a\nb"\n2,"a\r\nb"\n3,"a\rb"\n' },
    rows(['1', 'a\nb'], ['2', 'a\r\nb'], ['3', 'a\rb']),
  ),
  separated('a byte order mark', { csv: '\ufeffid,v\n1,a\n' }, rows(['1', 'a'])),
  separated('lines that end in CRLF', { csv: 'id,v\r\n1,a\r\n2,""\r\n' }, rows(['1', 'a'], ['2', ''])),
  separated('no line end after the last row', { csv: 'id,v\n1,a\n2,b' }, rows(['1', 'a'], ['2', 'b'])),
  separated('doubled quotes', { csv: 'id,v\n1,"a ""b"" c"\n2,""""\n' }, rows(['1', 'a "b" c'], ['2', '"'])),
  separated('a row with too few fields', { csv: 'id,v\n1,a\n2\n' }, nothing),
  separated('a row with too many fields', { csv: 'id,v\n1,a\n2,b,c\n' }, nothing),
  separated('an empty line between rows', { csv: 'id,v\n1,a\n\n2,b\n' }, nothing),
  separated('a quote that never closes', { csv: 'id,v\n1,"a\n2,b\n' }, nothing),
  separated('a quote inside of an unquoted field', { csv: 'id,v\n1,a\n2,a"b\n' }, nothing),
  separated('text behind a closing quote', { csv: 'id,v\n1,a\n2,"a"b\n' }, nothing),
  separated('a header that names a column twice', { csv: 'v,v\n1,a\n' }, nothing),
  separated('a header without a name', { csv: 'id,\n1,a\n' }, nothing),
  separated('an empty file', { csv: '' }, nothing),
]

const lines = (name: string, file: string, expected: Expected, arrives: Trap['arrives'] = {}) =>
  table([group, name], { jsonl: { file } }, { expected, arrives })

/** A number that databases write down digit by digit. */
const longNumber: Expected = {
  columns: ['id', 'v'],
  rows: [['1', '1.10'], ['2', '12345678901234567890'], ['3', `1${'0'.repeat(400)}`]],
}

const jsonl: readonly Trap[] = [
  lines(
    'JSONL: 1.10, 20 digits, 1E400',
    '{"id":1,"v":1.10}\n{"id":2,"v":12345678901234567890}\n{"id":3,"v":1E400}\n',
    {
      columns: ['id', 'v'],
      rows: [['1', '1.10'], ['2', '12345678901234567890'], ['3', '1E400']],
    },
    { postgres: longNumber, sqlite: longNumber, libsql: longNumber },
  ),
  lines('JSONL: null, "" and what is missing', '{"id":"1","v":null}\n{"id":"2","v":""}\n{"id":"3"}\n', {
    columns: ['id', 'v'],
    rows: [['1', null], ['2', ''], ['3', null]],
  }),
  lines('JSONL: a member that comes late', '{"id":"1"}\n{"id":"2","v":"a"}\n', rows(['1', null], ['2', 'a'])),
  lines('JSONL: objects and lists', '{"id":"1","v":{"b":1.10,"a":[1, null]}}\n{"id":"2","v":[]}\n', {
    columns: ['id', 'v'],
    rows: [['1', '{"b":1.10,"a":[1, null]}'], ['2', '[]']],
  }),
  lines('JSONL: values of several kinds', '{"id":"1","v":"true"}\n{"id":"2","v":true}\n{"id":"3","v":7}\n', {
    columns: ['id', 'v'],
    // All of them are JSON then, the text too.
    rows: [['1', '"true"'], ['2', 'true'], ['3', '7']],
  }, { jsonl: rows(['1', 'true'], ['2', 'true'], ['3', '7']) }),
  lines(
    'JSONL: members in another order',
    '{"id":"1","v":"a"}\n{"v":"b","id":"2"}\n',
    rows(['1', 'a'], ['2', 'b']),
  ),
  lines(
    'JSONL: escapes and surrogate pairs',
    '{"id":"1","v":"\\u0041\\ud83d\\ude00\\n\\/"}\n',
    rows(['1', 'A😀\n/']),
  ),
  lines('JSONL: half a surrogate pair', '{"id":"1","v":"a"}\n{"id":"2","v":"\\ud83d"}\n', nothing),
  lines(
    'JSONL: CRLF, and no last line end',
    '{"id":"1","v":"a"}\r\n{"id":"2","v":"b"}',
    rows(['1', 'a'], ['2', 'b']),
  ),
  lines('JSONL: a blank line', '{"id":"1","v":"a"}\n\n{"id":"2","v":"b"}\n', rows(['1', 'a'], ['2', 'b'])),
  lines('JSONL: a byte order mark', '\ufeff{"id":"1","v":"a"}\n', rows(['1', 'a'])),
  lines('JSONL: a member that is there twice', '{"id":"1","v":"a"}\n{"id":"2","v":"a","v":"b"}\n', nothing),
  lines('JSONL: a line that is no object', '{"id":"1","v":"a"}\n[1]\n', nothing),
  lines('JSONL: a line that is cut off', '{"id":"1","v":"a"}\n{"id":"2","v":"b', nothing),
  lines('JSONL: no JSON', '{"id":"1","v":"a"}\n{"id":"2",}\n', nothing),
]

const parquet: readonly Trap[] = [
  table([group, 'a Parquet file that is cut off'], { parquet: { file: 'PAR1 and no footer' } }, {
    expected: nothing,
  }),
]

export const files: readonly Trap[] = [...csv, ...jsonl, ...parquet]
