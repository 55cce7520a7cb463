/** What a run hands to connectors, for their tests: its context, columns, a load, its bytes. */
import { parseType } from '../engine/types.ts'
import { directNetwork } from '../network.ts'
import type { Column, Context, Load } from './connector.ts'
import { localGuard } from './guard.ts'

export const contextOf = (given: Partial<Context> = {}): Context => ({
  guard: localGuard,
  runId: crypto.randomUUID(),
  fence: 1,
  base: '/',
  folder: '/nowhere',
  network: directNetwork,
  mostBytes: null,
  hold: () => Promise.reject(new Error('no hold here')),
  ...given,
})

/** `id bigint not null` */
export function columnOf(text: string): Column {
  const [name = '', ...rest] = text.split(' ')
  const native = rest.join(' ').replace(/ not null$/, '')
  const type = parseType(native) ?? { kind: 'other' }
  return { name, type, nullable: !text.endsWith(' not null'), native, vocabulary: 'postgres' }
}

/** Of CSV. */
export const textColumn = (name: string): Column => ({
  name,
  type: { kind: 'text', length: null },
  nullable: true,
  native: 'text',
  vocabulary: 'csv',
})

export const standard = ['id bigint not null', 'v text', 'at timestamp with time zone'].map(columnOf)

/** An append of the standard columns, unless something else is given. */
export const loadOf = (given: Partial<Load> & Pick<Load, 'target'>): Load => ({
  runId: crypto.randomUUID(),
  index: 0,
  fence: 1,
  mode: 'append',
  columns: standard,
  key: [],
  cast: new Map(),
  cursor: null,
  partial: false,
  schema: 'evolve',
  reset: false,
  at: '2026-11-22T08:30:00.123456Z',
  quarantine: false,
  ...given,
})

export const bytesOf = (text: string) => new Blob([text]).stream() as ReadableStream<Uint8Array>
