/** The table of the standard in README.md: whole where it says so, and of tests that are there. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const readme = new URL('../auth/README.md', import.meta.url)
const [, table = ''] = readFileSync(readme, 'utf8').split('## ASVS 5.0')
const rows = [...table.matchAll(/^\| (\d+\.\d+\.\d+) +\| ([123]) +\| (.+?) +\| (.+?) +\|$/gm)]
  .map(([, number = '', level, , covered = '']) => ({ number, level, covered }))

/** How many requirements each section of the chapters has that are there whole. */
const sections: Readonly<Record<string, number>> = {
  ...{ '6.1': 3, '6.2': 12, '6.3': 8, '6.4': 6, '6.5': 8, '6.6': 4, '6.7': 2, '6.8': 4 },
  ...{ '7.1': 3, '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 3, '7.6': 2 },
  ...{ '8.1': 4, '8.2': 4, '8.3': 3, '8.4': 2 },
  ...{ '9.1': 3, '9.2': 4 },
  ...{ '10.1': 2, '10.2': 3, '10.3': 5, '10.4': 16, '10.5': 5, '10.6': 2, '10.7': 3 },
}

test('the table of ASVS has each requirement of chapters 6 to 10, once', () => {
  const numbers = rows.map(({ number }) => number)
  assert.equal(new Set(numbers).size, numbers.length)
  for (const [section, count] of Object.entries(sections)) {
    const wanted = Array.from({ length: count }, (_, i) => `${section}.${i + 1}`)
    assert.deepEqual(numbers.filter((number) => number.startsWith(`${section}.`)), wanted)
  }
})

test('each line of it names tests that exist, or says why there are none', () => {
  for (const { number, covered } of rows) {
    const paths = [...covered.matchAll(/`([^`]+\.test\.tsx?)`/g)].map(([, path]) => path as string)
    for (const path of paths) assert.ok(existsSync(new URL(path, readme)), `${number}: ${path}`)
    const said = /^(?:not covered|does not apply|this file)/.test(covered)
    assert.ok(paths.length > 0 || said, `${number} is covered by nothing: ${covered}`)
  }
})
