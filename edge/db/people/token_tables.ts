/** The tables of tokens, the networks that they are used from, and devices that wait for a person. */

interface TokenTable {
  id: string
  tenant: string
  member: string
  name: string
  hash: string
  sort: 'personal' | 'service' | 'device'
  /** JSON array of permissions; null: all that the member's roles hold. */
  scopes: string | null
  /** With `place`: the workspace or project that it counts in; null: the whole tenant. */
  level: 'workspace' | 'project' | null
  place: string | null
  /** JSON array of addresses and ranges; null: from anywhere. */
  networks: string | null
  created: number
  expires: number
  /** Milliseconds that it was made for. */
  lasts: number
  /** Of devices: when a person last approved it. */
  fresh: number | null
  /** Of devices: when it ends unless it is used before. */
  idle_until: number | null
  /** Of devices: JSON, how the session had signed in that approved it; null: from before that was kept. */
  methods: string | null
  revoked: number | null
  /** The token that takes its place. */
  successor: string | null
  last_used: number | null
  last_network: string | null
}

interface TokenNetworkTable {
  token: string
  /** 1: the address list of the token refused it. */
  refused: number
  network: string
  seen: number
}

interface DeviceRequestTable {
  /** Of the device code. */
  hash: string
  id: string
  user_code: string
  device: string
  network: string
  agent: string
  scopes: string | null
  /** The device's token of before, where it wants to be approved anew. */
  token: string | null
  created: number
  expires: number
  /** Seconds between two polls. */
  pause: number
  polled: number | null
  /** 1: the last poll came too soon. */
  slowed: number
  state: 'waiting' | 'approved' | 'denied' | 'used'
  tenant: string | null
  member: string | null
  decided: number | null
  /** JSON: how the session had signed in that approved it. */
  methods: string | null
}

export interface TokenTables {
  token: TokenTable
  token_network: TokenNetworkTable
  device_request: DeviceRequestTable
}
