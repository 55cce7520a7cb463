import { after } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { conformingDestination, conformingSource, type Subject } from '../conformance.ts'
import { TestFolder } from './folder_fixture.ts'

const folder = new TestFolder()
after(() => folder[Symbol.dispose]())

let targets = 0

/** What is there, and how it is written elsewhere. */
const formats: Readonly<Record<string, { there: string; bytes: string | Uint8Array; options: object }>> = {
  csv: { there: 'there.csv', bytes: 'id,v\n1,a\n2,\n', options: { format: 'csv' } },
  tsv: {
    there: 'there.tsv.gz',
    bytes: gzipSync('id\tv\n1\ta\n2\t\n'),
    options: { format: 'tsv', compression: 'gzip' },
  },
  text: { there: 'there.tsv', bytes: 'id\tv\n1\ta\n2\t\\N\n', options: { format: 'tsv', style: 'text' } },
  jsonl: {
    there: 'there.jsonl.zst',
    bytes: zstdCompressSync('{"id":1,"v":"a"}\n{"id":2}\n'),
    options: { format: 'jsonl', compression: 'zstd' },
  },
}

for (const [name, { there, bytes, options }] of Object.entries(formats)) {
  folder.write(`in-${name}/${there}`, bytes)
  const subject: Subject = {
    source: () => folder.source({ ...options, path: `${folder.path}/in-${name}` }),
    stream: there,
    missing: `none-${there}`,
    destination: () => folder.destination({ ...options, path: `${folder.path}/out` }),
    target: () => `target${targets++}`,
    async rows(target) {
      if (
        folder.files('out').every((file) => !file.startsWith(`out/${target}/`) && file !== `out/${target}`)
      ) return null
      const { rows } = await folder.rows(`out/${target}`, options)
      return rows.map((row) => row.join(',')).sort()
    },
  }
  conformingSource(`files (${name})`, () => spelledAlike(subject), false)
  conformingDestination(`files (${name})`, () => subject, false)
}

/** Where a value has quotes depends on the format, and both are canonical. */
function spelledAlike(subject: Subject): Subject {
  return {
    ...subject,
    source() {
      const source = subject.source()
      const open = source.open.bind(source)
      source.open = async (...given) => {
        const reading = await open(...given)
        const text = (await new Response(reading.bytes).text()).replaceAll('"', '')
        return { ...reading, bytes: new Blob([text]).stream() }
      }
      return source
    },
  }
}
