import assert from 'node:assert/strict'
import { test } from 'node:test'
import { interruptible } from './interruptible.ts'
import { exits, Interrupted, Shell } from './shell.ts'

test('Ctrl-C within work that has already changed something says what becomes of it', async () => {
  const after = 'Interrupted. What was done stays.'
  const work = interruptible(async (signal) => {
    process.emit('SIGINT')
    await Promise.resolve()
    signal.throwIfAborted()
  }, after)
  await assert.rejects(work, (error) => error instanceof Interrupted && error.message === after)
  assert.equal(process.listenerCount('SIGINT'), 0)
})

test('a command that is interrupted ends by 130 and says the message of its interruption', () => {
  let said = ''
  const stream = { write: (text: string) => (said += text), isTTY: false }
  const shell = new Shell({ stdout: stream, stderr: stream, stdin: {}, env: {} })
  assert.equal(shell.failed(new Interrupted('Stopped here.')), exits.interrupted)
  assert.match(said, /Stopped here\./)
})
