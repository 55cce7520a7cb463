/** Numbers: digits, signs, and the ends of their ranges. */
import { column, type Trap } from '../trap.ts'

const group = 'numbers'

const noMinusZero = 'it has no minus zero: 0 is what it makes of it'

export const numbers: readonly Trap[] = [
  column([group, 'bigint at its ends'], {
    postgres: 'bigint',
    mysql: 'bigint',
    sqlite: { type: 'integer', values: ['9223372036854775807', '-9223372036854775807 - 1', '0', 'null'] },
    parquet: 'bigint',
  }, { texts: ['9223372036854775807', '-9223372036854775808', '0', null], cast: 'bigint' }),
  column([group, 'unsigned bigint maximum'], { mysql: 'bigint unsigned', parquet: 'ubigint' }, {
    texts: ['18446744073709551615', '0', null],
  }),
  column([group, 'decimal(38,0)'], {
    postgres: 'numeric(38,0)',
    mysql: 'decimal(38,0)',
    parquet: 'decimal(38,0)',
  }, { texts: ['9'.repeat(38), '-1', null], cast: 'numeric(38,0)' }),
  column([group, 'numeric(12,2)'], {
    postgres: 'numeric(12,2)',
    mysql: 'decimal(12,2)',
    parquet: 'decimal(12,2)',
  }, {
    texts: ['0.00', '-0.01', '9999999999.99', '1.50', null],
    cast: 'numeric(12,2)',
    absent: { sqlite: 'NUMERIC is a float or an integer there' },
  }),
  column([group, 'numeric without bounds'], { postgres: 'numeric' }, {
    texts: ['0', '1.10', '1.1000', '-0.01', '0.0000000000000000000000000000000000000001', null],
    cast: 'numeric',
  }),
  column([group, 'numeric of 40 digits'], {
    postgres: 'numeric',
    mysql: 'decimal(50,10)',
  }, {
    texts: [
      '1234567890123456789012345678901234567890.0123456789',
      '-9999999999999999999999999999999999999999.9999999999',
      null,
    ],
    cast: 'numeric',
  }),
  column([group, 'numeric with a negative scale'], { postgres: 'numeric(5,-2)' }, {
    texts: ['12300', '-100', null],
  }),
  column([group, 'numeric NaN'], { postgres: 'numeric' }, { texts: ['NaN', '1', null], cast: 'numeric' }),
  column([group, 'numeric(12,2) NaN'], { postgres: 'numeric(12,2)' }, { texts: ['NaN', '1.00', null] }),
  column([group, 'numeric ±Infinity'], { postgres: 'numeric' }, {
    texts: ['Infinity', '-Infinity', '1', null],
    cast: 'numeric',
  }),
  column([group, 'float8: denormals and ends'], {
    postgres: 'float8',
    mysql: {
      type: 'double',
      values: [
        '4.9406564584124654e-324',
        '1.7976931348623157e308',
        '0.1',
        '1e20',
        '0.30000000000000004',
        'null',
      ],
    },
    sqlite: {
      type: 'real',
      values: [
        '4.9406564584124654e-324',
        '1.7976931348623157e308',
        '0.1',
        '1e20',
        '0.30000000000000004',
        'null',
      ],
    },
    parquet: 'double',
  }, {
    texts: ['5e-324', '1.7976931348623157e308', '0.1', '1e20', '0.30000000000000004', null],
    reading: 'float64',
    cast: 'float8',
  }),
  column([group, 'float8: minus zero'], {
    postgres: 'float8',
    parquet: { type: 'double', values: [`'-0'`, `'1'`] },
  }, {
    texts: ['-0', '1'],
    reading: 'float64',
    cast: 'float8',
    absent: { mysql: noMinusZero, sqlite: noMinusZero, libsql: noMinusZero },
    unable: { mysql: noMinusZero, sqlite: noMinusZero, libsql: noMinusZero },
    arrives: { mysql: ['0', '1'], sqlite: ['0', '1'], libsql: ['0', '1'] },
  }),
  column([group, 'float8: NaN'], { postgres: 'float8', parquet: 'double' }, {
    texts: ['NaN', '1', null],
    reading: 'float64',
    cast: 'float8',
    absent: { sqlite: 'SQLite stores it as NULL' },
  }),
  column([group, 'float8: ±Infinity'], {
    postgres: 'float8',
    sqlite: { type: 'real', values: ['9e999', '-9e999', '1'] },
    parquet: 'double',
  }, { texts: ['Infinity', '-Infinity', '1'], reading: 'float64', cast: 'float8' }),
  column([group, 'float4'], { postgres: 'float4', mysql: 'float', parquet: 'float' }, {
    texts: ['1e-45', '3.4028235e38', '0.1', '16777216', null],
    reading: 'float32',
    cast: 'float4',
  }),
  column([group, 'money'], { postgres: 'money' }, { texts: ['$1,234.56', '-$0.01', null] }),
  column([group, 'boolean'], { postgres: 'boolean', parquet: 'boolean' }, {
    texts: ['t', 'f', null],
    reading: 'boolean',
    cast: 'boolean',
    absent: { mysql: 'BOOLEAN is TINYINT(1)', sqlite: 'BOOLEAN is an integer' },
  }),
  column([group, 'TINYINT(1) = 2'], { mysql: 'tinyint(1)' }, { texts: ['2', '-128', '127', '1', '0', null] }),
  column([group, 'bit(3), bit varying'], { postgres: 'bit varying(64)' }, {
    texts: ['', '101', '1'.repeat(64), null],
  }),
  column(
    [group, 'BIT(64)'],
    { mysql: { type: 'bit(64)', values: [`b'101'`, `0xffffffffffffffff`, 'null'] } },
    {
      texts: ['101'.padStart(64, '0'), '1'.repeat(64), null],
    },
  ),
  column([group, 'YEAR 0'], { mysql: { type: 'year', values: ['0', '1901', '2155', 'null'] } }, {
    texts: ['0', '1901', '2155', null],
    arrives: { mysql: ['0000', '1901', '2155', null] },
  }),
  column([group, 'values of four kinds in one column'], {
    sqlite: { type: 'integer', values: ['1', `'abc'`, '2.5', `x'00ff'`, 'null'] },
  }, { texts: ['1', 'abc', '2.5', '\\x00ff', null] }),
]
