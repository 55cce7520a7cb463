import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PipelineStream } from '../../shared/schemas/pipeline.ts'
import { checkEnds } from './ends.ts'

const stream = (from: string, to: string, mode = 'replace') => [PipelineStream.parse({ from, to, mode })]

describe('a pipeline beside its connections', () => {
  test('takes every mode into a database, and two of them into files', () => {
    for (const mode of ['replace', 'append', 'merge', 'history', 'mirror']) {
      const streams = stream('a', 'b', mode)
      for (const destination of ['postgres', 'mysql', 'sqlite', 'libsql'] as const) {
        checkEnds(streams, { source: 'postgres', destination })
      }
      const into = () => checkEnds(streams, { source: 'postgres', destination: 'files' })
      if (mode === 'replace' || mode === 'append') into()
      else {assert.throws(into, {
          code: 'unsupported',
          message: new RegExp(`streams\\.0, "a": mode ${mode} finds rows`),
        })}
    }
  })

  test('needs {table} for what a pattern finds, except for files, of which many are one stream', () => {
    const ends = { source: 'postgres', destination: 'postgres' } as const
    checkEnds(stream('public.*', 'raw.{table}'), ends)
    checkEnds(stream('public."*"', 'raw.star'), ends)
    checkEnds(stream('in/*.csv', 'raw.events'), { ...ends, source: 'files' })
    for (const source of ['postgres', 'mysql', 'sqlite', 'libsql'] as const) {
      assert.throws(() => checkEnds(stream('public.*', 'raw.all'), { ...ends, source }), {
        code: 'pipeline_invalid',
        message: /write \{table\} into it/,
      })
    }
  })

  test('asks no cursor of https, and no parts of the name of a file', () => {
    const ends = { source: 'files', destination: 'postgres' } as const
    const by = { from: 'a.csv', to: 'b', mode: 'append', cursor: { column: 'id' } }
    checkEnds([PipelineStream.parse(by)], ends)
    assert.throws(() => checkEnds([PipelineStream.parse(by)], { ...ends, source: 'https' }), {
      code: 'unsupported',
      message: /no cursors/,
    })
    assert.throws(() => checkEnds(stream('*.csv', 'raw.{table}'), ends), {
      code: 'unsupported',
      message: /"raw\.\{table\}"/,
    })
  })

  test('does not write to what can only be read', () => {
    assert.throws(() => checkEnds(stream('a', 'b'), { source: 'files', destination: 'https' }), {
      code: 'unsupported',
      message: /https is no destination/,
    })
  })
})
