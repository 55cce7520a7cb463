/** Text, bytes and JSON. */
import { type Cell, column, textFiles, type Trap } from '../trap.ts'

const group = 'text'

const awkward: readonly Cell[] = [
  '',
  'NULL',
  'null',
  '\\N',
  '\\.',
  'line\nfeed',
  'carriage\rreturn',
  'both\r\n',
  '"',
  '""',
  'a "quoted" word',
  "it's",
  ',',
  ' leading',
  'trailing ',
  '\t',
  '\\t\\n\\\\',
  '007',
  '1e5',
  '\x01\x1f\x7f',
  null,
]

const everywhere = { postgres: 'text', mysql: 'text', sqlite: 'text', parquet: 'varchar' } as const

const bytesOf = (...parts: readonly (string | number)[]) =>
  Buffer.concat(parts.map((part) => typeof part === 'string' ? Buffer.from(part) : Buffer.from([part])))

const plain: readonly Trap[] = [
  column([group, 'text of every awkward kind'], everywhere, { texts: awkward, cast: 'text' }),
  column([group, 'text that begins with a byte order mark'], everywhere, {
    texts: ['\ufeffbom', 'x', null],
    cast: 'text',
  }),
  column([group, 'characters of four bytes'], everywhere, {
    texts: ['😀 𝒳 é', '\u{10ffff}', 'e\u0301', '\u00e9', '\u200b', '\ufffd', null],
    cast: 'text',
  }),
  column([group, 'NUL in text'], {
    mysql: { type: 'text', values: [`concat('a', char(0), 'b')`, `'x'`] },
    sqlite: { type: 'text', values: [`'a' || char(0) || 'b'`, `'x'`] },
    parquet: { type: 'varchar', values: [`'a' || chr(0) || 'b'`, `'x'`] },
    ...textFiles(['a\0b', 'x']),
  }, { texts: ['a\0b', 'x'], absent: { postgres: 'PostgreSQL has no such text' } }),
  column([group, 'invalid UTF-8'], {
    sqlite: { type: 'text', values: [`'x'`, `cast(x'61ff62' as text)`] },
    csv: { file: bytesOf('id,v\n1,x\n2,a', 0xff, 'b\n') },
    tsv: { file: bytesOf('id\tv\n1\tx\n2\ta', 0xff, 'b\n') },
    jsonl: { file: bytesOf('{"id":"1","v":"x"}\n{"id":"2","v":"a', 0xff, 'b"}\n') },
  }, { texts: ['x', 'the bytes 61ff62'] }),
  column([group, 'an overlong zero, and half a surrogate pair, as bytes'], {
    sqlite: { type: 'text', values: [`cast(x'61c08062' as text)`, `cast(x'61eda08062' as text)`] },
    csv: { file: bytesOf('id,v\n1,a', 0xc0, 0x80, 'b\n2,a', 0xed, 0xa0, 0x80, 'b\n') },
    jsonl: {
      file: bytesOf('{"id":"1","v":"a', 0xc0, 0x80, 'b"}\n{"id":"2","v":"a', 0xed, 0xa0, 0x80, 'b"}\n'),
    },
  }, { texts: ['the bytes 61c08062', 'the bytes 61eda08062'] }),
  column([group, 'a latin1 source'], { mysql: 'varchar(20) character set latin1' }, {
    texts: ['é', '€', 'ÿ', '¿?', null],
  }),
  column([group, 'a source of three-byte UTF-8'], { mysql: 'varchar(20) character set utf8mb3' }, {
    texts: ['é€', '\uffff', null],
  }),
  column([group, 'char(n) padded'], { postgres: 'char(5)' }, {
    texts: ['ab   ', '     ', 'abcde', '  x  ', null],
  }),
  column([group, 'CHAR(n) of MySQL'], { mysql: 'char(5)' }, { texts: ['ab', '', 'abcde', '  x', null] }),
  column([group, 'varchar(5)'], { postgres: 'varchar(5)', mysql: 'varchar(5)', sqlite: 'varchar(5)' }, {
    texts: ['ab', 'ab   ', '😀😀😀😀😀', '', null],
    cast: 'varchar(5)',
  }),
  column([group, 'citext'], { postgres: 'citext' }, { texts: ['AbC', 'ß', null] }),
  column([group, 'name'], { postgres: 'name' }, { texts: ['a name', null] }),
  column([group, '"char"'], { postgres: '"char"' }, { texts: ['a', null] }),
]

const allBytes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0')).join('')

const bytes = (texts: readonly Cell[]): Trap['sources'] => {
  const values = texts.map((text) => text === null ? 'null' : `x'${text.slice(2)}'`)
  return {
    postgres: 'bytea',
    mysql: { type: 'blob', values },
    sqlite: { type: 'blob', values },
    parquet: {
      type: 'blob',
      values: texts.map((text) => text === null ? 'null' : `unhex('${text.slice(2)}')`),
    },
  }
}

const byteTraps: readonly Trap[] = [
  column(['bytes', 'empty bytes and NULL'], bytes(['\\x', null, '\\x20']), {
    texts: ['\\x', null, '\\x20'],
    cast: 'bytes',
  }),
  column(
    ['bytes', 'bytes 0x00 to 0xFF'],
    bytes(['\\x00', '\\xff', '\\x00ff5c22270a0d2c', '\\x5c7830', `\\x${allBytes}`]),
    { texts: ['\\x00', '\\xff', '\\x00ff5c22270a0d2c', '\\x5c7830', `\\x${allBytes}`], cast: 'bytes' },
  ),
  column(['bytes', 'BINARY(4), padded with zeros'], {
    mysql: { type: 'binary(4)', values: [`x'6162'`, 'null'] },
  }, {
    texts: ['\\x61620000', null],
  }),
]

const raw = (documents: readonly Cell[]) => ({
  file: documents.map((text, at) => `{"id":"${at + 1}","v":${text}}\n`).join(''),
})

const doubled = ['{"a": 1.10, "a": 2}', null]
const digits = ['{ "big" : 12345678901234567890 }', '{"d":1.10,"e":1E+2}', '[1.0, -0]', null]

const json: readonly Trap[] = [
  column(['JSON', 'json: doubled keys'], {
    postgres: 'json',
    mysql: 'json',
    sqlite: 'json',
    parquet: 'json',
    jsonl: raw(doubled),
  }, { texts: doubled, cast: 'json' }),
  column(['JSON', 'json: 1.10 and integers of 20 digits'], {
    postgres: 'json',
    mysql: 'json',
    sqlite: 'json',
    parquet: 'json',
    jsonl: raw(digits),
  }, { texts: digits, cast: 'json' }),
  column(['JSON', 'json: \\u0000 and escapes'], {
    postgres: 'json',
    mysql: 'json',
    sqlite: 'json',
    parquet: 'json',
  }, {
    texts: ['"a\\u0000b"', '"\\u0041\\ud83d\\ude00"', null],
    // In a line of JSON it is a string as any other.
    arrives: { jsonl: ['a\0b', 'A😀', null] },
    cast: 'json',
  }),
  column(['JSON', 'json: the document null'], {
    postgres: 'json',
    mysql: 'json',
    sqlite: 'json',
    parquet: 'json',
  }, {
    texts: ['null', '"null"', null],
    arrives: { jsonl: [null, 'null', null] },
    unable: { jsonl: 'a line of JSON has one null for both' },
    cast: 'json',
  }),
  column(['JSON', 'jsonb'], { postgres: 'jsonb' }, {
    texts: ['{"a": [1, null, "x,\\"y"], "b": 1.10}', '12345678901234567890.10', '[]', null],
    cast: 'jsonb',
  }),
  column(['JSON', 'jsonb of doubled keys'], textFiles(['{"a": 1, "a": 2}']), {
    texts: ['{"a": 1, "a": 2}'],
    cast: 'jsonb',
  }),
]

export const texts: readonly Trap[] = [...plain, ...byteTraps, ...json]
