/** Other places than those that the customer has approved: by policy, pool, address, redirect. */
import { writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { toBase64, utf8 } from '../../shared/bytes.ts'
import { schemas } from '../../shared/seal/context.ts'
import { seal } from '../../shared/seal/envelope.ts'
import { commit } from '../../shared/seal/record.ts'
import { edgeSql } from '../e2e/edge_rows.ts'
import { newSeed, primitives } from '../e2e/forge.ts'
import type { Attack } from './attack.ts'
import { commitments, honestEdge } from './checks.ts'
import { publishTrust } from './estate.ts'
import { ownSealingKey, poolKeys, trustOf } from './forge.ts'
import { pipelineText, type Scene } from './scene.ts'
import { refusalOf, rowsGained, rowsIn, startUnsigned, unsigned } from './watch.ts'

const policyWidened: Attack = {
  name: 'policy widened',
  tried:
    'a policy that the edge sealed itself, which allows everything, for a pipeline to a schema that is denied',
  codes: ['commitment_mismatch'],
  without: [commitments],
  async attempt(scene) {
    const { tenant, policy: { version } } = trustOf(scene)
    const any = '*'
    const everything = {
      connector: 'postgres',
      endpoint: any,
      port: any,
      account: any,
      database: any,
      schema: any,
    }
    const allow = [
      { direction: 'write', ...everything, prefix: any },
      { direction: 'read', connector: 'files', path: '/' },
    ]
    const { plaintext } = commit(primitives, utf8(JSON.stringify({ allow })))
    const context = {
      tenant,
      project: null,
      type: 'policy',
      id: tenant,
      version,
      schema: schemas.policy,
    } as const
    const policy = toBase64(seal(primitives, { context, plaintext, recipients: poolKeys(scene) }))
    const text = pipelineText('outside', { to: 'private.outside', unsigned: true })
    await scene.world.applyPipeline(text)
    scene.proxy.alter(({ path, body }) => {
      if (!path.startsWith('/v1/agent/trust')) return false
      for (const one of body.data) one.policy = policy
      return true
    })
    const refusal = await refusalOf(scene, 'outside', unsigned(scene, 'outside'))
    return { ...refusal, gained: await rowsGained(scene.sql, 'private.outside', 'a schema that is denied') }
  },
}

const otherPool: Attack = {
  name: "another pool's connection",
  tried: 'a pipeline and a connection of another pool, handed to an agent of this one',
  codes: ['wrong_pool'],
  without: [
    {
      check: 'records are sealed to the pools that they name alone',
      file: 'shared/trust/recipients.ts',
      find: "key.pool === pool && key.state === 'active'",
      put: "key.state === 'active'",
    },
    {
      check: "a pipeline is of the agent's pool",
      file: 'agent/runs/verify.ts',
      find: 'if (pool !== footing.ring.pool) throw',
      put: 'if (false) throw',
    },
    honestEdge,
    {
      check: "a connection is for the agent's pool",
      file: 'agent/runs/verify.ts',
      find: 'if (!connection.signed.document.pools.includes(ring.pool)) {',
      put: 'if (false) {',
    },
  ],
  async attempt(scene) {
    const { world } = scene
    const { suite, kid, public: key } = ownSealingKey()
    await publishTrust(scene, (document) => {
      const pool = toBase64(primitives.ed25519.publicKey(newSeed()))
      document.pools.push({ name: 'other', key: pool, enrolment: 'approval' })
      document.sealing_keys.push({ kid, suite, pool: 'other', public: key, state: 'active' })
    })
    for (
      const [name, settings] of [
        ['their-in', `{ type: files, path: "${scene.files}" }`],
        ['their-out', `{ type: postgres, url: "${scene.target.href}" }`],
      ] as const
    ) {
      const file = join(scene.folder, `connection-${name}.yaml`)
      writeFileSync(file, `sallyport: 1\nconnections:\n  ${name}: ${settings}\n`, { mode: 0o600 })
      await world.does('connection', 'add', name, '--from', file, '--pool', 'other', '--yes')
    }
    const text = pipelineText('theirs', { source: 'their-in', destination: 'their-out', unsigned: true })
    await world.applyPipeline({ ...text, more: `${text.more}pool: other\n` })
    const refusal = await refusalOf(scene, 'theirs', {
      async start() {
        const id = await startUnsigned(scene, 'theirs')
        await scene.stopAgent()
        edgeSql(world.edge.database, "update run set pool = 'default', rank = null where id = ?", [id])
        await scene.agent()
        return id
      },
    })
    return { ...refusal, gained: await rowsGained(scene.sql, 'public.theirs', "the other pool's place") }
  },
}

/** A place of the attacker's on this machine that says who has knocked. */
async function listener(answer: (socket: Socket) => void = (socket) => socket.end()) {
  let knocks = 0
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      knocks++
      answer(socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    get knocks() {
      return knocks
    },
    [Symbol.dispose]: () => void server.close(),
  }
}

function localPolicy({ folder, world }: Scene, more: string): void {
  const path = join(world.machine.home, 'local-policy.yaml')
  writeFileSync(path, `sallyport: 1\nfiles: ["${folder}"]\n${more}`, { mode: 0o600 })
}

const metadata: Attack = {
  name: 'name resolving to a refused address',
  tried:
    'a host that the policy allows by its name resolves to the machine itself, as it could to the metadata service',
  codes: ['address_refused'],
  without: [{
    check: 'resolved addresses pass the address rules',
    file: 'agent/trust/addresses.ts',
    find: 'if (!refused) continue',
    put: 'if (rule) continue',
  }],
  async attempt(scene) {
    using metadata = await listener()
    localPolicy(scene, '')
    await scene.world.addConnection(
      'named',
      `{ type: postgres, url: "postgres://u:p@localhost:${metadata.port}/d" }`,
    )
    await scene.world.applyPipeline(pipelineText('named', { destination: 'named', unsigned: true }))
    const refusal = await refusalOf(scene, 'named', unsigned(scene, 'named'))
    return { ...refusal, gained: metadata.knocks > 0 ? 'a connection from inside' : null }
  },
}

const stolenRows = 'id,name\n9,Mallory\n'

/** A file server, answering each path by what `reply` says. */
function fileServer(reply: (path: string) => Response) {
  let asked = 0
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch(request) {
      asked++
      return reply(new URL(request.url).pathname)
    },
  })
  return {
    port: server.port as number,
    get asked() {
      return asked
    },
    [Symbol.dispose]: () => void server.stop(true),
  }
}

async function readingFrom(scene: Scene, port: number) {
  localPolicy(scene, `plain: ["127.0.0.1:${port}", "${scene.target.host}"]\naddresses: ["127.0.0.1"]\n`)
  await scene.world.addConnection('web', `{ type: https, url: "http://127.0.0.1:${port}/in/" }`)
  await scene.world.applyPipeline(pipelineText('web', { source: 'web', unsigned: true }))
  return await refusalOf(scene, 'web', unsigned(scene, 'web'))
}

const derived = {
  check: 'hosts that a server leads on to are declared and approved',
  file: 'agent/connectors/https/request.ts',
  find: 'context.guard.derived({',
  put: 'void ({',
}

const redirected: Attack = {
  name: 'redirect to another host',
  tried: 'the file server sends the agent on to a server of the attacker, whose rows would be loaded',
  codes: ['redirect_refused'],
  without: [{
    check: 'a redirect leads to https',
    file: 'agent/connectors/https/request.ts',
    find: "if (next.protocol !== 'https:' && next.origin !== start.origin) {",
    put: 'if (false) {',
  }, {
    check: 'a plain connection is one that local policy names',
    file: 'agent/connectors/https/send.ts',
    find: 'if (plain && (!isLoopback(host) || !context.guard.plain(`${url.hostname}:${portOf(url)}`))) {',
    put: 'if (false) {',
  }, derived],
  async attempt(scene) {
    using own = fileServer(() => new Response(stolenRows))
    using server = fileServer((path) => Response.redirect(`http://127.0.0.1:${own.port}${path}`, 302))
    const refusal = await readingFrom(scene, server.port)
    const rows = await rowsIn(scene.sql, 'public.web')
    return { ...refusal, gained: rows === 1 && own.asked > 0 ? "the attacker's row in the target" : null }
  },
}

const undeclared: Attack = {
  name: 'derived host not declared',
  tried: 'the file server sends the agent on, by https, to a host that neither connection nor policy names',
  codes: ['host_not_declared'],
  without: [derived],
  async attempt(scene) {
    using own = await listener()
    using server = fileServer((path) => Response.redirect(`https://127.0.0.1:${own.port}${path}`, 302))
    const refusal = await readingFrom(scene, server.port)
    return { ...refusal, gained: own.knocks > 0 ? 'a connection to a host of the attacker' : null }
  },
}

export const places: readonly Attack[] = [policyWidened, otherPool, metadata, redirected, undeclared]
