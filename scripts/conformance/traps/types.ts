/** Types that only some engines have: arrays, addresses, ranges, enums and what people define. */
import { column, type Trap } from '../trap.ts'

const arrays: readonly Trap[] = [
  column(['arrays', 'arrays with NULLs'], { postgres: 'integer[]' }, { texts: ['{}', '{1,NULL,3}', null] }),
  column(['arrays', 'arrays of two dimensions'], { postgres: 'integer[]' }, {
    texts: ['{{1,2},{3,NULL}}', null],
  }),
  column(['arrays', 'arrays with lower bounds'], { postgres: 'integer[]' }, {
    texts: ['[5:6]={1,2}', '[0:1][-1:0]={{1,2},{3,4}}', null],
  }),
  column(['arrays', 'arrays of text'], { postgres: 'text[]' }, {
    texts: ['{"","NULL",NULL,"a,b","c\\"d","e\\\\f","g\nh"," "}', '{}', null],
  }),
  column(['arrays', 'arrays of numeric(10,2)'], { postgres: 'numeric(10,2)[]' }, {
    texts: ['{1.50,NULL,-0.01}', null],
  }),
  column(['arrays', 'arrays of an enum'], {
    postgres: { type: 'mood_of_arrays[]', setUp: [`create type mood_of_arrays as enum ('sad', 'ok')`] },
  }, { texts: ['{sad,NULL}', null] }),
  column(['arrays', 'lists of Parquet'], {
    parquet: { type: 'integer[]', values: ['[1, null, 3]', '[]', 'null'] },
  }, {
    texts: ['[1, NULL, 3]', '[]', null],
  }),
  column(['arrays', 'structs of Parquet'], {
    parquet: { type: 'struct(a integer, b varchar)', values: [`{'a': 1, 'b': 'x'}`, 'null'] },
  }, { texts: [`{'a': 1, 'b': x}`, null] }),
]

const users: readonly Trap[] = [
  column(['types', 'enums with commas and quotes'], {
    postgres: { type: 'mood', setUp: [`create type mood as enum ('sad', 'so, so', 'it''s "ok"')`] },
    mysql: `enum('sad', 'so, so', 'it''s "ok"')`,
    parquet: { type: 'mood', setUp: [`create type mood as enum ('sad', 'so, so', 'it''s "ok"')`] },
  }, { texts: ['sad', 'so, so', `it's "ok"`, null] }),
  column(['types', 'ENUM that was given none of its values'], {
    mysql: { type: `enum('sad', 'ok')`, values: [`''`, `'ok'`, 'null'] },
  }, { texts: ['', 'ok', null] }),
  column(['types', 'SET'], { mysql: `set('a', 'b c', '"d"')` }, { texts: ['a,b c', '', 'a,b c,"d"', null] }),
  column(['types', 'domains'], {
    postgres: { type: 'cents', setUp: ['create domain cents as numeric(10,2) check (value >= 0)'] },
  }, { texts: ['1.25', '0.00', null] }),
  column(['types', 'composites'], {
    postgres: { type: 'pair', setUp: ['create type pair as (a integer, b text)'] },
  }, { texts: ['(1,"a,b")', '(,"")', null] }),
]

const builtIn: readonly Trap[] = [
  column(['types', 'uuid'], { postgres: 'uuid', mysql: 'uuid', parquet: 'uuid' }, {
    texts: ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '00000000-0000-0000-0000-000000000000', null],
    cast: 'uuid',
  }),
  column(['types', 'inet'], { postgres: 'inet' }, { texts: ['10.1.2.3', '10.0.0.0/8', '::1', null] }),
  column(['types', 'INET6'], { mysql: 'inet6' }, { texts: ['::1', '2001:db8::ff00:42:8329', null] }),
  column(['types', 'cidr'], { postgres: 'cidr' }, { texts: ['10.0.0.0/8', '2001:db8::/32', null] }),
  column(['types', 'macaddr'], { postgres: 'macaddr' }, { texts: ['08:00:2b:01:02:03', null] }),
  column(['types', 'int4range'], { postgres: 'int4range' }, { texts: ['[1,5)', 'empty', '(,)', null] }),
  column(['types', 'tstzrange'], { postgres: 'tstzrange' }, {
    texts: ['["2020-01-01 05:00:00+00",infinity)', '(,)', null],
  }),
  column(['types', 'multiranges'], { postgres: 'nummultirange' }, { texts: ['{[1.10,2),(3,)}', '{}', null] }),
  column(['types', 'xml'], {
    postgres: {
      type: 'xml',
      values: [`xmlparse(content '<a>1</a><b/>')`, `xmlparse(content '<a b="&lt;">x</a>')`, 'null'],
    },
  }, { texts: ['<a>1</a><b/>', '<a b="&lt;">x</a>', null] }),
  column(['types', 'point'], { postgres: 'point' }, { texts: ['(1.5,-0)', null] }),
  column(['types', 'geometry'], {
    mysql: { type: 'geometry', values: [`st_geomfromtext('point(1 2)')`, 'null'] },
  }, { texts: ['\\x000000000101000000000000000000f03f0000000000000040', null] }),
  column(['types', 'tsvector'], { postgres: 'tsvector' }, { texts: [`'a':1A 'fat':2B 'q''x':3`, null] }),
  column(['types', 'pg_lsn'], { postgres: 'pg_lsn' }, { texts: ['16/B374D848', null] }),
  column(['types', 'regclass'], { postgres: 'regclass' }, { texts: ['pg_class', null] }),
]

export const types: readonly Trap[] = [...arrays, ...users, ...builtIn]
