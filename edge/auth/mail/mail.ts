/** What a mail is, and where it goes out. */

export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** Hands a mail to a server; rejects when that did not take it. `id` is the same on each attempt. */
export type Sender = (mail: Mail, id: string) => Promise<void>

export interface MailServer {
  readonly host: string
  readonly port: number
  /** TLS from the first byte (`smtps:`). */
  readonly secure: boolean
  /** Whether it is on this machine. */
  readonly loopback: boolean
  readonly user: string | null
  readonly password: string | null
  /** `Sallyport <no-reply@example.com>`. */
  readonly from: string
}

const PORTS: Readonly<Record<string, number>> = { 'smtp:': 587, 'smtps:': 465 }

/**
 * Reads `smtps://user:password@host:465`. Throws an Error that names the variable and quotes nothing of it, which may
 * hold a password.
 */
export function readMailServer(url: string | undefined, from: string | undefined): MailServer | null {
  if (url === undefined || url === '') return null
  const parsed = URL.canParse(url) ? new URL(url) : null
  const port = parsed === null ? undefined : PORTS[parsed.protocol]
  if (parsed === null || port === undefined || parsed.hostname === '' || !/^\/?$/.test(parsed.pathname)) {
    throw new Error('SALLYPORT_SMTP_URL is not an smtp: or smtps: URL with a host')
  }
  if (from === undefined || !/^([^<>\r\n]*<[^<>\s@]+@[^<>\s@]+>|[^<>\s@]+@[^<>\s@]+)$/.test(from)) {
    throw new Error('SALLYPORT_MAIL_FROM is not an address, or a name and <an address>; mail needs one')
  }
  const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1')
  return {
    host,
    port: parsed.port === '' ? port : Number(parsed.port),
    secure: parsed.protocol === 'smtps:',
    loopback: host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host),
    user: parsed.username === '' ? null : decodeURIComponent(parsed.username),
    password: parsed.password === '' ? null : decodeURIComponent(parsed.password),
    from,
  }
}
