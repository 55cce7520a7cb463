/**
 * `npm run demo [-- --json] [-- --keep]`: sets everything up and does the main job end to end, on this machine alone.
 * `--json` ends with one JSON object as the last line; `--keep` leaves edge and agent up.
 */
import { parseArgs } from 'node:util'
import { play } from './demo/play.ts'
import { printer } from './demo/print.ts'

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false } },
})
const print = printer(process.stdout, () => performance.now(), process.env['NO_COLOR'] !== undefined)
try {
  await using played = await play(print, { keep: values.keep })
  if (values.json) console.log(JSON.stringify(played.result))
  process.exitCode = played.result.ok ? 0 : 1
  await played.kept
} catch (error) {
  print.line()
  print.line(`The demo failed: ${error instanceof Error ? error.message : String(error)}`)
  if (values.json) console.log(JSON.stringify({ ok: false, runs: [], edge: null, out: null }))
  process.exitCode = 1
}
