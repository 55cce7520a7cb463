import { SQL } from 'bun'
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Messages, startCommitProxy } from './commit_proxy.ts'

const url = process.env['SALLYPORT_TEST_POSTGRES_URL']

const through = (port: number) => {
  const address = new URL(url ?? '')
  address.port = String(port)
  return new SQL({ url: address.href, max: 1, tls: false })
}

test('messages are cut right wherever the pieces are', () => {
  const stream = Buffer.from('C\0\0\0\x0bCOMMIT\0Z\0\0\0\x05IK\0\0\0\x0c\0\0\0\x07\0\0\0\x08', 'latin1')
  for (let cut = 0; cut <= stream.length; cut++) {
    const messages = new Messages()
    const out = [...messages.push(stream.subarray(0, cut)), ...messages.push(stream.subarray(cut))]
    assert.deepEqual(out.map((message) => message.length), [12, 6, 13])
  }
})

describe('a proxy that withholds COMMIT', {
  skip: url ? false : 'no PostgreSQL at SALLYPORT_TEST_POSTGRES_URL',
}, () => {
  let second: SQL
  before(async () => {
    second = new SQL({ url: url ?? '', max: 1 })
    await second.unsafe('drop table if exists withheld')
    await second.unsafe('create table withheld (n integer)')
  })
  after(async () => {
    await second.unsafe('drop table withheld')
    await second.close()
  })
  const rows = async () => Number((await second.unsafe('select count(*) as n from withheld'))[0].n)

  test('shows the rows to a second connection while the writer waits, and kills no other commit', async () => {
    await using proxy = await startCommitProxy({
      serverPort: Number(new URL(url ?? '').port),
      withhold: async () => await rows() === 10_000,
    })
    const writer = through(proxy.port)
    const load = async (text: string) => {
      await writer.begin(async (transaction) => {
        const sink = await transaction.unsafe('copy withheld from stdin').writable()
        const out = sink.getWriter()
        await out.write(Buffer.from(text))
        await out.close()
      })
    }
    await load('7\n'.repeat(10))
    assert.equal(await rows(), 10)
    assert.equal(proxy.commits, 1)

    let acknowledged = false
    const writing = load('8\n'.repeat(9_990)).then(() => (acknowledged = true), () => undefined)
    const backend = await proxy.withheld
    assert.equal(await rows(), 10_000)
    const alive = await second.unsafe('select 1 from pg_stat_activity where pid = $1', [backend])
    assert.equal(alive.length, 1)
    assert.equal(acknowledged, false)
    await proxy[Symbol.asyncDispose]()
    await writing
    assert.equal(acknowledged, false)
    await writer.close({ timeout: 0 }).catch(() => undefined)
  })
})
