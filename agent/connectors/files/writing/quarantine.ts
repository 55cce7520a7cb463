/** Rows that were refused, as JSON lines beside the target: `<target>__quarantine.jsonl`. */
import { createReadStream, existsSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type Load, quarantineSuffix, type Rejected } from '../../connector.ts'
import { LineCutter } from '../formats/lines.ts'
import { Draft } from './draft.ts'
import { draftEnding, type Layout } from './layout.ts'

export interface QuarantineDraft {
  readonly draft: string
  readonly path: string
}

/**
 * Writes the file anew, with what it had: lines of an earlier attempt of this very load give way. It counts once it is
 * renamed. Null where nothing was refused.
 */
export async function writeQuarantine(
  layout: Layout,
  load: Load,
  rejected: Rejected | null,
): Promise<QuarantineDraft | null> {
  if (rejected === null || rejected.count === 0) return null
  const path = join(dirname(layout.path), `${basename(layout.path)}${quarantineSuffix}.jsonl`)
  const draft = await Draft.open(
    join(dirname(path), `.${basename(path)}.${load.runId}${draftEnding(layout.attempt)}`),
  )
  const own = Buffer.from(`{"run":${JSON.stringify(load.runId)},"stream":${load.index},`)
  try {
    if (existsSync(path)) await copyOthers(path, own, draft)
    for await (const { slice, row, column, code, source } of rejected.rows()) {
      const rest = JSON.stringify({ slice, row, column, code, source, at: load.at })
      await draft.append(Buffer.concat([own, Buffer.from(`${rest.slice(1)}\n`)]))
    }
    await draft.sync()
    await draft.close()
  } catch (error) {
    await draft.abandon()
    throw error
  }
  return { draft: draft.path, path }
}

async function copyOthers(path: string, own: Buffer, draft: Draft): Promise<void> {
  let kept: Buffer[] = []
  const lines = new LineCutter((bytes, start, end) => {
    if (bytes.subarray(start, start + own.length).equals(own)) return
    kept.push(Buffer.from(bytes.subarray(start, end)), Buffer.from('\n'))
  })
  for await (const chunk of createReadStream(path)) {
    lines.push(chunk as Uint8Array)
    await draft.append(Buffer.concat(kept))
    kept = []
  }
  lines.end()
  await draft.append(Buffer.concat(kept))
}

export function dropQuarantine(written: QuarantineDraft | null): void {
  if (written !== null) rmSync(written.draft, { force: true })
}
