import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { attacks } from './all_fixture.ts'
import { wrongWith } from './attack_fixture.ts'

describe('who attacks how people get in', () => {
  for (const attack of attacks) {
    test(`${attack.name}: ${attack.tried} – ${attack.code}`, async () => {
      const outcome = await attack.attempt()
      const wrong = wrongWith(attack, outcome)
      assert.ok(wrong === null, wrong ?? '')
    })
  }
})

describe('the list', () => {
  test('names each attack once, with what stops it', () => {
    assert.equal(new Set(attacks.map(({ name }) => name)).size, attacks.length)
    for (const { name, without } of attacks) assert.ok(without.length > 0, name)
  })

  test('is the one of the README', () => {
    const readme = readFileSync(new URL('../auth/README.md', import.meta.url), 'utf8')
    const [table = ''] = (readme.split('\n## Attacks\n')[1] ?? '').split('\n## ')
    const rows = table.split('\n').filter((line) => line.startsWith('| ')).slice(2)
      .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()))
    const wanted = attacks.map(({ name, code, leaves, without }) => [
      name,
      `\`${code}\``,
      'entry' in leaves ? `entry \`${leaves.entry}\`` : `entry \`request.refused\` of \`${leaves.refused}\``,
      without.map(({ check }) => check).join('; '),
    ])
    assert.deepEqual(rows, wanted)
  })

  test('names checks that stand in the source exactly once, as the proof takes them out', () => {
    for (const { without } of attacks) {
      for (const { check, file, find } of without) {
        const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
        assert.equal(source.split(find).length - 1, 1, `${file}: ${check}`)
      }
    }
  })
})
