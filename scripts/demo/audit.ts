/** The audit log, exported, verified against what the agent remembers, and altered by one byte. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { World } from '../e2e/world.ts'

export interface Audited {
  readonly file: string
  readonly entries: number
  /** Entries that the agent had seen. */
  readonly remembered: number
  readonly altered: string
  /** What verifying the altered copy said. */
  readonly refusal: string
}

/** One byte in the middle of a leaf, so that the line is still what it should look like. */
function alterOneByte(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  const end = copy.indexOf('\n', copy.length >> 2)
  const at = copy.lastIndexOf('0', end)
  copy[at] = '1'.charCodeAt(0)
  return copy
}

export async function audit(world: World): Promise<Audited> {
  const { person, folder } = world
  const file = join(folder, 'audit.jsonl')
  await world.does('audit', 'export', '--out', file)
  const verifying = (path: string) => ['audit', 'verify', path, '--anchor', join(person.home, 'anchor.json')]
  const { entries, anchored, remembered } = await world.does(...verifying(file))
  if (anchored !== true) throw new Error('the audit log does not contain what the agent remembers')
  const altered = join(folder, 'audit-altered.jsonl')
  writeFileSync(altered, alterOneByte(readFileSync(file)))
  const { exit, code } = await person.call([...verifying(altered), '--json'])
  if (exit !== 5 || code === null) throw new Error(`an altered audit log passes: exit ${exit}`)
  return { file, entries, remembered, altered, refusal: code }
}
