import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { TestFolder } from './folder_fixture.ts'
import { killCases, sliceText } from './killed_cases_fixture.ts'

const program = fileURLToPath(new URL('./killed_fixture.ts', import.meta.url))

/** Loads in a process of its own, and kills it once it has said `lines` lines; null lets it end. */
async function loads(args: readonly string[], lines: number | null): Promise<string[]> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const said: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line)
    if (said.length === lines) child.kill('SIGKILL')
  }
  await exited
  return said
}

const rowOf = (line: string) => line.trimEnd().split(',')
const wanted = ['a', 'b', 'c'].flatMap((id) => sliceText(id).trimEnd().split('\n').map(rowOf)).sort()

describe('a load that is killed', () => {
  for (const [name, { target, options }] of Object.entries(killCases)) {
    test(
      `at any moment shows nothing, and is whole after the next attempt: ${name}`,
      { timeout: 120_000 },
      async () => {
        using probe = new TestFolder()
        const all = await loads([probe.path, name, crypto.randomUUID()], null)
        assert.equal(all.at(-1), 'done')
        // Behind `begun`, within each slice, behind it, and as the commit begins.
        const commit = all.indexOf('commit') + 1
        const moments = [1, 3, all.indexOf('slice') + 1, all.indexOf('slice') + 3, commit, commit]
        for (const moment of moments) {
          using folder = new TestFolder()
          const run = crypto.randomUUID()
          await loads([folder.path, name, run, '1'], moment)
          // Nothing, or all of it where the commit was faster.
          const before = await folder.rows(target, options).then(
            ({ rows }) => rows.length,
            ({ code }) => code,
          )
          assert.ok(
            ['stream_missing', wanted.length].includes(before) || before === 'file_invalid',
            `${moment}: ${before}`,
          )
          const said = await loads([folder.path, name, run, '2'], null)
          assert.equal(said.at(-1), 'done')
          const { columns, rows } = await folder.rows(target, options)
          assert.deepEqual(columns, ['id', 'v'])
          assert.deepEqual([...rows].map(String).sort(), wanted.map(String).sort(), `${moment}`)
          assert.deepEqual(folder.files().filter((one) => one.includes('.part')), [])
          assert.equal(folder.files().length, folder.manifest(target).files.length)
          assert.equal(folder.has(`.sallyport/${target}.pending.json`), false)
        }
      },
    )
  }
})
