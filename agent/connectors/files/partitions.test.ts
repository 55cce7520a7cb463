import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { partitionFolder, partitionsOf } from './partitions.ts'

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '__HIVE_DEFAULT_PARTITION__',
    '%',
    '%41',
    'a=b',
    'a/b',
    '..',
    '.',
    '',
    ' ',
    '🚢',
    '\n',
    '\0',
    '%5F',
  ),
)

describe('a folder of a partition', () => {
  test('gives back name and value, whatever they are', () => {
    fc.assert(
      fc.property(text.filter((name) => name !== ''), fc.option(text, { nil: null }), (name, value) => {
        const folder = partitionFolder([name, value])
        assert.equal(/[/\0]/.test(folder) || folder === '.' || folder === '..', false)
        assert.deepEqual(partitionsOf([folder]), [[name, value]])
      }),
    )
  })

  test('is spelled as Hive spells it', () => {
    assert.equal(partitionFolder(['day', '2026-01-01']), 'day=2026-01-01')
    assert.equal(partitionFolder(['at', '10:00/x']), 'at=10%3A00%2Fx')
    assert.equal(partitionFolder(['region', null]), 'region=__HIVE_DEFAULT_PARTITION__')
    assert.deepEqual(partitionsOf(['in', 'day=2026-01-01', 'name=%C3%A9%zz']), [['day', '2026-01-01'], [
      'name',
      'é%zz',
    ]])
  })
})
