/** What a target database holds, whole, so that a refusal can be shown to have changed nothing. */
import type { SQL } from 'bun'

/** Every table outside the system's schemas and Sallyport's own, with all its rows as sorted text. */
export async function everyTable(sql: SQL): Promise<Record<string, string[]>> {
  const tables = await sql.unsafe(
    `select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'sallyport')
     order by 1, 2`,
  ) as { schema: string; name: string }[]
  const found: Record<string, string[]> = {}
  for (const { schema, name } of tables) {
    const rows = await sql.unsafe(`select t::text as row from "${schema}"."${name}" t order by 1`)
    found[`${schema}.${name}`] = (rows as { row: string }[]).map(({ row }) => row)
  }
  return found
}
