import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readMailServer } from './mail.ts'
import { mailServer } from './server_fixture.ts'
import { smtpSender } from './smtp.ts'
import { letter, registerMail } from './templates.ts'

const mail = registerMail({ to: 'ada@example.com', base: 'https://edge.example', secret: 'sp_ver_x' })

describe('a mail over SMTP', () => {
  test('arrives as text and HTML, from its sender and to one address', async () => {
    await using at = await mailServer()
    await smtpSender(at.server)(mail, 'an-id')
    const [got] = at.received
    assert.deepEqual([got?.from, got?.to], ['edge@sallyport.example', ['ada@example.com']])
    assert.match(got?.raw ?? '', /^From: Sallyport <edge@sallyport.example>\r$/m)
    assert.match(got?.raw ?? '', /^Subject: Confirm your mail address\r$/m)
    assert.match(got?.raw ?? '', /^Message-ID: <an-id@sallyport.example>\r$/m)
    assert.match(got?.raw ?? '', /^Auto-Submitted: auto-generated\r$/m)
    assert.match(got?.raw ?? '', /^Content-Type: multipart\/alternative/m)
    assert.equal(got?.raw.match(/https:\/\/edge\.example\/console\/verify#sp_ver_x/g)?.length, 2)
  })

  test('carries the credentials of the configuration, and is not sent where they are wrong', async () => {
    await using at = await mailServer({ authOptional: false })
    await smtpSender({ ...at.server, user: 'edge', password: 'p@ss word' })(mail, 'a')
    assert.equal(at.received[0]?.user, 'edge')
    await assert.rejects(smtpSender({ ...at.server, user: 'edge', password: 'wrong' })(mail, 'b'))
    assert.equal(at.received.length, 1)
  })

  test('does not leave this machine unless under TLS: a server that offers none gets nothing', async () => {
    await using at = await mailServer()
    await assert.rejects(smtpSender({ ...at.server, loopback: false })(mail, 'a'))
    assert.equal(at.received.length, 0)
  })

  test('is not given to a server whose certificate nobody vouches for', async () => {
    await using starttls = await mailServer({ disabledCommands: [] })
    await assert.rejects(smtpSender({ ...starttls.server, loopback: false })(mail, 'a'))
    assert.equal(starttls.received.length, 0)
    await using tls = await mailServer({ secure: true })
    await assert.rejects(smtpSender({ ...tls.server, secure: true })(mail, 'a'))
    assert.equal(tls.received.length, 0)
  })

  test('has no second recipient and no header of its own from what people wrote', async () => {
    await using at = await mailServer()
    const to = 'ada@example.com\r\nBcc: eve@example.com'
    const subject = 'Hello\r\nBcc: eve@example.com'
    await smtpSender(at.server)(letter({ to: 'ada@example.com', subject, paragraphs: ['x'] }), 'a')
    await smtpSender(at.server)(letter({ to, subject: 'x', paragraphs: ['x'] }), 'b').catch(() => undefined)
    assert.ok(at.received.every(({ to }) => to.length === 1 && !to.includes('eve@example.com')))
    assert.ok(at.received.every(({ raw }) => !/^Bcc:/mi.test(raw)))
  })
})

test('what people wrote stands in a letter as text', () => {
  const { html } = letter({ to: 'a@b', subject: 'x', paragraphs: ['<img src=x onerror=alert(1)> & "more"'] })
  assert.ok(html.includes('&lt;img src=x onerror=alert(1)&gt; &amp; &quot;more&quot;'))
  assert.ok(!html.includes('<img'))
})

describe('the configuration of mail', () => {
  const from = 'Sallyport <no-reply@example.com>'

  test('is none where there is no URL', () => {
    assert.equal(readMailServer(undefined, undefined), null)
    assert.equal(readMailServer('', from), null)
  })

  test('is a URL with credentials, and an address to send from', () => {
    assert.deepEqual(readMailServer('smtps://edge:p%40ss%20word@mail.example.com', from), {
      host: 'mail.example.com',
      port: 465,
      secure: true,
      loopback: false,
      user: 'edge',
      password: 'p@ss word',
      from,
    })
    assert.equal(readMailServer('smtp://mail.example.com:2525', from)?.port, 2525)
    assert.equal(readMailServer('smtp://[::1]', from)?.loopback, true)
    assert.equal(readMailServer('smtp://127.0.0.1.example.com', from)?.loopback, false)
  })

  test('is refused by the name of the variable, without a word of what may hold a password', () => {
    for (
      const [url, sender] of [
        ['http://u:hunter2@mail.example.com', from],
        ['hunter2', from],
        ['smtp://u:hunter2@mail.example.com/path', from],
        ['smtp://u:hunter2@mail.example.com', undefined],
        ['smtp://u:hunter2@mail.example.com', 'not an address hunter2'],
        ['smtp://u:hunter2@mail.example.com', 'a@b.example\r\nBcc: c@d.example'],
      ] as const
    ) {
      assert.throws(() => readMailServer(url, sender), (error: Error) => {
        assert.match(error.message, /^SALLYPORT_(SMTP_URL|MAIL_FROM) /)
        assert.ok(!error.message.includes('hunter2') && error.cause === undefined)
        return true
      })
    }
  })
})
