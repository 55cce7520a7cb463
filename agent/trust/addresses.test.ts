import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AddressRules, parseRange } from './addresses.ts'

const rules = new AddressRules([])

describe('address rules', () => {
  const refused = [
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '0.1.2.3',
    '169.254.169.254',
    '169.254.0.1',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::7f00:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '::ffff:0:127.0.0.1',
    '::ffff:0:a9fe:a9fe',
    '0:0:0:0:ffff:0:8.8.8.8',
    'fec0::1',
    'feff:ffff::1',
    'fe80::1',
    'fe80::1%eth0',
    'fd00:ec2::254',
    'fd00:ec2::23',
    'fd20:ce::254',
    'fd00:c1::a9fe:a9fe',
    'fd00:42::42',
    '192.0.0.8',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b::169.254.169.254',
    '64:ff9b:1::1',
    '64:ff9b::808:808',
    '::ffff:169.254.169.254',
    '::ffff:100.100.100.200',
    '::ffff:168.63.129.16',
    '::ffff:0.0.0.0',
    '2002:a9fe:a9fe::1',
    '0000:0000:0000:0000:0000:ffff:7f00:0001',
    'ff02::1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001::1',
    'not an address',
  ]
  for (const address of refused) {
    test(`refuse ${address}`, () => {
      assert.throws(() => rules.check('db', [address]), { code: 'address_refused' })
    })
  }

  for (
    const address of [
      '10.0.0.5',
      '192.168.1.1',
      '172.16.0.9',
      '8.8.8.8',
      '2606:4700::1',
      'fd12::5',
      '::ffff:10.0.0.5',
    ]
  ) {
    test(`pass ${address}`, () => rules.check('db', [address]))
  }

  test('a name is as safe as the worst of its addresses', () => {
    assert.throws(() => rules.check('db', ['10.0.0.5', '127.0.0.1']), { code: 'address_refused' })
    assert.throws(() => rules.check('db', []), { code: 'address_refused' })
  })

  test('a named address or range passes, its neighbours do not', () => {
    const named = new AddressRules(['127.0.0.1', 'fe80::/10'])
    named.check('db', ['127.0.0.1', 'fe80::7'])
    assert.throws(() => named.check('db', ['127.0.0.2']), { code: 'address_refused' })
  })

  test('naming a translated range opens no address that it hides', () => {
    const named = new AddressRules(['64:ff9b::/96', '2002::/16', '::/96', '::ffff:0:0:0/96'])
    named.check('db', ['64:ff9b::808:808', '2002:808:808::1'])
    for (
      const address of [
        ...['64:ff9b::a9fe:a9fe', '64:ff9b::7f00:1', '64:ff9b::169.254.169.254', '2002:7f00:1::1'],
        ...['::169.254.169.254', '::ffff:0:127.0.0.1'],
      ]
    ) assert.throws(() => named.check('db', [address]), { code: 'address_refused' }, address)
    new AddressRules(['64:ff9b::/96', '127.0.0.1']).check('db', ['64:ff9b::7f00:1'])
    new AddressRules(['::1']).check('db', ['::1'])
  })

  test('ranges are addresses with an optional prefix, and nothing else', () => {
    assert.deepEqual(parseRange('10.0.0.0/8'), ['10.0.0.0', 8])
    assert.deepEqual(parseRange('::1'), ['::1', 128])
    for (
      const text of ['localhost', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0', 'fe80::1%eth0', '']
    ) {
      assert.equal(parseRange(text), null, text)
    }
  })
})
