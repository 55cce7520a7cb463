import { bearer, type Caller } from '../edge_fixture.ts'
import { signedTrust } from '../trust/examples.ts'
import { agentKey, type World } from '../world_fixture.ts'

/** An agent that came by a token of `by`, and how its fingerprint reads. */
export async function enrolled(
  edge: World,
  by: Caller,
): Promise<{ readonly id: string; readonly fingerprint: string }> {
  await edge.call(edge.admin, 'POST /v1/trust', { body: { document: signedTrust.dsse } })
  const { json } = await edge.call(by, 'POST /v1/enrolment-tokens', { body: { pool: 'default' } })
  const body = { public_key: agentKey, pool: 'default', name: 'vm-1', version: '0.1.0' }
  return (await edge.call(bearer(json.token), 'POST /v1/agents/enrol', { body })).json
}
