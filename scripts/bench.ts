/**
 * `npm run bench [-- WORD …]`: measures what the README quotes, each against a peer or a floor in the same run, and
 * prints JSON. WORD picks groups: agent, audit, cycles, edge, engine, people, pickup, rows, seal, tenants; with `rows
 * 10m` that one goes up to 10 M rows. `--peers` instead measures other tools at the same jobs, which takes a quarter of
 * an hour.
 */
import { cpus } from 'node:os'
import { Glob } from 'bun'
import { peers } from './bench/peers.ts'
import type { Row } from './bench/row.ts'

const words = process.argv.slice(2)
const rows: Row[] = words.includes('--peers') ? await peers(words.filter((word) => word !== '--peers')) : []
for (
  const file of [...new Glob('*.ts').scanSync({ cwd: new URL('./bench', import.meta.url).pathname })].sort()
) {
  const name = file.replace(/\.ts$/, '')
  const group = (await import(`./bench/${file}`)) as { readonly bench?: () => Promise<Row[]> }
  if (!group.bench || (words.length > 0 && !words.includes(name))) continue
  console.error(`measuring ${name} …`)
  rows.push(...(await group.bench()))
}
console.log(JSON.stringify({ cpus: cpus().length, cpu: cpus()[0]?.model ?? null, rows }, null, 2))
