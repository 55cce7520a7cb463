/** What every way to a server begins with: addresses that were checked, the authorities that count. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Fault } from '../../shared/faults.ts'
import type { Context } from './connector.ts'

/** The addresses that the guard has seen and let pass: only these are connected to, and each time anew. */
export async function addressesOf(host: string, { network, guard }: Context): Promise<readonly string[]> {
  const addresses = await network.resolve(host)
  guard.address(host, addresses)
  return addresses
}

/** PEM of a connection's own authority, written in it or in a file; null for none. */
export function authorityOf(
  { ca, caFile }: { readonly ca: string | null; readonly caFile: string | null },
  { base, guard }: Context,
): string | null {
  if (ca !== null || caFile === null) return ca
  const path = resolve(base, caFile)
  guard.path(path)
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Fault('file_unreadable', 'The file of tls.ca_file cannot be read.', { cause })
  }
}
