import { describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { checkParameters, defaultsOf } from './parameters.ts'
import { Parameter } from './schemas/parameter.ts'

const declared = {
  region: Parameter.parse({ enum: ['eu', 'us'] }),
  number: Parameter.parse({ type: 'integer', min: '-5', max: '10' }),
  day: Parameter.parse({ type: 'date', min: '2026-01-01', max: '2026-12-31' }),
  since: Parameter.parse({ type: 'timestamp', min: '2026-01-01T00:00:00Z' }),
  note: Parameter.parse({ type: 'text', max_length: 5 }),
}
type Name = keyof typeof declared

const check = (name: Name, value: string, unsigned = false) =>
  checkParameters({ [name]: declared[name] }, { [name]: value }, { unsigned })

const good: readonly [Name, string][] = [
  ['region', 'eu'],
  ['number', '-5'],
  ['number', '10'],
  ['number', '0'],
  ['day', '2026-02-28'],
  ['since', '2026-01-01T00:00:00Z'],
  ['since', '2026-11-22T10:00:00.123456Z'],
  ['note', "'; --"],
  ['note', '😀😀😀😀😀'],
  ['note', ''],
]

const bad: readonly [Name, string][] = [
  ['region', 'EU'],
  ['region', ''],
  ['region', 'eu '],
  ['number', '-6'],
  ['number', '11'],
  ['number', '1.0'],
  ['number', '1e1'],
  ['number', ' 1'],
  ['number', '01'],
  ['number', '-0'],
  ['number', '٣'],
  ['number', '1; drop table x'],
  ['number', '9'.repeat(40)],
  ['day', '2026-02-30'],
  ['day', '2025-12-31'],
  ['day', '2027-01-01'],
  ['day', '2026-1-1'],
  ['day', 'infinity'],
  ['day', 'now'],
  ['since', '2025-12-31T23:59:59.999999Z'],
  ['since', '2026-01-01 00:00:00'],
  ['since', '2026-01-01T24:00:00Z'],
  ['since', '2026-01-01T00:00:00+02:00'],
  ['note', '123456'],
  ['note', 'a\0b'],
  ['note', '\ud800'],
]

describe('a value of a parameter', () => {
  for (const [name, value] of good) {
    test(`may be ${JSON.stringify(value)} for ${name}`, () => void check(name, value))
  }

  for (const [name, value] of bad) {
    test(`may not be ${JSON.stringify(value).slice(0, 30)} for ${name}`, () => {
      assert.throws(() => check(name, value), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'parameter_refused')
        assert.match(error.message, new RegExp(`^The parameter ${name} `))
        if (value.length > 5) assert.ok(!error.message.includes(value), 'the value is not told')
        return true
      })
    })
  }

  test('is needed for each that is declared, and for none that is not', () => {
    const refused = { code: 'parameter_refused' }
    assert.throws(() => checkParameters(declared, { region: 'eu' }, { unsigned: false }), refused)
    assert.throws(() => checkParameters({}, { region: 'eu' }, { unsigned: false }), refused)
    assert.throws(() => checkParameters({}, { constructor: 'eu' }, { unsigned: false }), refused)
    checkParameters({}, {}, { unsigned: true })
  })

  test('is the signed default where nobody gives one, and no other', () => {
    const preset = {
      region: Parameter.parse({ enum: ['eu', 'us'], default: 'us' }),
      since: Parameter.parse({ type: 'date', default: '2026-01-01' }),
    }
    const since = '2026-01-01'
    assert.deepEqual(checkParameters(preset, {}, { unsigned: true }), { region: 'us', since })
    assert.deepEqual(checkParameters(preset, { region: 'eu' }, { unsigned: true }), { region: 'eu', since })
    assert.deepEqual(defaultsOf({ ...declared, ...preset }), { region: 'us', since })
    assert.deepEqual(defaultsOf(declared), {})
    const odd = { region: Parameter.parse({ enum: ['eu'], default: 'us' }) }
    assert.throws(() => checkParameters(odd, {}, { unsigned: false }), { code: 'parameter_refused' })
    assert.throws(() => defaultsOf(odd), { code: 'parameter_refused' })
  })

  test('that nobody signed is one of an enumeration', () => {
    check('region', 'us', true)
    for (const [name, value] of good.filter(([name]) => name !== 'region')) {
      assert.throws(() => check(name, value, true), { code: 'parameter_refused' }, name)
    }
  })

  test('is within 64 bits, and refused where a bound makes no sense', () => {
    const free = { n: Parameter.parse({ type: 'integer' }) }
    checkParameters(free, { n: '-9223372036854775808' }, { unsigned: false })
    checkParameters(free, { n: '9223372036854775807' }, { unsigned: false })
    const refused = { code: 'parameter_refused' }
    assert.throws(() => checkParameters(free, { n: '9223372036854775808' }, { unsigned: false }), refused)
    const odd = { n: Parameter.parse({ type: 'integer', max: 'many' }) }
    assert.throws(() => checkParameters(odd, { n: '1' }, { unsigned: false }), refused)
  })
})
