import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { checkFor, repeatsKey } from './checks.ts'
import { arrivesUnchecked, parseType, type Type } from './types.ts'

const passes = (type: Type, value: string) => {
  const bytes = Buffer.from(`<${value}>`)
  return checkFor(type)?.(bytes, 1, bytes.length - 1) ?? true
}

const decimal = (precision: number, scale: number): Type => ({ kind: 'decimal', precision, scale })

describe('a check', () => {
  const table: readonly [type: Type, good: readonly string[], bad: readonly string[]][] = [
    [
      decimal(10, 2),
      [
        '1.10',
        '1.1',
        '1',
        '-0.01',
        '1.1000',
        '1e2',
        '1.5e1',
        '1234e-2',
        '0',
        '.5',
        'NaN',
        '1200e-4',
        '+7.25',
        '',
      ],
      ['1.105', '0.001', '1e-3', '1.5e-2', '12345e-4', '-0.009'],
    ],
    [decimal(5, -2), ['12300', '100', '-1200', '1e2', '0'], ['12345', '50', '1', '1.5']],
    [decimal(3, 0), ['1', '1.0', '100'], ['1.5', '0.1']],
    [
      { kind: 'date' },
      ['2020-01-31', '0044-03-15 BC', 'infinity', '-infinity', '10000-01-01'],
      ['31/01/2020', '2020-1-31', '2020-01-31 10:00', '20200131', 'Jan 31 2020', 'today', 'epoch'],
    ],
    [
      { kind: 'timestamp', digits: 3 },
      [
        '2020-01-31 10:00:00',
        '2020-01-31T10:00:00.120',
        '2020-01-31 10:00:00.123000',
        '2020-01-31',
        'infinity',
      ],
      [
        '2020-01-31 10:00:00.1234',
        '2020-01-31 10:00:00+00',
        '2020-01-31 10:00:00Z',
        '2020-01-31 23:59:60',
        '2020-01-31 24:00:00',
        'now',
      ],
    ],
    [
      { kind: 'timestamptz', digits: 6 },
      [
        '2020-01-31 10:00:00+00',
        '2020-01-31T10:00:00Z',
        '2020-01-31 10:00-05:30',
        '2020-01-31 10:00:00.123456 +02',
      ],
      [
        '2020-01-31 10:00:00',
        '2020-01-31',
        '2020-01-31 10:00:00.1234567+00',
        '2020-01-31 10:00:00 Europe/Berlin',
        '2020-01-31 23:59:60+00',
      ],
    ],
    [{ kind: 'time', digits: 6 }, ['10:00', '10:00:00.123456', '24:00:00'], [
      '10:00:00.1234567',
      '10:00+02',
      '10 AM',
      '23:59:60',
    ]],
    [{ kind: 'bytes' }, ['\\x', '\\x00fF', ''], ['\\x0', '\\101', 'abc', '\\x 41', 'xx']],
    [{ kind: 'text', length: 3 }, ['abc', '', 'äöü', '😀😀😀'], ['abcd', 'ab  ', '😀😀😀😀']],
    [
      { kind: 'float64' },
      [
        '0.1',
        '1e300',
        '0.30000000000000004',
        '1.0000000000000000000',
        '123456789012345',
        'NaN',
        'Infinity',
        '-0',
      ],
      ['0.1234567890123456789', '9007199254740993', '1.00000000000000001'],
    ],
    [{ kind: 'float32' }, ['0.1', '1e38', '16777216', '3.4028235e+38', '0.33333334'], [
      '16777217',
      '0.123456789',
    ]],
  ]
  for (const [type, good, bad] of table) {
    test(`of ${JSON.stringify(type)} takes what arrives and refuses what would change`, () => {
      for (const value of good) assert.equal(passes(type, value), true, value)
      for (const value of bad) assert.equal(passes(type, value), false, value)
    })
  }

  test('of decimals agrees with arithmetic', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 20n), 10n ** 20n), fc.nat(8), fc.nat(8), (digits, places, scale) => {
        const sign = digits < 0n ? '-' : ''
        const padded = String(digits < 0n ? -digits : digits).padStart(places + 1, '0')
        const whole = padded.slice(0, padded.length - places)
        const text = `${sign}${whole}${places > 0 ? '.' + padded.slice(padded.length - places) : ''}`
        const exact = places <= scale || digits % 10n ** BigInt(places - scale) === 0n
        assert.equal(passes(decimal(38, scale), text), exact, text)
      }),
    )
  })

  test('of doubles lets every shortest spelling pass', () => {
    fc.assert(
      fc.property(fc.double(), (value) => assert.equal(passes({ kind: 'float64' }, String(value)), true)),
    )
    fc.assert(fc.property(fc.float(), (value) => {
      const shortest = [6, 7, 8, 9].map((size) => value.toPrecision(size)).find((text) =>
        Math.fround(Number(text)) === value
      )
      assert.equal(passes({ kind: 'float32' }, shortest ?? String(value)), true)
    }))
  })
})

describe('a repeated key in JSON', () => {
  const table: readonly [json: string, repeats: boolean][] = [
    ['{"a":1,"b":{"a":2},"c":[{"a":1},{"a":2}]}', false],
    ['{"a":1,"a":1}', true],
    ['{"a":{"b":1,"c":2,"b":3}}', true],
    ['[{"a":1},{"b":1,"b":2}]', true],
    ['{"a":"a","b":"a"}', false],
    ['{"\\u0061":1,"a":2}', true],
    ['{"a\\"":1,"a":2}', false],
    ['{"a":[1,2,{"x":1}],"x":"{\\"a\\":1,\\"a\\":2}"}', false],
    ['"a"', false],
    ['', false],
  ]
  for (const [json, repeats] of table) {
    test(`${json} has ${repeats ? 'one' : 'none'}`, () => {
      assert.equal(repeatsKey(Buffer.from(json)), repeats)
    })
  }

  test('is found in no JSON that was made from a value', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      assert.equal(repeatsKey(Buffer.from(JSON.stringify(value))), false)
    }))
  })
})

describe('types', () => {
  test('are read as people spell them', () => {
    assert.deepEqual(parseType('Decimal( 18 , 2 )'), decimal(18, 2))
    assert.deepEqual(parseType('numeric(5)'), decimal(5, 0))
    assert.deepEqual(parseType('varchar(40)'), { kind: 'text', length: 40 })
    assert.deepEqual(parseType('timestamptz(3)'), { kind: 'timestamptz', digits: 3 })
    for (
      const wrong of ['', 'money', 'decimal(2,3)', 'decimal(0,0)', 'int(4)', 'text(5)', 'timestamp(9)', 'a;b']
    ) {
      assert.equal(parseType(wrong), null, wrong)
    }
  })

  test('that hold every value of another take it without a check, narrower ones do not', () => {
    const type = (text: string) => parseType(text) as Type
    const wide: [string, string][] = [
      ['int', 'bigint'],
      ['bigint', 'numeric'],
      ['bigint', 'decimal(5,2)'],
      ['varchar(3)', 'varchar(5)'],
      ['decimal(5,2)', 'decimal(9,3)'],
      ['timestamp(3)', 'timestamp'],
      ['int', 'double'],
      ['date', 'text'],
    ]
    for (const [from, to] of wide) {
      assert.equal(arrivesUnchecked(type(from), type(to)), true, `${from} → ${to}`)
    }
    const narrow: [string, string][] = [
      ['numeric', 'decimal(5,2)'],
      ['decimal(5,3)', 'decimal(5,2)'],
      ['text', 'varchar(5)'],
      ['timestamp', 'timestamp(3)'],
      ['timestamp', 'timestamptz'],
      ['timestamp', 'date'],
      ['bigint', 'double'],
      ['double', 'real'],
      ['json', 'jsonb'],
      ['text', 'date'],
      ['text', 'bytea'],
    ]
    for (const [from, to] of narrow) {
      assert.equal(arrivesUnchecked(type(from), type(to)), false, `${from} → ${to}`)
    }
  })
})
