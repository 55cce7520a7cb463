/** Tokens and devices: how each operation succeeds. */
import { CLIENT_ID, DEVICE_GRANT } from '../../shared/schemas/device.ts'
import { type Person, person } from '../auth/devices/people_fixture.ts'
import { bearer } from '../edge_fixture.ts'
import type { Answers, Operation } from '../operations_fixture.ts'
import { ids, type World } from '../world_fixture.ts'

export const tokenOperations: readonly Operation[] = [
  {
    id: 'createToken',
    request: () => ({ body: { name: 'ci', scopes: ['runs.read'], expires_in_days: 30 } }),
  },
  { id: 'listTokens', request: () => ({}) },
  {
    id: 'rotateToken',
    request: (answers) => ({ params: { id: answers.createToken.id }, body: { overlap_minutes: 5 } }),
  },
  { id: 'revokeToken', request: (answers) => ({ params: { id: answers.rotateToken.id } }) },
  {
    id: 'revokeCurrentToken',
    async prepare(w, answers) {
      const made = await w.call(w.admin, 'POST /v1/tokens', { body: { name: 'to sign out' } })
      answers['signedOut'] = made.json
      return made
    },
    request: (answers) => ({ as: bearer(answers['signedOut'].token) }),
  },
]

let owner: Person
let other: Person

const asked = (code: string) => ({ grant_type: DEVICE_GRANT, device_code: code, client_id: CLIENT_ID })

const looking = (answers: Answers) => ({
  as: owner.caller,
  stranger: other.caller,
  body: { user_code: answers.renewDevice.user_code },
})

export const deviceOperations: readonly Operation[] = [
  {
    id: 'authorizeDevice',
    async prepare(w) {
      owner = await person(w, ids.tenant)
      other = await person(w, w.otherTenant)
      // Guesses are counted a person: the rows are there before it is looked whether anything was written.
      for (const { caller } of [owner, other]) {
        await w.call(caller, 'POST /v1/device/requests/look', { body: { user_code: 'BBBB-BBBB' } })
      }
    },
    request: () => ({ body: { client_id: CLIENT_ID, device: 'laptop' } }),
  },
  {
    id: 'getDeviceToken',
    prepare: (w, { authorizeDevice }) => approve(w, authorizeDevice.user_code),
    request: ({ authorizeDevice }) => ({ body: asked(authorizeDevice.device_code) }),
  },
  {
    id: 'renewDevice',
    request: ({ getDeviceToken }) => ({
      as: bearer(getDeviceToken.access_token),
      body: { device: 'laptop' },
    }),
  },
  { id: 'getDeviceRequest', request: looking },
  {
    id: 'approveDevice',
    request: (answers) => {
      const asking = looking(answers)
      return { ...asking, body: { ...asking.body, tenant: ids.tenant } }
    },
  },
  {
    id: 'denyDevice',
    async prepare(w, answers) {
      const again = await w.call(bearer(answers.getDeviceToken.access_token), 'POST /v1/device/fresh', {
        body: {},
      })
      answers.renewDevice = again.json
      return again
    },
    request: looking,
  },
]

function approve(w: World, code: string) {
  return w.call(owner.caller, 'POST /v1/device/requests/approve', {
    body: { user_code: code, tenant: ids.tenant },
  })
}
