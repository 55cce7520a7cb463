import { after, before } from 'node:test'
import { conformingSource, type Subject } from '../conformance.ts'
import { parseConfig } from '../connectors.ts'
import type { HttpsConfig } from './config.ts'
import { surroundings, WebServer } from './server_fixture.ts'
import { HttpsSource } from './source.ts'

let server: WebServer
const around = surroundings({ names: { 'data.example': ['127.0.0.1'] } })

before(async () => {
  server = await WebServer.open('data.example')
  server.give('/in/there.csv', 'id,v\n1,a\n2,\n')
})
after(async () => {
  await server[Symbol.asyncDispose]()
  around[Symbol.dispose]()
})

const subject: Pick<Subject, 'source' | 'stream' | 'missing'> = {
  source: () => {
    const url = `https://data.example:${server.port}/in/there.csv`
    return new HttpsSource(parseConfig('https', { url }) as HttpsConfig, around.context)
  },
  stream: 'there.csv',
  missing: 'none.csv',
}

conformingSource('https', () => subject, false)
