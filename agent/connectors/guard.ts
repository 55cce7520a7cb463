/** The last word before a connection is made or a file is opened. */
import { isIP } from 'node:net'
import { resolve, sep } from 'node:path'
import { Fault } from '../../shared/faults.ts'

export interface ConnectGuard {
  /** Called with every address that a name resolved to, before any is connected to. Throws a Fault. */
  address(host: string, addresses: readonly string[]): void
  /** True when a connection without TLS may go to this socket's path or this `host:port`. */
  plain(target: string): boolean
  /** Called with the absolute path of each file and folder that is read or written. Throws a Fault. */
  path(absolute: string): void
}

/** The person at the keyboard is the leave for a local run; plain connections stay on this machine. */
export const localGuard: ConnectGuard = {
  address: () => undefined,
  plain: (target) => target.startsWith('/') || isLoopback(hostOf(target)),
  path: () => undefined,
}

function hostOf(target: string): string {
  return target.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** `name` inside `folder`, absolute. Throws `path_refused` when it leads out of it. */
export function inside(folder: string, name: string): string {
  const path = resolve(folder, name)
  if (path !== folder && !path.startsWith(folder.endsWith(sep) ? folder : folder + sep)) {
    throw new Fault('path_refused', `"${name}" leads out of the connection's folder.`)
  }
  return path
}
