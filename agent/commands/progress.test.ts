import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Progress } from '../runs/move.ts'
import { bytesText, progressText, ProgressView, secondsText } from './progress.ts'
import { Shell } from './shell.ts'

const progress: Progress = {
  index: 0,
  stream: 'orders',
  rows: 500,
  bytes: 5_000_000,
  estimatedRows: 1000,
  estimatedBytes: null,
}

test('a line says stream, share, rows, bytes, rate and time left', () => {
  assert.equal(progressText(progress, 5, false), 'orders  50 %  500 rows  5.0 MB  1.0 MB/s  5.0 s left')
})

test('what is not known is left out, and an estimate that is passed is not 100 %', () => {
  assert.equal(progressText({ ...progress, rows: null, estimatedRows: null }, 0, true), 'orders  5.0 MB')
  assert.match(progressText({ ...progress, rows: 5000 }, 0, false), /99 %/)
})

test('sizes and times are spelled for people', () => {
  assert.deepEqual([0, 999, 1000, 1_234_567].map(bytesText), ['0 B', '999 B', '1.0 KB', '1.2 MB'])
  assert.deepEqual([0.04, 59, 200].map(secondsText), ['0.0 s', '59 s', '3 min 20 s'])
})

test('off a terminal a line comes now and then, on one the bar is drawn over and taken away', () => {
  const sink = (isTTY: boolean) => ({
    text: '',
    isTTY,
    write(part: string) {
      this.text += part
    },
  })
  let now = 0
  for (const isTTY of [false, true]) {
    const out = sink(isTTY)
    const shell = new Shell({ env: {}, stdout: out, stderr: out, stdin: {} })
    const view = new ProgressView(shell, out, () => now)
    for (let i = 0; i < 20; i++, now += 1000) view.show({ ...progress, bytes: i })
    view.clear()
    if (isTTY) assert.ok(out.text.startsWith('\r') && out.text.endsWith('\x1b[K\r\x1b[K'))
    else assert.equal(out.text.trimEnd().split('\n').length, 3)
  }
})
