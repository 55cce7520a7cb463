import assert from 'node:assert/strict'
import { Command } from 'commander'
import { describe, test } from 'node:test'
import { groups, runProgram } from './program.ts'
import { Shell } from './shell.ts'

function shellWith() {
  const out = { stdout: '', stderr: '' }
  const sink = (name: 'stdout' | 'stderr') => ({ write: (text: string) => (out[name] += text) })
  const env = { SALLYPORT_HOME: '/nonexistent/sallyport' }
  return { out, shell: new Shell({ env, stdout: sink('stdout'), stderr: sink('stderr'), stdin: {} }) }
}

async function leaves(): Promise<{ name: string; command: Command }[]> {
  const all: { name: string; command: Command }[] = []
  const visit = (command: Command, name: string) => {
    if (command.commands.length === 0) all.push({ name, command })
    for (const one of command.commands) visit(one, `${name} ${one.name()}`)
  }
  for (const { name, load } of groups) {
    const command = new Command(name)
    ;(await load()).define(command, shellWith().shell)
    visit(command, name)
  }
  return all
}

function helpOf(command: Command): string {
  let text = ''
  command.configureOutput({ writeOut: (piece) => (text += piece) }).outputHelp()
  return text
}

const everyLeaf = await leaves()

describe('every command', () => {
  for (const { name, command } of everyLeaf) {
    test(`${name} has examples of itself in its help, and a name for every option`, () => {
      const help = helpOf(command)
      assert.match(help, /Examples:\n/)
      assert.ok(help.split('Examples:')[1]?.includes(`sallyport ${name}`), help)
      for (const option of command.options) {
        assert.match(option.long ?? '', /^--[a-z][a-z-]*$/)
        assert.ok(option.description.length > 3, option.flags)
      }
    })

    test(`${name} takes no secret on the command line`, () => {
      for (const { long, flags } of command.options) {
        const secret = /token|password|secret|private/.test(long ?? '')
        if (secret) assert.match(flags, /<file>/, `${flags} would show a secret to every process`)
      }
    })
  }

  test('has a summary of one line', () => {
    for (const { name, summary } of groups) assert.ok(summary.length > 5 && summary.length <= 80, name)
  })

  test('is named in the summary of its group', () => {
    for (const { name } of everyLeaf) {
      const [group, word] = name.split(' ')
      const summary = groups.find((one) => one.name === group)?.summary ?? ''
      if (word !== undefined) assert.ok(summary.split(/[ ,:]+/).includes(word), name)
    }
  })
})

describe('a command line', () => {
  test('that is wrong exits by 2 and says so on stderr', async () => {
    for (const words of [['nope'], ['version', '--nope'], ['agents', 'nope'], ['runs', 'show'], []]) {
      const { out, shell } = shellWith()
      assert.equal(await runProgram(words, shell), 2, words.join(' '))
      assert.equal(out.stdout, '')
    }
  })

  test('whose setting nobody can read exits by 2 as well', async () => {
    const { out, shell } = shellWith()
    assert.equal(await runProgram(['anchor', 'show', '--keystore', 'nowhere:x'], shell), 2, out.stderr)
    assert.match(out.stderr, /invalid_setting/)
  })

  test('without anybody signed in exits by 3 and says what to do', async () => {
    const { out, shell } = shellWith()
    assert.equal(await runProgram(['whoami'], shell), 3)
    assert.match(out.stderr, /not_signed_in.*\n.*sallyport login/)
  })

  test('with --json prints one line of JSON on stdout, or an error as JSON on stderr', async () => {
    const good = shellWith()
    assert.equal(await runProgram(['version', '--json'], good.shell), 0)
    assert.equal(typeof JSON.parse(good.out.stdout).version, 'string')
    const bad = shellWith()
    assert.equal(await runProgram(['whoami', '--json'], bad.shell), 3)
    assert.equal(bad.out.stdout, '')
    assert.equal(JSON.parse(bad.out.stderr).error.code, 'not_signed_in')
  })
})
