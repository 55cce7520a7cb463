import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inRanges, isRange, networkOf, rangesWithin } from './networks.ts'

describe('an address list', () => {
  const cases: readonly (readonly [address: string, range: string, inside: boolean])[] = [
    ['192.0.2.1', '192.0.2.0/24', true],
    ['192.0.3.1', '192.0.2.0/24', false],
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.2', '192.0.2.1', false],
    ['10.255.255.255', '10.0.0.0/8', true],
    ['11.0.0.0', '10.0.0.0/8', false],
    ['255.255.255.255', '0.0.0.0/0', true],
    ['::ffff:192.0.2.1', '192.0.2.0/24', true],
    ['::FFFF:c000:201', '192.0.2.0/24', true],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '::ffff:192.0.2.0/120', true],
    ['192.0.3.1', '::ffff:192.0.2.0/120', false],
    ['::192.0.2.1', '192.0.2.1', false],
    ['2001:db8::1', '2001:db8::/32', true],
    ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1', true],
    ['2001:db9::1', '2001:db8::/32', false],
    ['::1', '::/0', true],
    ['192.0.2.1', '::/0', false],
    ['2001:db8::1', '0.0.0.0/0', false],
    ['fe80::1%eth0', 'fe80::/10', false],
    ['nonsense', '0.0.0.0/0', false],
    ['', '::/0', false],
  ]
  for (const [address, range, inside] of cases) {
    test(`${range} ${inside ? 'holds' : 'does not hold'} ${address || 'nothing'}`, () => {
      assert.equal(inRanges(address, [range]), inside)
      assert.equal(inRanges(address, ['203.0.113.9', range]), inside)
    })
  }

  test('that is empty holds nobody', () => assert.equal(inRanges('192.0.2.1', []), false))

  test('takes a range in any spelling, and nothing that only looks like one', () => {
    for (
      const text of [
        '192.0.2.1',
        '0.0.0.0/0',
        '192.0.2.128/25',
        '::/0',
        '2001:db8::/32',
        '::ffff:192.0.2.0/120',
      ]
    ) {
      assert.ok(isRange(text), text)
    }
    const refused = [
      '192.0.2.1/24',
      '2001:db8::1/32',
      '192.0.2.0/33',
      '192.0.2.0/-1',
      '192.0.2.0/08',
      '192.0.2.0/',
    ]
    const broken = [
      '192.0.2',
      '192.0.02.1',
      '1/8',
      '::/129',
      '::ffff:0:0/95',
      'fe80::1%1',
      '192.0.2.0/24/24',
      '',
      ' ',
    ]
    for (const text of [...refused, ...broken]) assert.ok(!isRange(text), text)
  })
})

test('a network has one name, whatever the spelling of an address in it', () => {
  assert.equal(networkOf('192.0.2.77'), '192.0.2.0/24')
  assert.equal(networkOf('::ffff:192.0.2.1'), '192.0.2.0/24')
  assert.equal(networkOf('2001:db8:1:2::3'), '2001:db8:1::/48')
  assert.equal(networkOf('2001:0DB8:0001:ffff::'), '2001:db8:1::/48')
  assert.equal(networkOf('::1'), '0:0:0::/48')
  assert.equal(networkOf('unknown'), 'unknown')
})

test('a list lies within another when each of its ranges does', () => {
  const cases: readonly (readonly [inner: string[], outer: string[], within: boolean])[] = [
    [['192.0.2.0/25', '10.1.0.0/16'], ['10.0.0.0/8', '192.0.2.0/24'], true],
    [['192.0.2.0/24'], ['192.0.2.0/25', '192.0.2.128/25'], false],
    [['0.0.0.0/0'], ['10.0.0.0/8'], false],
    [['::ffff:192.0.2.0/120'], ['192.0.2.0/24'], true],
    [['2001:db8:1::/48'], ['2001:db8::/32'], true],
    [['2001:db8::/32'], ['0.0.0.0/0'], false],
  ]
  for (const [inner, outer, expected] of cases) {
    assert.equal(rangesWithin(inner, outer), expected, inner.join())
  }
})
