/** Rows that were refused: a table beside the target, written in the commit of those that were not. */
import { Fault } from '../../../shared/faults.ts'
import { type Load, quarantineSuffix, type Rejected } from '../connector.ts'
import { checkName, quoteTable, type TableName, tableText } from './names.ts'
import type { Session } from './session.ts'

/** Throws `name_refused` where the name would be too long. */
export function quarantineOf({ schema, table }: TableName): TableName {
  const name = `${table}${quarantineSuffix}`
  checkName(name)
  return { schema, table: name }
}

const columns = 'run, stream, slice, "row", "column", code, source, at'

/** Stores what was refused. Throws `rows_lost` when it is not what was counted. */
export async function storeRejected(
  session: Session,
  { load, target, rejected }: { load: Load; target: TableName; rejected: Rejected },
): Promise<void> {
  const name = quarantineOf(target)
  await session.run(`create table if not exists ${quoteTable(name)} (
    run uuid not null, stream integer not null, slice text not null, "row" bigint not null, "column" text,
    code text not null, source json, at timestamptz not null)`)
  const copy = session.copyIn(`copy ${quoteTable(name)} (${columns}) from stdin (format csv, null '')`)
  await lines(load, rejected).pipeTo(copy.bytes)
  const stored = await copy.rows
  if (stored === rejected.count) return
  throw new Fault(
    'rows_lost',
    `${rejected.count} rows were refused, and ${stored} arrived in ${tableText(name)}.`,
  )
}

function lines(load: Load, rejected: Rejected): ReadableStream<Uint8Array> {
  const rows = rejected.rows()[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  const quoted = (text: string | null) => text === null ? '' : `"${text.replaceAll('"', '""')}"`
  return new ReadableStream({
    async pull(controller) {
      const next = await rows.next()
      if (next.done) return controller.close()
      const { slice, row, column, code, source } = next.value
      const fields = [load.runId, String(load.index), slice, String(row), column, code, source, load.at]
      controller.enqueue(encoder.encode(`${fields.map(quoted).join(',')}\n`))
    },
    async cancel() {
      await rows.return?.()
    },
  })
}
