/** The last word before a connection is made or a file is opened. */
import { isIP } from 'node:net'
import { resolve, sep } from 'node:path'
import { Fault } from '../../shared/faults.ts'
import { hostFits } from '../../shared/trust/policy.ts'

/** A host that another one has named: a redirect's, a stage's, a presigned URL's. */
export interface Derived {
  readonly connector: string
  /** Where the connection itself leads, as policy writes the place. */
  readonly from: string
  readonly host: string
  readonly port: number
  /** Patterns that the connector or the connection's signed settings declare. */
  readonly declared: readonly string[]
}

/** Another path of the very host that the connection names. */
export interface Onward {
  /** Where the connection itself leads, as policy writes the place. */
  readonly from: string
  /** Of the URL, as it is sent. */
  readonly path: string
}

export interface ConnectGuard {
  /** Called with every address that a name resolved to, before any is connected to. Throws a Fault. */
  address(host: string, addresses: readonly string[]): void
  /** True when a connection without TLS may go to this socket's path or this `host:port`. */
  plain(target: string): boolean
  /** Called with the absolute path of each file and folder that is read or written. Throws a Fault. */
  path(absolute: string): void
  /** Called before a host is contacted that the connection does not name itself. Throws `host_not_declared`. */
  derived(asked: Derived): void
  /** Called before another path of the connection's own host is asked for. Throws `policy_denied`. */
  onward(asked: Onward): void
}

/** The person at the keyboard is the leave for a local run; plain connections stay on this machine. */
export const localGuard: ConnectGuard = {
  address: () => undefined,
  plain: (target) => target.startsWith('/') || isLoopback(hostOf(target)),
  path: () => undefined,
  derived: checkDeclared,
  onward: () => undefined,
}

/** Throws `host_not_declared` for a host that the connection's own declaration does not cover. */
export function checkDeclared({ from, host, declared }: Derived): void {
  if (declared.some((pattern) => hostFits(pattern, host))) return
  throw new Fault(
    'host_not_declared',
    `${from} leads on to ${host}, which the connection does not declare. If that is meant, add it there.`,
  )
}

export function hostOf(target: string): string {
  return target.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** `name` inside `folder`, absolute. Throws `path_refused` when it leads out of it; `said`: the name that was given. */
export function inside(folder: string, name: string, said = name): string {
  const path = resolve(folder, name)
  if (path !== folder && !path.startsWith(folder.endsWith(sep) ? folder : folder + sep)) {
    throw new Fault('path_refused', `"${said}" leads out of the connection's folder.`)
  }
  return path
}
