import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { startPostgres } from '../../../scripts/postgres.ts'
import { homeOf, olderVersions, withoutVersion } from '../../../scripts/system/postgres_versions.ts'

const folder = dirname(new URL(import.meta.url).pathname)
/** What does not depend on the rest of the agent. */
const core = ['conformance', 'merge', 'history', 'resume', 'schema', 'source'].map((name) =>
  join(folder, `${name}.test.ts`)
)

async function runCore(url: string): Promise<{ code: number | null; text: string }> {
  const env = { ...process.env, SALLYPORT_TEST_POSTGRES_URL: url }
  const child = spawn(process.execPath, ['test', '--timeout', '60000', ...core], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => text += chunk)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, text }
}

describe('an older server', () => {
  for (const version of olderVersions) {
    test(`is read and loaded like the newest: ${version.split('.')[0]}`, {
      skip: withoutVersion(version),
      timeout: 300_000,
    }, async () => {
      await using server = await startPostgres({ home: homeOf(version), settings: ['fsync=off'] })
      const { code, text } = await runCore(server.url())
      const failed = text.split('\n').filter((line) => /^\((?:fail|skip)\)/.test(line))
      assert.deepEqual(failed, [])
      assert.equal(code, 0, text.slice(-2000))
    })
  }
})
