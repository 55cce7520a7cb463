/** Dates and times: ends, zones, fractions, and what is no date at all. */
import { column, type Trap } from '../trap.ts'

const group = 'dates and times'

const withoutZone = (texts: readonly string[]) => texts.map((text) => text.replace('+00', ''))

const instants = [
  '2020-11-01 05:30:00+00',
  '2020-11-01 06:30:00+00',
  '2021-03-14 07:30:00+00',
  '2019-12-31 18:15:00.000001+00',
]

const dates: readonly Trap[] = [
  column([group, 'date'], { postgres: 'date', mysql: 'date', parquet: 'date' }, {
    texts: ['1000-01-01', '2020-02-29', '1970-01-01', '9999-12-31', null],
    cast: 'date',
  }),
  column([group, 'date ±infinity'], { postgres: 'date', parquet: 'date' }, {
    texts: ['infinity', '-infinity', null],
    cast: 'date',
  }),
  column([group, 'dates before Christ'], {
    postgres: 'date',
    parquet: { type: 'date', values: [`'0044-03-15 (BC)'`, `'4713-01-01 (BC)'`, 'null'] },
  }, { texts: ['0044-03-15 BC', '4713-01-01 BC', null], cast: 'date' }),
  column([group, 'years over 9999'], { postgres: 'date', parquet: 'date' }, {
    texts: ['10000-01-01', '294247-01-10', null],
    cast: 'date',
  }),
  column([group, 'zero dates'], { mysql: 'date' }, {
    texts: ['0000-00-00', '2020-00-00', '2020-01-00', null],
  }),
  column([group, 'zero datetimes'], { mysql: 'datetime' }, {
    texts: ['0000-00-00 00:00:00', '2020-01-01 00:00:00', null],
    reading: 'time',
  }),
]

const stamps: readonly Trap[] = [
  column([group, 'timestamp with microseconds'], {
    postgres: 'timestamp',
    mysql: 'datetime(6)',
    parquet: 'timestamp',
  }, {
    texts: [
      '2020-01-01 00:00:00.123456',
      '2021-03-14 02:30:00',
      '1969-12-31 23:59:59.999999',
      '1000-01-01 00:00:00',
      '9999-12-31 23:59:59.999999',
      null,
    ],
    reading: 'time',
    cast: 'timestamp',
  }),
  column(
    [group, 'timestamp(3)'],
    { postgres: 'timestamp(3)', mysql: 'datetime(3)', parquet: 'timestamp_ms' },
    {
      texts: ['2020-01-01 00:00:00.123', '2020-01-01 00:00:00', null],
      reading: 'time',
      cast: 'timestamp(3)',
    },
  ),
  column([group, 'timestamp with nanoseconds'], { parquet: 'timestamp_ns' }, {
    texts: ['2020-01-01 00:00:00.123456789', null],
    reading: 'time',
  }),
  column([group, 'timestamp ±infinity'], { postgres: 'timestamp', parquet: 'timestamp' }, {
    texts: ['infinity', '-infinity', null],
    cast: 'timestamp',
  }),
  column([group, 'timestamp before Christ'], {
    postgres: 'timestamp',
    parquet: { type: 'timestamp', values: [`'0044-03-15 (BC) 10:00:00.000001'`, 'null'] },
  }, { texts: ['0044-03-15 10:00:00.000001 BC', null], reading: 'time', cast: 'timestamp' }),
  column([group, 'timestamp after 9999'], { postgres: 'timestamp', parquet: 'timestamp' }, {
    texts: ['12020-01-01 00:00:00', '290000-01-01 00:00:00', null],
    reading: 'time',
    cast: 'timestamp',
  }),
  column([group, 'timestamptz under a zone that is not UTC'], {
    postgres: 'timestamptz',
    mysql: { type: 'timestamp(6)', values: [...withoutZone(instants).map((text) => `'${text}'`), 'null'] },
    parquet: 'timestamptz',
  }, {
    texts: [...instants, null],
    arrives: { mysql: [...withoutZone(instants), null] },
    reading: 'time',
    cast: 'timestamptz',
  }),
  column([group, 'timestamptz of 1883, in local mean time'], {
    postgres: 'timestamptz',
    parquet: 'timestamptz',
  }, {
    texts: ['1883-11-18 12:03:57+00', '1883-11-18 17:00:00.000001+00', null],
    arrives: { mysql: ['1883-11-18 12:03:57', '1883-11-18 17:00:00.000001', null] },
    reading: 'time',
    cast: 'timestamptz',
  }),
  column([group, 'timestamptz ±infinity'], { postgres: 'timestamptz', parquet: 'timestamptz' }, {
    texts: ['infinity', '-infinity', null],
    cast: 'timestamptz',
  }),
  column([group, 'timestamptz before Christ'], {
    postgres: 'timestamptz',
    parquet: { type: 'timestamptz', values: [`'0044-03-15 (BC) 10:00:00+00'`, 'null'] },
  }, { texts: ['0044-03-15 10:00:00+00 BC', null], reading: 'time', cast: 'timestamptz' }),
  column([group, 'instants as text, spelled in many ways'], { sqlite: 'datetime' }, {
    texts: [
      '2020-01-01 00:00:00',
      '2020-01-01T00:00:00Z',
      '2020-01-01T00:00:00.000001+05:45',
      '1577836800',
      null,
    ],
  }),
]

const ofDay: readonly Trap[] = [
  column([group, 'time'], { postgres: 'time', mysql: 'time(6)', parquet: 'time' }, {
    texts: ['00:00:00', '23:59:59.999999', '12:00:00.5', null],
    reading: 'time',
    cast: 'time',
  }),
  column([group, 'time 24:00'], { postgres: 'time' }, {
    texts: ['24:00:00', null],
    reading: 'time',
    cast: 'time',
  }),
  column([group, 'TIME −838:59:59'], { mysql: 'time(6)' }, {
    texts: ['-838:59:59', '838:59:58.999999', '24:00:00', '-00:00:00.000001', null],
    reading: 'time',
  }),
  column([group, 'timetz'], { postgres: 'timetz', parquet: 'timetz' }, {
    texts: ['12:00:00+02', '23:59:59.999999-15:59', null],
  }),
  column([group, 'interval'], { postgres: 'interval' }, {
    texts: [
      '1 year 2 mons -3 days +04:05:06.789012',
      '-00:00:00.000001',
      '178000000 years',
      '1 mon',
      '30 days',
      null,
    ],
  }),
  column([group, 'interval of Parquet'], {
    parquet: { type: 'interval', values: [`'1 month 2 days'`, 'null'] },
  }, {
    texts: ['1 month 2 days', null],
  }),
]

export const times: readonly Trap[] = [...dates, ...stamps, ...ofDay]
