/** `${env:NAME}` and `${file:path}` in a connection's settings: resolved at the moment of use, where they may be. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Fault } from '../shared/faults.ts'
import { errno } from './files.ts'

export interface Resolving {
  /** Throws `reference_refused`. Given the whole reference as it stands, `${env:NAME}`. */
  readonly permit: (reference: string) => void
  /** Relative paths start here. */
  readonly base: string
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface Resolved {
  readonly config: Record<string, unknown>
  /** What the references stood for: for the redactor of logs. */
  readonly secrets: readonly string[]
}

const whole = /^\$\{([a-z][a-z0-9-]*):([^}]+)\}$/

/**
 * A reference is the whole of a value: inside a URL its signs would need an escape that nobody sees. Throws
 * `reference_refused`, `reference_missing`, `unsupported` (another kind of reference) or `connection_invalid`.
 */
export function resolveReferences(config: Readonly<Record<string, unknown>>, how: Resolving): Resolved {
  const secrets: string[] = []
  const visit = (value: unknown, way: string): unknown => {
    if (typeof value === 'string') return value.includes('${') ? lookUp(value, way) : value
    if (Array.isArray(value)) return value.map((item, at) => visit(item, `${way}.${at}`))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, visit(item, way === '' ? key : `${way}.${key}`)]),
    )
  }
  const lookUp = (text: string, way: string): string => {
    const match = whole.exec(text)
    if (!match) {
      throw new Fault('connection_invalid', `${way}: a reference is the whole value, as in "\${env:NAME}".`)
    }
    const [reference, kind, name = ''] = match
    how.permit(reference)
    const found = valueOf(kind, name, { ...how, way, reference })
    secrets.push(found)
    return found
  }
  return { config: visit(config, '') as Record<string, unknown>, secrets }
}

interface Place extends Resolving {
  readonly way: string
  readonly reference: string
}

function valueOf(kind: string | undefined, name: string, { way, reference, base, env }: Place): string {
  if (kind === 'env') {
    const value = env[name]
    if (value === undefined || value === '') {
      throw new Fault('reference_missing', `${way}: the variable ${name} is not set.`)
    }
    return value
  }
  if (kind === 'file') {
    try {
      return readFileSync(resolve(base, name), 'utf8').replace(/\r?\n$/, '')
    } catch (cause) {
      throw new Fault('reference_missing', `${way}: ${name} cannot be read (${errno(cause)}).`, { cause })
    }
  }
  throw new Fault(
    'unsupported',
    `${way}: ${reference} is a kind of reference that this version does not know.`,
  )
}
