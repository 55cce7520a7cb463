/** What the routes of this folder take. */
import type { Primitives } from '../../../shared/seal/primitives.ts'
import type { MasterKeys } from '../../db/master_keys.ts'
import type { Storage } from '../../db/storage.ts'
import type { People } from '../people.ts'
import { Issuers } from './discovery.ts'
import type { Flow } from './flow.ts'
import { outgoing } from './outgoing.ts'
import type { PlaceFor } from './membership.ts'
import { type ConfiguredProvider, Providers } from './providers.ts'

export interface SignInByProvider {
  readonly flow: Flow
  readonly people: People
  readonly storage: Storage
  readonly placeFor: PlaceFor
  /** Whether issuers on loopback are asked, and by http. */
  readonly loopback: boolean
}

export function signInByProvider(options: {
  readonly people: People
  readonly storage: Storage
  readonly placeFor: PlaceFor
  readonly primitives: Primitives
  readonly master: MasterKeys
  readonly publicUrl: string
  readonly clock: () => number
  /** The installation's; none unless said. */
  readonly providers?: readonly ConfiguredProvider[]
  /** On an edge that runs on loopback itself, for development. */
  readonly loopbackProviders?: boolean
}): SignInByProvider {
  const { people, storage, placeFor, primitives, master, publicUrl, clock } = options
  const loopback = options.loopbackProviders ?? false
  const asking = outgoing({ loopback })
  const providers = new Providers({ configured: options.providers ?? [], primitives, master })
  const issuers = new Issuers({ outgoing: asking, loopback, clock })
  return {
    flow: { providers, issuers, outgoing: asking, primitives, master, publicUrl },
    people,
    storage,
    placeFor,
    loopback,
  }
}
