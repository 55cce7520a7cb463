/** What went wrong on the way to a web server, and what its statuses mean, as Faults. */
import { Fault } from '../../../shared/faults.ts'
import { errno } from '../../files.ts'

const tls = /CERT|TLS|SSL|ALTNAME|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO/

/** `host` is named; addresses and paths are not, they may carry signatures. */
export function faultOf(error: unknown, host: string): Fault {
  if (error instanceof Fault) return error
  const code = errno(error)
  // What the runtime says quotes the whole URL: its code and kind are enough.
  const name = error instanceof Error ? error.name : typeof error
  const options = { cause: Object.assign(new Error(`${name} ${code}`), { code }) }
  const named = error instanceof Error ? error.message : ''
  if (code === 'ENOSPC') return new Fault('disk_full', undefined, options)
  if (code === 'ERR_PROXY_TUNNEL') {
    return new Fault('proxy_refused', `The proxy opens no way to ${host}.`, options)
  }
  if (tls.test(code) || /altname|certificate/i.test(named)) {
    return new Fault('tls_failed', `The certificate of ${host} does not verify.`, options)
  }
  if (/REFUSED|UNREACH|NETDOWN|ADDRNOTAVAIL|TIMEDOUT/i.test(code)) {
    return new Fault('connection_refused', `${host} does not answer.`, options)
  }
  if (code === 'ENOTFOUND') return new Fault('host_unresolved', undefined, options)
  return new Fault('connection_lost', `The connection to ${host} broke off.`, options)
}

/** Of an answer that is no content. */
export function faultOfStatus(status: number, name: string): Fault {
  if (status === 401 || status === 407) return new Fault('login_failed', 'The server wants another token.')
  if (status === 403) {
    return new Fault('permission_denied', `The server does not give "${name}" to this token.`)
  }
  if (status === 404 || status === 410) return new Fault('stream_missing', `There is no file "${name}".`)
  if (status === 408 || status === 429 || status >= 500) {
    return new Fault('source_unavailable', `The server answers ${status} for "${name}".`)
  }
  return new Fault('source_failed', `The server answers ${status} for "${name}".`)
}
