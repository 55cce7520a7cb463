import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fromHex, utf8 } from '../../../shared/bytes.ts'
import { hotp, keyUri, secretText } from './hotp.ts'
import { acceptedStep, NO_STEP } from './totp.ts'

const secret = utf8('12345678901234567890')

/** RFC 4226, appendix D. */
const counters = [
  '755224',
  '287082',
  '359152',
  '969429',
  '338314',
  '254676',
  '287922',
  '162583',
  '399871',
  '520489',
]

/** RFC 6238, appendix B, SHA-1: the last six of its eight digits, which are the same number modulo 10^6. */
const times: readonly [seconds: number, code: string][] = [
  [59, '287082'],
  [1111111109, '081804'],
  [1111111111, '050471'],
  [1234567890, '005924'],
  [2000000000, '279037'],
  [20000000000, '353130'],
]

/** RFC 4648 §10, without padding. */
const base32: readonly [text: string, encoded: string][] = [
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
]

describe('one-time codes', () => {
  test('are those of RFC 4226', async () => {
    for (const [counter, code] of counters.entries()) assert.equal(await hotp(secret, counter), code)
  })

  test('are accepted at the times of RFC 6238', async () => {
    for (const [seconds, code] of times) {
      const step = await acceptedStep({ secret, code, last: NO_STEP, now: seconds * 1000 })
      assert.equal(step, Math.floor(seconds / 30), code)
    }
  })

  test('are good one step early and one late, and no further', async () => {
    const code = await hotp(secret, 1000)
    for (
      const [step, good] of [[998, false], [999, true], [1000, true], [1001, true], [1002, false]] as const
    ) {
      for (const now of [step * 30_000, step * 30_000 + 29_999]) {
        assert.equal(await acceptedStep({ secret, code, last: NO_STEP, now }), good ? 1000 : null)
      }
    }
  })

  test('are good once: a step that was accepted, or one before it, is refused', async () => {
    const now = 1000 * 30_000
    for (const step of [999, 1000, 1001]) {
      const code = await hotp(secret, step)
      assert.equal(await acceptedStep({ secret, code, last: step - 1, now }), step)
      assert.equal(await acceptedStep({ secret, code, last: step, now }), null)
      assert.equal(await acceptedStep({ secret, code, last: 1001, now }), null)
    }
  })

  test('of another length, script or secret are none', async () => {
    const now = 59_000
    for (
      const code of [
        '',
        '28708',
        '2870822',
        '287083',
        '２８７０８２',
        '287082\n',
        ' 28708',
        '94287082',
        '000000',
      ]
    ) {
      assert.equal(await acceptedStep({ secret, code, last: NO_STEP, now }), null, JSON.stringify(code))
    }
    const other = fromHex('00'.repeat(20))
    assert.equal(await acceptedStep({ secret: other, code: '287082', last: NO_STEP, now }), null)
  })
})

describe('what an authenticator app is given', () => {
  test('spells the secret in base32, as in RFC 4648', () => {
    for (const [text, encoded] of base32) assert.equal(secretText(utf8(text)), encoded)
    assert.equal(secretText(secret), 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
  })

  test('names installation, account and the same secret', () => {
    const uri = new URL(keyUri('edge.test:8787', 'ada+work@example.com', secret))
    assert.equal(uri.protocol, 'otpauth:')
    assert.equal(
      decodeURIComponent(uri.pathname.split('/').at(-1) ?? ''),
      'edge.test:8787:ada+work@example.com',
    )
    assert.equal(uri.searchParams.get('secret'), secretText(secret))
    assert.equal(uri.searchParams.get('issuer'), 'edge.test:8787')
  })
})
