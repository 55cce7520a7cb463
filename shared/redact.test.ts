import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Redactor } from './redact.ts'

const secret = 'p4ss/wörd+"x'

function redactor(): Redactor {
  const it = new Redactor()
  it.add([secret])
  return it
}

describe('redaction', () => {
  const b64 = (text: string) => Buffer.from(text).toString('base64')
  const forms: Record<string, string> = {
    raw: secret,
    json: JSON.stringify({ password: secret }),
    url: `postgres://u:${encodeURIComponent(secret)}@h/d`,
    'url in lower case': encodeURIComponent(secret).replace(/%../g, (c) => c.toLowerCase()),
    form: new URLSearchParams({ password: secret }).toString(),
    hex: Buffer.from(secret).toString('hex'),
    base64: b64(secret),
    'base64, one byte in': b64(`a${secret}`),
    'base64, two bytes in': b64(`ab${secret}zz`),
    base64url: Buffer.from(`u:${secret}`).toString('base64url'),
  }
  for (const [name, text] of Object.entries(forms)) {
    test(`takes the secret out of ${name}`, () => {
      const out = redactor().whole(`before ${text} after`)
      assert.match(out, /^before .*\[redacted\].* after$/s)
      for (const form of Object.values(forms)) assert.ok(!out.includes(form))
    })
  }

  test('finds a secret however it is cut across writes', () => {
    fc.assert(fc.property(
      fc.array(fc.oneof(fc.constant(secret), fc.constantFrom(...Object.values(forms)), fc.string()), {
        maxLength: 8,
      }),
      fc.array(fc.nat({ max: 40 }), { maxLength: 30 }),
      (parts, cuts) => {
        const text = parts.join('')
        const it = redactor()
        let out = ''
        let at = 0
        for (const cut of cuts) {
          out += it.write(text.slice(at, at + cut))
          at += cut
        }
        out += it.write(text.slice(at)) + it.end()
        for (const form of [secret, b64(secret), encodeURIComponent(secret)]) {
          if (out.includes(form)) return false
        }
        return true
      },
    ))
  })

  test('leaves everything else as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('p', '4', 's', ' ', 'é') })), (parts) => {
        const it = redactor()
        return parts.map((part) => it.write(part)).join('') + it.end() === parts.join('')
      }),
    )
  })

  test('short words are not secrets', () => {
    const it = new Redactor()
    it.add(['on', 'abc'])
    assert.equal(it.whole('on abc'), 'on abc')
  })

  test('a secret that is part of another is taken out where it stands alone, too', () => {
    const it = new Redactor()
    it.add(['hunter', 'hunter2!'])
    assert.equal(it.whole('hunter hunter2!'), '[redacted] [redacted]')
    assert.equal(it.write('hunter') + it.write('2! hunter') + it.end(), '[redacted] [redacted]')
  })
})
