/** What the environment says, read once. Values are never printed: a message names the variable. */
import { dirname, join } from 'node:path'
import { type MailServer, readMailServer } from './auth/mail/mail.ts'
import { readProviders } from './auth/providers/configured.ts'
import type { ConfiguredProvider } from './auth/providers/providers.ts'
import { type MasterKeys, parseMasterKeys } from './db/master_keys.ts'
import { type RateLimits, readRate, usualRates } from './http/rates.ts'

export interface Config {
  readonly port: number
  /** Without a trailing slash. Its authority is what agents sign. */
  readonly publicUrl: string
  /** Where to listen: loopback alone when the public URL is loopback. */
  readonly hostname: string
  readonly databaseUrl: string
  readonly databaseToken: string | null
  /** Null when they are made on first start, which only a development edge may do. */
  readonly masterKeys: MasterKeys | null
  readonly masterKeysFile: string
  /** Null when it is made on first start. */
  readonly setupToken: string | null
  readonly setupTokenFile: string
  /** Opens figures by pool; null: there are none. */
  readonly metricsToken: string | null
  /** Proxies in front of the edge, each of which adds an address to X-Forwarded-For. */
  readonly forwardedHops: number
  /** How many requests an address and a principal may make. */
  readonly rates: RateLimits
  /** Whom anybody may sign in with. */
  readonly providers: readonly ConfiguredProvider[]
  /** Whether issuers on loopback are asked: where the edge is there itself. */
  readonly loopbackProviders: boolean
  /** Where mail goes out; null: this installation sends none. */
  readonly mail: MailServer | null
}

type Environment = (name: string) => string | undefined

/** Throws an Error that names the variable when one makes no sense. */
export function readConfig(get: Environment): Config {
  const port = readPort(get('SALLYPORT_PORT') ?? '8787')
  const publicUrl = readUrl(get('SALLYPORT_PUBLIC_URL') ?? `http://localhost:${port}`)
  const databaseUrl = readDatabaseUrl(get('SALLYPORT_DATABASE_URL') ?? 'file:./data/sallyport.db')
  const embedded = databaseUrl.startsWith('file:')
  const folder = embedded ? dirname(databaseUrl.slice('file:'.length)) : './data'
  const local = isLoopback(new URL(publicUrl).hostname)
  const masterKeys = readMasterKeys(get('SALLYPORT_MASTER_KEYS'))
  if (masterKeys === null && !(embedded && local)) {
    throw new Error(
      'SALLYPORT_MASTER_KEYS is required: only an edge on loopback with a file: database makes its own',
    )
  }
  return {
    port,
    publicUrl,
    hostname: local ? '127.0.0.1' : '0.0.0.0',
    databaseUrl,
    databaseToken: get('SALLYPORT_DATABASE_TOKEN') ?? null,
    masterKeys,
    masterKeysFile: join(folder, 'master_keys'),
    setupToken: readToken('SALLYPORT_SETUP_TOKEN', get),
    setupTokenFile: join(folder, 'setup_token'),
    metricsToken: readToken('SALLYPORT_METRICS_TOKEN', get),
    forwardedHops: readHops(get('SALLYPORT_FORWARDED_HOPS') ?? '0'),
    rates: readRates(get),
    providers: readProviders(get, { loopback: local }),
    loopbackProviders: local,
    mail: readMailServer(get('SALLYPORT_SMTP_URL'), get('SALLYPORT_MAIL_FROM')),
  }
}

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65535) throw new Error('SALLYPORT_PORT is not a port')
  return port
}

function readHops(text: string): number {
  if (!/^[0-9]$/.test(text)) throw new Error('SALLYPORT_FORWARDED_HOPS is not a number from 0 to 9')
  return Number(text)
}

function readRates(get: Environment): RateLimits {
  const read = (name: string, usual: RateLimits['address']) => {
    const text = get(name)
    if (text === undefined || text === '') return usual
    const said = readRate(text)
    if (said === null) throw new Error(`${name} is not a rate and a burst, like 500/5000, or off`)
    return said.rate
  }
  return {
    address: read('SALLYPORT_RATE_ADDRESS', usualRates.address),
    principal: read('SALLYPORT_RATE_PRINCIPAL', usualRates.principal),
  }
}

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.pathname !== '/') {
    throw new Error('SALLYPORT_PUBLIC_URL is not an http or https URL without a path')
  }
  return url.origin
}

function readDatabaseUrl(text: string): string {
  if (!/^(file:.+|(libsql|https?):\/\/.+)$/.test(text)) {
    throw new Error('SALLYPORT_DATABASE_URL is not a file:, libsql:, https: or http: URL')
  }
  return text
}

function readMasterKeys(text: string | undefined): MasterKeys | null {
  if (text === undefined || text === '') return null
  try {
    return parseMasterKeys(text)
  } catch (cause) {
    throw new Error(`SALLYPORT_MASTER_KEYS: ${(cause as Error).message}`, { cause })
  }
}

function readToken(name: string, get: Environment): string | null {
  const text = get(name)
  if (text === undefined || text === '') return null
  if (text.length < 24 || !/^[A-Za-z0-9._~+/-]+=*$/.test(text)) {
    throw new Error(`${name} needs at least 24 characters, of those that a Bearer token may have`)
  }
  return text
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
