/** What may stand in the files of a source: text of every form, compressed too, and the folders that it lies in. */
import assert from 'node:assert/strict'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { utf8 } from '../../shared/bytes.ts'
import type { Target } from '../../shared/fuzz/target_fixture.ts'
import { decompressed } from '../connectors/files/compression.ts'
import { DelimitedReader } from '../connectors/files/formats/delimited_reader.ts'
import { decoderOf } from '../connectors/files/formats/encoding.ts'
import { JsonlColumns } from '../connectors/files/formats/jsonl_columns.ts'
import { JsonlReader } from '../connectors/files/formats/jsonl_reader.ts'
import { type BytePass, Out } from '../connectors/files/formats/pass.ts'
import { TextReader } from '../connectors/files/formats/text_reader.ts'
import { partitionFolder, partitionsOf } from '../connectors/files/partitions.ts'
import { CsvScanner, fieldText } from '../engine/csv_scan.ts'

function run(pass: BytePass, input: Uint8Array): Buffer {
  const out = new Out()
  const done: Uint8Array[] = []
  pass.push(input, out)
  pass.end(out)
  for (let chunk = out.take(true); chunk !== null; chunk = out.take(true)) done.push(chunk)
  return Buffer.concat(done)
}

/** What the engine reads of what a pass gives: it must be canonical, whatever went in. */
function rowsOf(csv: Buffer, columns: number): (string | null)[][] {
  const rows: (string | null)[][] = []
  const onRow = (_: number, fields: readonly Buffer[]) => rows.push(fields.map((field) => fieldText(field)))
  const scanner = new CsvScanner({ columns, onRow })
  assert.doesNotThrow(() => {
    scanner.push(csv)
    scanner.end()
  })
  return rows
}

const form = { columns: 3, lineEnding: 'crlf' as const }
const text = (input: Uint8Array) => new TextDecoder().decode(input)

interface Lines {
  readonly names: readonly string[]
  readonly kinds: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

function readLines(input: Uint8Array): Lines {
  const columns = new JsonlColumns()
  columns.push(input)
  columns.endFile()
  const described = columns.columns()
  const reader = new JsonlReader(described.map(({ name, type }) => ({ key: name, kind: type.kind })))
  const names = described.map(({ name }) => name)
  const csv = run(reader, input)
  return {
    names,
    kinds: described.map(({ type }) => type.kind),
    rows: names.length === 0 ? [] : rowsOf(csv, names.length),
  }
}

/** The same by a reader that builds every object. */
function isWhatItSays({ names, kinds, rows }: Lines, input: Uint8Array): boolean {
  const objects = text(input).split('\n').filter((line) => line.trim() !== '').map((line) => JSON.parse(line))
  return names.length === 0 ||
    rows.length === objects.length && rows.every((row, at) =>
        row.every((value, column) => {
          const given = Object.hasOwn(objects[at], names[column] as string)
            ? objects[at][names[column] as string]
            : null
          if (given === null || value === null) return given === value
          if (kinds[column] === 'text') return given === value
          // NaN and the infinities, beside numbers.
          if (kinds[column] === 'decimal' && typeof given === 'string') return given === value
          if (kinds[column] === 'boolean') return given === (value === 't')
          return JSON.stringify(JSON.parse(value)) === JSON.stringify(given)
        })
      )
}

const content = (bytes: Uint8Array, compression: 'gzip' | 'zstd') =>
  new Response(decompressed(new Blob([bytes as Uint8Array<ArrayBuffer>]).stream(), compression)).bytes()

export const fileTargets: readonly Target[] = [
  {
    name: 'json-lines',
    structure: 'text',
    seeds: [
      utf8('{"id":1,"v":"a\\u00e9\\ud83d\\udea2","n":1.10}\n{"v":null,"id":2,"o":{"a":[1,true]}}\n'),
      utf8('{"a":true}\r\n{"a":"x","b":[{}]}'),
    ],
    take: (input) => readLines(input),
    authentic: (accepted, input) => isWhatItSays(accepted as Lines, input),
  },
  {
    name: 'delimited',
    structure: 'text',
    seeds: [utf8("1;'it''s';\\N\r\n2;a\"b;'x\r\ny'\r\n")],
    take: (input) =>
      rowsOf(
        run(new DelimitedReader({ ...form, delimiter: 59, quote: 39, nullText: Buffer.from('\\N') }), input),
        3,
      ),
  },
  {
    name: 'text-style',
    structure: 'text',
    seeds: [utf8('1\ta\\tb\t\\N\r\n2\t\\\\N\tx\\\r\\0"\r\n')],
    take: (input) =>
      rowsOf(run(new TextReader({ ...form, delimiter: 9, nullText: Buffer.from('\\N') }), input), 3),
  },
  {
    name: 'utf-16',
    structure: 'bytes',
    seeds: [
      Buffer.from('\ufeffid,v\n1,é🚢\n', 'utf16le'),
      Buffer.from('\ufeffid,v\n1,é🚢\n', 'utf16le').swap16(),
    ],
    take: (input) => text(run(decoderOf('utf-16') as BytePass, input)),
    authentic: (accepted) => (accepted as string).isWellFormed(),
  },
  {
    name: 'gzip',
    structure: 'bytes',
    seeds: [gzipSync('id,v\n1,a\n'), Buffer.concat([gzipSync('id,v\n'), gzipSync('1,a\n')])],
    take: (input) => content(input, 'gzip'),
  },
  {
    name: 'zstd',
    structure: 'bytes',
    seeds: [
      zstdCompressSync('id,v\n1,a\n'),
      Buffer.concat([zstdCompressSync('id,v\n'), zstdCompressSync('1,a\n')]),
    ],
    take: (input) => content(input, 'zstd'),
  },
  {
    name: 'partition-folders',
    structure: 'text',
    seeds: [utf8('in/day=2026-01-01/region=a%2Fb'), utf8('region=__HIVE_DEFAULT_PARTITION__')],
    take: (input) => partitionsOf(text(input).split('/')),
    authentic: (accepted) =>
      (accepted as ReturnType<typeof partitionsOf>).every((one) =>
        JSON.stringify(partitionsOf([partitionFolder(one)])) === JSON.stringify([one])
      ),
  },
]
