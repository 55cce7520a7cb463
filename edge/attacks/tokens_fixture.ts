/** Attacks on tokens of programs and machines. */
import { DEVICE_GRANT } from '../../shared/schemas/device.ts'
import { bearer, nobody } from '../edge_fixture.ts'
import { ids, type World, world } from '../world_fixture.ts'
import { person } from '../auth/devices/people_fixture.ts'
import { answered, type Attack, codeOf, ended } from './attack_fixture.ts'

const routes = 'edge/auth/devices/routes.ts'

async function token(edge: World, body: object = {}): Promise<string> {
  const { status, json } = await edge.call(edge.admin, 'POST /v1/tokens', { body: { name: 'ci', ...body } })
  if (status !== 201) throw new Error(JSON.stringify(json))
  return json.token
}

const inUrl: Attack = {
  name: 'token in a URL',
  tried: 'a token is sent in a query, where logs and histories keep it',
  code: 'unauthenticated',
  leaves: { refused: 'getTenant' },
  without: [{
    check: 'a token is read from its header alone',
    file: 'edge/auth/authenticate.ts',
    find: '  return async ({ headers, client }) => {\n    const secret = bearer(headers)',
    put: '  return async ({ headers, client, url }) => {\n' +
      "    const secret = bearer(headers) ?? new URL(url).searchParams.get('access_token')",
  }, {
    check: 'a query holds what its schema names',
    file: 'edge/http/serve.ts',
    find: 'checkQuery(c.req, { taken: route.query !== undefined })',
    put: '',
  }],
  async attempt() {
    await using edge = await world()
    const query = { access_token: await token(edge) }
    const answer = await edge.call(nobody, 'GET /v1/tenant', { query })
    return await answered(edge, answer, 'a request by a secret in a URL')
  },
}

const foreignNetwork: Attack = {
  name: 'foreign-network token',
  tried: 'a token that was taken from a build machine is used from elsewhere',
  code: 'forbidden',
  leaves: { entry: 'token.new_network' },
  without: [{
    check: 'a token counts in its networks alone',
    file: 'edge/auth/authenticate.ts',
    find: "if (refused) throw new Fault('forbidden', 'This token may not be used from this network.')",
    put: '',
  }],
  async attempt() {
    await using edge = await world()
    const stolen = bearer(await token(edge, { networks: ['192.0.2.0/24'] }))
    const answer = await edge.call(stolen, 'GET /v1/members', { remote: '203.0.113.5' })
    return await answered(edge, answer, 'the list of members')
  },
}

const spoofed: Attack = {
  name: 'address in a header',
  tried: 'a stolen token is used from elsewhere, with a header that names an address of its network',
  code: 'forbidden',
  leaves: { entry: 'token.new_network' },
  without: [{
    check: 'what a header says of an address counts behind proxies of ours alone',
    file: 'edge/http/client.ts',
    find: 'const said = hops === 0 ? undefined :',
    put: 'const said = hops === 0 ? headers.get("x-forwarded-for") :',
  }],
  async attempt() {
    await using edge = await world()
    const stolen = bearer(await token(edge, { networks: ['192.0.2.0/24'] }))
    const headers = { 'x-forwarded-for': '192.0.2.7' }
    const answer = await edge.call(stolen, 'GET /v1/members', { remote: '203.0.113.5', headers })
    return await answered(edge, answer, 'the list of members')
  },
}

const wider: Attack = {
  name: 'token that makes a wider one',
  tried: 'a token with few scopes makes one with all of them',
  code: 'invalid_request',
  leaves: { refused: 'createToken' },
  without: [{
    check: 'nobody gives a token what they do not hold',
    file: 'edge/auth/tokens/routes.ts',
    find: 'if (errors.length > 0 || ends === null) throw new InvalidRequest(errors)',
    put: 'if (ends === null) throw new InvalidRequest(errors)',
  }],
  async attempt() {
    await using edge = await world()
    const narrow = bearer(await token(edge, { scopes: ['tokens.write', 'tokens.read'] }))
    const body = { name: 'more', scopes: ['members.write'] }
    const answer = await edge.call(narrow, 'POST /v1/tokens', { body })
    const may = answer.status !== 201
      ? []
      : (await edge.call(bearer(answer.json.token), 'GET /v1/whoami')).json
        .permissions
    return await ended(edge, {
      code: codeOf(answer),
      gained: may.includes('members.write') ? 'a token that changes members' : null,
    })
  },
}

const revoked: Attack = {
  name: 'revoked token',
  tried: 'a token is used on after it was revoked',
  code: 'unauthenticated',
  leaves: { refused: 'listMembers' },
  without: [{
    check: 'a revoked token is nobody’s',
    file: 'edge/auth/store.ts',
    find: 'WHERE t.hash = ? AND t.revoked IS NULL AND ',
    put: 'WHERE t.hash = ? AND ',
  }],
  async attempt() {
    await using edge = await world()
    const stolen = bearer(await token(edge))
    await edge.call(stolen, 'DELETE /v1/tokens/current')
    const answer = await edge.call(stolen, 'GET /v1/members')
    return await answered(edge, answer, 'the list of members')
  },
}

async function device(edge: World) {
  const client_id = 'sallyport'
  const { json } = await edge.call(nobody, 'POST /v1/device/authorize', { body: { client_id } })
  const body = { grant_type: DEVICE_GRANT, device_code: json.device_code, client_id }
  return {
    code: json.user_code as string,
    poll: () => edge.call(nobody, 'POST /v1/device/token', { body }),
  }
}

const deviceReuse: Attack = {
  name: 'device code reuse',
  tried: 'a device code that has had its token is sent again, for another one',
  code: 'grant_invalid',
  leaves: { refused: 'getDeviceToken' },
  without: [{
    check: 'a used code is unknown',
    file: routes,
    find: "if (row === null || row.state === 'used') throw new Fault('grant_invalid')",
    put: "if (row === null) throw new Fault('grant_invalid')",
  }, {
    check: 'a code is used up, by compare-and-set',
    file: 'edge/auth/devices/store.ts',
    find: ".where('state', '=', 'approved').where('expires', '>', now).where(activeMember(tenant, member))",
    put: ".where('expires', '>', now).where(activeMember(tenant, member))",
  }],
  async attempt() {
    await using edge = await world()
    const [owner, machine] = [await person(edge, ids.tenant), await device(edge)]
    await edge.call(owner.caller, 'POST /v1/device/requests/approve', {
      body: { user_code: machine.code, tenant: ids.tenant },
    })
    await machine.poll()
    const answer = await machine.poll()
    return await answered(edge, answer, 'a second token of the person')
  },
}

const deviceGuessed: Attack = {
  name: 'device codes tried out',
  tried: 'codes that machines show are guessed, to approve one for the attacker',
  code: 'too_many_requests',
  leaves: { refused: 'getDeviceRequest' },
  without: [{
    check: 'each look is paid for before it is made',
    file: 'edge/auth/devices/approval_routes.ts',
    find: 'await pay({ storage, db }, costs, now)',
    put: '',
  }],
  async attempt() {
    await using edge = await world()
    const [mallory, machine] = [await person(edge, ids.tenant), await device(edge)]
    const look = (code: string) =>
      edge.call(mallory.caller, 'POST /v1/device/requests/look', { body: { user_code: code } })
    for (let i = 0; i < 10; i++) await look('BCDF-GHJK')
    const answer = await look(machine.code)
    return await answered(edge, answer, "somebody's machine")
  },
}

export const tokens: readonly Attack[] = [
  inUrl,
  foreignNetwork,
  spoofed,
  wider,
  revoked,
  deviceReuse,
  deviceGuessed,
]
