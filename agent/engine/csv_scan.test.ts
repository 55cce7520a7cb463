import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { CsvScanner, fieldText, RowFault, scanned, withoutCarriageReturns } from './csv_scan.ts'

const utf8 = new TextEncoder()

const spell = (field: string | null) => field === null ? '' : `"${field.replaceAll('"', '""')}"`
const csv = (rows: readonly (readonly (string | null)[])[]) =>
  rows.map((row) => row.map(spell).join(',') + '\n').join('')

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [...new Set([0, ...places.map((place) => place % (bytes.length + 1)), bytes.length])]
    .sort((a, b) => a - b)
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end))
}

const rowsOf = (columns: number) =>
  fc.array(fc.array(fc.option(fc.string({ unit: 'grapheme' }), { nil: null }), {
    minLength: columns,
    maxLength: columns,
  }))

describe('the scanner', () => {
  test('reads back what was written, wherever the chunks are cut', () => {
    fc.assert(fc.property(rowsOf(3), fc.array(fc.nat(2000)), (rows, places) => {
      const seen: (string | null)[][] = []
      const scanner = new CsvScanner({
        columns: 3,
        onRow: (_, fields) => seen.push(fields.map((field) => fieldText(field))),
      })
      for (const chunk of cut(utf8.encode(csv(rows)), places)) scanner.push(chunk)
      scanner.end()
      assert.deepEqual(seen, rows)
      assert.equal(scanner.rows, rows.length)
    }))
  })

  test("puts each value to its column's check, unquoted and whole, NULL to none", () => {
    fc.assert(fc.property(rowsOf(2), fc.array(fc.nat(2000)), (rows, places) => {
      const seen: string[] = []
      const check = (bytes: Buffer, start: number, end: number) =>
        seen.push(bytes.toString('utf8', start, end)) > 0
      const scanner = new CsvScanner({ columns: 2, checks: [null, check] })
      for (const chunk of cut(utf8.encode(csv(rows)), places)) scanner.push(chunk)
      scanner.end()
      assert.deepEqual(
        seen,
        rows.flatMap(([, second]) => second === null || second === undefined ? [] : [second]),
      )
    }))
  })

  test('names row and column of a value that its check refuses', () => {
    const scanner = new CsvScanner({ columns: 2, checks: [null, (bytes, start) => bytes[start] !== 0x78] })
    assert.throws(
      () => scanner.push(utf8.encode('1,a\n"2\n",b\n3,x\n')),
      (error) => error instanceof RowFault && error.row === 3 && error.column === 1,
    )
    assert.equal(scanner.lines, 3)
  })

  const counts: readonly [text: string, columns: number, rows: number][] = [
    ['', 2, 0],
    ['a,b', 2, 1],
    ['a,b\n', 2, 1],
    ['\n', 1, 1],
    ['\n\n', 1, 2],
    ['"a\nb",c\n', 2, 1],
    ['"",\n', 2, 1],
  ]
  for (const [text, columns, rows] of counts) {
    test(`counts ${rows} rows in ${JSON.stringify(text)}`, () => {
      const scanner = new CsvScanner({ columns })
      scanner.push(utf8.encode(text))
      scanner.end()
      assert.equal(scanner.rows, rows)
    })
  }

  test('refuses what is not CSV, by row', () => {
    for (const text of ['a\n', 'a,b,c\n', 'a,b"c"\n', '"a"b,c\n', '"a', '"a" ,b\n']) {
      const scanner = new CsvScanner({ columns: 2 })
      assert.throws(
        () => {
          scanner.push(utf8.encode('1,2\n' + text))
          scanner.end()
        },
        (error) => error instanceof RowFault && error.row === 2 && error.code === 'row_refused',
        text,
      )
    }
  })

  test('hands on the very bytes that it scans', async () => {
    const bytes = utf8.encode('1,2\n3,4\n')
    const scanner = new CsvScanner({ columns: 2 })
    const out = await new Response(scanned(new Blob([bytes]).stream(), scanner)).bytes()
    assert.deepEqual(out, bytes)
    assert.equal(scanner.rows, 2)
  })
})

describe('carriage returns', () => {
  test('go where they end a line outside quotes, and stay everywhere else', async () => {
    const text = 'a,"b\r\nc"\r\n"d",e\rf\r\ng\r'
    for (let size = 1; size < text.length; size++) {
      const bytes = utf8.encode(text)
      const chunks = cut(bytes, Array.from({ length: text.length }, (_, at) => at * size))
      const out = await new Response(
        new ReadableStream({
          start(controller) {
            for (const chunk of chunks) controller.enqueue(chunk)
            controller.close()
          },
        }).pipeThrough(withoutCarriageReturns()),
      ).text()
      assert.equal(out, 'a,"b\r\nc"\n"d",e\rf\ng\r')
    }
  })
})
