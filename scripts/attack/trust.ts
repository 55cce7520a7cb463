/** Keys of the edge's own in the tenant's place, and trust documents of another day. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { newSeed, primitives, resigned } from '../e2e/forge.ts'
import type { Json } from '../e2e/tampering_proxy.ts'
import type { Attack } from './attack.ts'
import { addSecret, passwordReadWith, whatIsSent } from './dump.ts'
import { applySignedBy, colleague, publishTrust } from './estate.ts'
import { hashOfPayload, ownSealingKey, withholdTrust } from './forge.ts'
import { homeFile, type Scene } from './scene.ts'
import { refusalAtStart, refusalOf, rowsGained, unsigned } from './watch.ts'

const firstContact: Attack = {
  name: 'own key at first contact',
  tried: 'to a machine that has only the pin, a trust document with the sealing key and the root of the edge',
  codes: ['pin_mismatch'],
  without: [{
    check: 'the first trust document is the one that the pin names',
    file: 'shared/trust/chain.ts',
    find: 'if (hash !== pin.hash || document.version !== pin.version || document.tenant !== pin.tenant) {',
    put: 'if (false) {',
  }, {
    check: 'the chain passes what the floor names',
    file: 'shared/trust/chain.ts',
    find: "if (found !== hash) throw new Fault('trust_forked')",
    put: '',
  }],
  async attempt(scene) {
    const { privateKey, ...own } = ownSealingKey()
    const root = newSeed()
    rmSync(homeFile(scene, 'cache'), { recursive: true, force: true })
    scene.proxy.alter((answer) => {
      if (answer.path !== '/v1/trust/1') return false
      answer.body.document = resigned(answer.body.document, (document) => {
        const [key] = document.sealing_keys
        document.sealing_keys = [{ ...key, ...own }]
        document.roots = { keys: [publicOf(root)], threshold: 1 }
      }, [root])
      return true
    })
    const sent = whatIsSent(scene)
    const refusal = await addSecret(scene, 'shop')
    return { ...refusal, gained: passwordReadWith(sent, { suite: 1, privateKey }) }
  },
}

const publicOf = (seed: Uint8Array) => Buffer.from(primitives.ed25519.publicKey(seed)).toString('base64')

const laterKey: Attack = {
  name: 'own key later',
  tried: "a next trust document with the edge's sealing key, signed by a root of the edge's making",
  codes: ['signature_invalid'],
  without: [{
    check: 'the next trust document is signed by the roots of the one before',
    file: 'shared/trust/chain.ts',
    find: 'const { document, hash } = signedByRootsOf(p, last.document, dsse)',
    put: "const { document, hash } = readUnverified(p, 'trust', dsse)",
  }],
  async attempt(scene) {
    const { privateKey, ...own } = ownSealingKey()
    const root = newSeed()
    const { body: first } = await scene.world.api('GET', '/v1/trust/1')
    const next = resigned(first.document, (document) => {
      Object.assign(document, { version: 2, previous: first.hash, issued: new Date().toISOString() })
      document.sealing_keys = [{ ...document.sealing_keys[0], ...own }]
      document.roots = { keys: [publicOf(root)], threshold: 1 }
    }, [root])
    scene.proxy.alter((answer) => {
      if (answer.path !== '/v1/trust/2') return false
      answer.status = 200
      answer.body = { ...first, version: 2, document: next, hash: hashOfPayload(next) }
      return true
    })
    const sent = whatIsSent(scene)
    const refusal = await addSecret(scene, 'shop')
    return { ...refusal, gained: passwordReadWith(sent, { suite: 1, privateKey }) }
  },
}

const fired = 'name: hers\nsource: here\ndestination: there\nstreams:\n' +
  '  - { from: people.csv, to: public.hers, mode: replace }\nlimits: { retries: 0 }\n' +
  'triggers: { api: { per_day: 9 } }\n'

/** Hers is signed by somebody whom the newest trust document no longer lists. Returns the version before that one. */
async function removedSigner(scene: Scene, before: (last: number) => Promise<void>): Promise<number> {
  const { who, key } = await colleague(scene, 'mallory')
  await applySignedBy(scene, who, { name: 'hers', yaml: `sallyport: 1\n${fired}` })
  let last = 0
  const remove = async () => {
    last = await publishTrust(scene, (document) => {
      document.signers = document.signers.filter((one: Json) => one.key !== key)
    })
  }
  await before(2)
  await remove()
  return last - 1
}

const oldTrust: Attack = {
  name: 'old trust document',
  tried: 'an agent without a cache is shown the chain up to the version that still lists a removed signer',
  codes: ['trust_rolled_back'],
  without: [{
    check: 'the chain reaches what anchor and floor have seen',
    file: 'shared/trust/chain.ts',
    find: "if (found === undefined) throw new Fault('trust_rolled_back')",
    put: 'if (found === undefined) continue',
  }],
  async attempt(scene) {
    const last = await removedSigner(scene, async () => undefined)
    await scene.agent()
    await scene.stopAgent()
    rmSync(join(scene.world.machine.home, 'agent', 'trust.json'), { force: true })
    withholdTrust(scene, last)
    const ended = await scene.agentOrEnd()
    if (ended !== null) return refusalAtStart(scene, ended)
    const refusal = await refusalOf(scene, 'hers', unsigned(scene, 'hers'))
    return { ...refusal, gained: await rowsGained(scene.sql, 'public.hers', "the removed signer's table") }
  },
}

const frozenTrust: Attack = {
  name: 'trust document withheld',
  tried: 'a running agent is not shown the version that removes a signer, whose pipeline is then started',
  codes: ['trust_rolled_back'],
  without: [{
    check: 'the chain reaches what anchor and floor have seen',
    file: 'shared/trust/chain.ts',
    find: "if (found === undefined) throw new Fault('trust_rolled_back')",
    put: 'if (found === undefined) continue',
  }],
  async attempt(scene) {
    await removedSigner(scene, async (last) => {
      await scene.agent()
      withholdTrust(scene, last)
    })
    const refusal = await refusalOf(scene, 'hers', unsigned(scene, 'hers'))
    return { ...refusal, gained: await rowsGained(scene.sql, 'public.hers', "the removed signer's table") }
  },
}

export const trust: readonly Attack[] = [firstContact, laterKey, oldTrust, frozenTrust]
