/**
 * The libSQL server of tests as a process of its own: `hrana_main_fixture.ts PATH TOKEN`. Its first line on standard
 * output is `{"url": …}`. Each line on standard input is a change of its faults, which is answered by a line with how
 * many pipelines have arrived; it ends with its input.
 */
import type { Faults } from './faulty_fixture.ts'
import { serveHrana } from './hrana_fixture.ts'

const [path, token] = Deno.args
if (path === undefined || token === undefined) throw new TypeError('hrana_main_fixture.ts PATH TOKEN')
await using server = serveHrana(path, { token })
console.log(JSON.stringify({ url: server.url }))
let rest = ''
for await (const piece of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + piece).split('\n')
  rest = lines.pop() as string
  for (const line of lines) {
    Object.assign(server.faults, JSON.parse(line) as Partial<Faults>)
    console.log(JSON.stringify({ pipelines: server.pipelines() }))
  }
}
