/** Bodies of OAuth requests: `application/x-www-form-urlencoded`, RFC 6749 section 3.2 and appendix B. */
import { Fault } from '../../shared/faults.ts'
import { InvalidRequest } from './problem.ts'

export function isForm(headers: Headers): boolean {
  const type = headers.get('content-type') ?? ''
  return type.split(';', 1)[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded'
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * The same as JSON. Parameters that nobody knows are ignored and empty ones count as left out, as the section wants;
 * one that is there twice is refused. Throws Fault `malformed_json` where it is not text, `InvalidRequest`.
 */
export function jsonOfForm(bytes: Uint8Array, known: readonly string[]): string {
  let text: string
  try {
    text = decoder.decode(bytes)
  } catch (cause) {
    throw new Fault('malformed_json', 'The body is not text.', { cause })
  }
  const given = new URLSearchParams(text)
  const fields = known.filter((name) => given.has(name))
  const twice = fields.filter((name) => given.getAll(name).length > 1)
  if (twice.length > 0) {
    throw new InvalidRequest(twice.map((name) => ({ at: name, message: 'given more than once' })))
  }
  const said = fields.map((name) => [name, given.get(name) ?? ''] as const).filter(([, value]) =>
    value !== ''
  )
  return JSON.stringify(Object.fromEntries(said))
}
