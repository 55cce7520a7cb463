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

const sink = (isTTY: boolean) => ({
  text: '',
  isTTY,
  columns: 60,
  write(part: string) {
    this.text += part
  },
})

function viewOn(isTTY: boolean, clock: () => number) {
  const out = sink(isTTY)
  const shell = new Shell({ env: {}, stdout: out, stderr: out, stdin: {} })
  return { out, view: new ProgressView(shell, out, clock) }
}

/** What a terminal shows in the end. */
function screen(text: string): string[] {
  const lines = ['']
  let at = 0
  // deno-lint-ignore no-control-regex -- what a terminal is told
  for (const [token] of text.matchAll(/\x1b\[(\d*)([AKJ])|\r|\n|[^\x1b\r\n]+/g)) {
    if (token === '\n') lines[++at] ??= ''
    else if (token.endsWith('A') && token.startsWith('\x1b')) at -= Number(token.slice(2, -1))
    else if (token === '\x1b[J') lines.splice(at + 1)
    else if (token === '\x1b[K') continue
    else if (token !== '\r') lines[at] = token
  }
  return lines
}

test('off a terminal a line comes now and then, on one it is drawn over and taken away', () => {
  let now = 0
  for (const isTTY of [false, true]) {
    const { out, view } = viewOn(isTTY, () => now)
    for (let i = 0; i < 20; i++, now += 1000) view.show({ ...progress, bytes: i })
    view.clear()
    if (isTTY) assert.ok(out.text.startsWith('\r') && out.text.endsWith('\x1b[K\x1b[J\r\x1b[J'))
    else assert.equal(out.text.trimEnd().split('\n').length, 3)
  }
})

test('each stream that moves has a line, and none once it has ended', () => {
  let now = 0
  const { out, view } = viewOn(true, () => now += 1000)
  view.show({ ...progress, stream: 'orders' })
  view.show({ ...progress, index: 1, stream: 'items' })
  assert.deepEqual(screen(out.text).map((line) => line.split(' ')[0]), ['orders', 'items'])
  view.ended(0)
  view.show({ ...progress, index: 1, stream: 'items' })
  assert.deepEqual(screen(out.text).map((line) => line.split(' ')[0]), ['items'])
})

test('a line is no longer than the terminal is wide, and many streams share the last one', () => {
  let now = 0
  const { out, view } = viewOn(true, () => now += 1000)
  for (let index = 0; index < 12; index++) view.show({ ...progress, index, stream: 's'.repeat(100) })
  const lines = screen(out.text)
  assert.equal(lines.length, 9)
  assert.equal(lines.at(-1), 'and 4 streams more')
  assert.ok(lines.every((line) => line.length <= 60), lines.join('\n'))
})
