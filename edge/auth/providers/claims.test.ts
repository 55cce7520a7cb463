/** What Google, Entra and Okta say, from their references, and what it comes to here. None of them has been asked. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  emailOf,
  isOfDirectory,
  isOneDirectory,
  labelOf,
  nameOf,
  rulesThatHold,
  sawTwoFactors,
} from './claims.ts'

const DIRECTORY = '72f988bf-86f1-41af-91ab-2d7cd011db47'

const google = {
  iss: 'https://accounts.google.com',
  sub: '10769150350006150715113082367',
  email: 'jsmith@example.com',
  email_verified: true,
  hd: 'example.com',
  name: 'John Smith',
}
const entra = {
  iss: `https://login.microsoftonline.com/${DIRECTORY}/v2.0`,
  sub: 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ',
  tid: DIRECTORY,
  oid: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
  preferred_username: 'john@contoso.example',
  name: 'John',
  groups: ['0a1b', '2c3d'],
  roles: ['Data.Write'],
}
const okta = {
  iss: 'https://acme.okta.com/oauth2/default',
  sub: '00uid4BxXw6I6TV4m0g3',
  email: 'john@acme.example',
  amr: ['mfa', 'otp', 'pwd'],
  groups: ['Everyone', 'Data'],
}

describe('claims', () => {
  test('vouch for an address where email_verified is true and nothing else', () => {
    assert.deepEqual(emailOf(google), { email: 'jsmith@example.com', verified: true })
    assert.equal(emailOf(entra), null)
    assert.deepEqual(emailOf(okta), { email: 'john@acme.example', verified: false })
    for (const email_verified of ['true', 1, 'yes', null, [true]]) {
      assert.equal(emailOf({ ...google, email_verified })?.verified, false)
    }
    for (
      const email of [
        'a',
        'a@',
        'a@b.c, d@e.f',
        'a b@c.d',
        '"a"@b.c',
        'a@b.c\r\n',
        `${'a'.repeat(251)}@b.c`,
        5,
      ]
    ) {
      assert.equal(emailOf({ email, email_verified: true }), null, String(email))
    }
  })

  const table: readonly (readonly [string, Readonly<Record<string, unknown>>, string, string, boolean])[] = [
    ['Google’s hosted domain', google, 'hd', 'example.com', true],
    ['another hosted domain', google, 'hd', 'other.example', false],
    ['a group of Entra’s', entra, 'groups', '2c3d', true],
    ['an app role of Entra’s', entra, 'roles', 'Data.Write', true],
    ['part of a group’s name', okta, 'groups', 'Dat', false],
    ['a group of Okta’s', okta, 'groups', 'Data', true],
    ['a group in other letters', okta, 'groups', 'data', false],
    ['a claim that is not there', okta, 'roles', 'x', false],
    ['a claim of every object', okta, 'constructor', 'x', false],
    ['a list within a list', { groups: [['Data']] }, 'groups', 'Data', false],
    ['true as a text', google, 'email_verified', 'true', false],
  ]
  for (const [what, said, claim, value, holds] of table) {
    test(`${holds ? 'let a rule hold by' : 'let no rule hold by'} ${what}`, () => {
      assert.equal(rulesThatHold([{ claim, value, role: 'viewer' }], said).length, holds ? 1 : 0)
    })
  }

  test('have a name that is one line, and a label', () => {
    assert.equal(nameOf({ name: ' Ada\n\u202ELovelace ' }), 'Ada Lovelace')
    assert.equal(nameOf({ name: '\n', preferred_username: 'ada' }), 'ada')
    assert.equal(nameOf({ name: 5 }), 'Unnamed')
    assert.equal(nameOf({ name: 'a'.repeat(500) }).length, 200)
    assert.deepEqual([labelOf(google), labelOf(entra)], ['jsmith@example.com', 'john@contoso.example'])
  })

  test('say that there were two factors by amr or acr', () => {
    const yes = [okta, { acr: 'urn:okta:loa:2fa:any' }, { acr: 'phr' }, { amr: ['pwd', 'mfa'] }]
    for (const said of yes) assert.equal(sawTwoFactors(said), true, JSON.stringify(said))
    const no = [google, entra, { amr: 'mfa' }, { amr: ['pwd'] }, { acr: '0' }, {
      acr: 'urn:okta:loa:1fa:any',
    }]
    for (const said of no) assert.equal(sawTwoFactors(said), false, JSON.stringify(said))
  })
})

describe('an issuer of Entra’s', () => {
  test('is one directory, by its id, and tid is that one', () => {
    assert.equal(isOneDirectory(entra.iss), true)
    assert.equal(isOneDirectory('https://issuer.example/common/v2.0'), true)
    for (
      const name of [
        'common',
        'organizations',
        'consumers',
        'contoso.onmicrosoft.com',
        '{tenantid}',
        DIRECTORY.toUpperCase(),
      ]
    ) {
      assert.equal(isOneDirectory(`https://login.microsoftonline.com/${name}/v2.0`), false, name)
    }
    for (
      const issuer of [
        `https://login.microsoftonline.com/${DIRECTORY}`,
        'https://login.microsoftonline.us/common/v2.0',
      ]
    ) {
      assert.equal(isOneDirectory(issuer), false, issuer)
    }
    assert.equal(isOfDirectory(entra.iss, entra), true)
    assert.equal(isOfDirectory(entra.iss, { ...entra, tid: '0193509f-6e00-7000-8000-000000000001' }), false)
    assert.equal(isOfDirectory(entra.iss, { sub: 'a' }), false)
    assert.equal(isOfDirectory(okta.iss, okta), true)
  })
})
