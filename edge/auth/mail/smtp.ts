/** Mail over SMTP (RFC 5321), by nodemailer. Off loopback it goes under TLS or not at all (RFC 8314). */
import { createTransport } from 'nodemailer'
import type { Mail, MailServer, Sender } from './mail.ts'

const CONNECT_MS = 10_000
const SILENCE_MS = 20_000

export function smtpSender({ host, port, secure, loopback, user, password, from }: MailServer): Sender {
  const transport = createTransport({
    host,
    port,
    secure,
    // Over TLS from the start, or turned to it before anything is said; only a server on this machine may do without.
    requireTLS: !secure && !loopback,
    ignoreTLS: !secure && loopback,
    ...(user === null ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return async ({ to, subject, text, html }: Mail, id: string) => {
    await transport.sendMail({
      from,
      to: { name: '', address: to },
      subject,
      text,
      html,
      // The same on each attempt, so that a mail that arrives twice is seen to be one.
      messageId: `<${id}@${domainOf(from)}>`,
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    })
  }
}

function domainOf(from: string): string {
  return /@([^>\s]+)>?$/.exec(from)?.[1] ?? 'localhost'
}
