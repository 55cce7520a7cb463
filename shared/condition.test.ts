import { describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { bindCondition, conditionText, parseCondition } from './condition.ts'
import type { Parameter } from './schemas/parameter.ts'

describe('a condition', () => {
  const good = [
    'true',
    "status <> 'draft'",
    "note = 'it''s; -- fine /* too */ select'",
    `"odd ""name)" = 1 and ("select" = 'x')`,
    "path ~ E'\\'\\\\(' and x like '100\\%'",
    'amount::numeric(12,2) >= 1.5e3 and (a or (b and not c))',
    "größe > 3 and data->>'k' = any(array[1,2]) and x % 2 = 0",
    'selected and table_name is not null and width_bucket(a, 1, 2, 3) = 1',
    "tag = '$5' and col$x = 1",
  ]
  for (const text of good) {
    test(`may be ${text}`, () => assert.deepEqual(parseCondition(text), [text]))
  }

  const bad: readonly [string, RegExp][] = [
    ['', /empty/],
    ['  \n', /empty/],
    ['true; drop table orders', /end/],
    ["true) to program 'id' --", /never opened/],
    ['(true', /not closed/],
    ['true)) union all (select 1', /never opened/],
    ['id in (select id from secret)', /SELECT/],
    ['exists (TABLE secret)', /TABLE/],
    ['x = (with a as (values (1)) values (1))', /WITH/],
    ['true -- and more', /comment/],
    ['a --\n) or (b', /comment/],
    ['true /* and more', /comment/],
    ["name = 'open", /quote/],
    ["name = E'open\\'", /quote/],
    ['name = "open', /quote/],
    ['x = $$text$$', /dollar/],
    ['x = $1', /dollar/],
    ['x = $tag$ text $tag$', /dollar/],
    ['x = ${Name}', /names no parameter/],
    ['x = ${}', /names no parameter/],
    ['x = ${a', /dollar/],
    ["x = '${region}'", /in quotes/],
    ['"${region}" = 1', /in quotes/],
    ["x = '\\' or ${region} or '", /in quotes|quote/],
    ['x = \0', /end/],
    ["x = E'a'\n'\\' = ') union all (select 1) --'", /follows another/],
    ["x = 'a' 'b'", /follows another/],
    ["x = E'a'\t\n\r\n'b'", /follows another/],
    ["🚢e'\\' ) union all (select 1) --'", /no letter/],
    ['exists\u00a0(\u00a0from secret)', /no letter/],
    ["${region}e'\\' ) or ('", /touches/],
    ["${region}'a'", /touches/],
    ['x = ${region}1', /touches/],
  ]
  for (const [text, why] of bad) {
    test(`may not be ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseCondition(text), { code: 'pipeline_invalid', message: why })
    })
  }
})

const declared: Record<string, Parameter> = { region: { enum: ['eu'] }, since: { type: 'date' } }

describe('a condition with parameters', () => {
  const text = 'region = ${region} and (day >= ${since} or ${since} is null)'
  const evil = "'; drop table orders; --"

  test('has them in their places, and their values beside it', () => {
    const condition = bindCondition(text, declared, { region: evil, since: '2026-01-01' })
    const spelled = conditionText(condition, (parameter, type) => `<${parameter}:${type}>`)
    assert.equal(spelled, '(region = <region:text> and (day >= <since:date> or <since:date> is null))')
    assert.equal(condition.values['region']?.value, evil)
    assert.ok(!JSON.stringify(condition.pieces).includes('drop'))
  })

  test('is refused without a value, or with a parameter that is not declared', () => {
    const refused = { code: 'parameter_refused' }
    assert.throws(() => bindCondition(text, declared, { region: 'eu' }), refused)
    assert.throws(() => bindCondition('x = ${other}', declared, { other: '1' }), refused)
    assert.throws(() => bindCondition('x = ${constructor}', declared, {}), refused)
  })
})
