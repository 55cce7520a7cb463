import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defaultRules, type TenantRules } from '../../../shared/schemas/tenant_rules.ts'
import type { SignInMethod } from '../sessions/sessions.ts'
import { domainOf, type Gap, gapsOf, limitsOf } from './judge.ts'

const TENANT = '0193509f-6e00-7000-8000-000000000001'
const OTHER = '0193509f-6e00-7000-8000-000000000002'
const OWN = '0193509f-6e00-7000-8000-0000000000e0'
const GOOGLE = 'https://accounts.google.com'
const OKTA = 'https://acme.okta.com'

const at = 0
const password: SignInMethod = { method: 'password', at }
const totp: SignInMethod = { method: 'totp', at }
const recovery: SignInMethod = { method: 'recovery', at }
const passkey: SignInMethod = { method: 'passkey', at }
const google: SignInMethod = { method: 'provider', at, issuer: GOOGLE, provider: 'google' }
const okta: SignInMethod = { method: 'provider', at, issuer: OKTA, provider: OWN, tenant: TENANT }
const foreign: SignInMethod = { ...okta, provider: 'another', tenant: OTHER }
const oktaMfa: SignInMethod = { ...okta, mfa: true }

const off: Partial<TenantRules> = { passwords: 'off' }
const mfa: Partial<TenantRules> = { mfa: 'required' }
const sso: Partial<TenantRules> = { sso_domains: [{ domain: 'acme.example', provider: OWN }] }

const table: readonly (readonly [string, Partial<TenantRules>, readonly SignInMethod[], readonly Gap[]])[] = [
  ['nothing asked, a password', {}, [password], []],
  ['nothing asked, a passkey', {}, [passkey], []],
  ['nothing asked, a provider of the installation', {}, [google], []],
  ['nothing asked, the tenant’s own provider', {}, [okta], []],
  ['nothing asked, the provider of another tenant', {}, [foreign], ['issuer']],
  ['nothing asked, a code alone', {}, [totp], ['password_refused']],
  ['no passwords, a password', off, [password], ['password_refused']],
  ['no passwords, a password and a code', off, [password, totp], ['password_refused']],
  ['no passwords, a password and a passkey', off, [password, passkey], []],
  ['no passwords, a provider', off, [google], []],
  ['two factors, a password', mfa, [password], ['second_factor']],
  ['two factors, a password and a code', mfa, [password, totp], []],
  ['two factors, a password and a recovery code', mfa, [password, recovery], []],
  ['two factors, a passkey', mfa, [passkey], []],
  ['two factors, a provider', mfa, [google], ['second_factor']],
  ['two factors, a provider that says it saw them', mfa, [oktaMfa], ['second_factor']],
  ['two factors, a provider whose word the tenant takes', { ...mfa, mfa_from: [OKTA] }, [oktaMfa], []],
  ['two factors, that provider, which saw none', { ...mfa, mfa_from: [OKTA] }, [okta], ['second_factor']],
  ['two factors, another provider’s word', { ...mfa, mfa_from: [GOOGLE] }, [oktaMfa], ['second_factor']],
  ['two factors, a provider and a code', mfa, [google, totp], []],
  ['a domain’s provider, a password', sso, [password, totp], ['provider']],
  ['a domain’s provider, a passkey', sso, [passkey], ['provider']],
  ['a domain’s provider, another provider', sso, [google], ['provider']],
  ['a domain’s provider, that one', sso, [okta], []],
  ['a domain’s provider, one of the same issuer', sso, [foreign], ['provider']],
  ['a domain’s provider and two factors, that one', { ...sso, ...mfa }, [okta], ['second_factor']],
  ['issuers, one of them', { issuers: [OKTA] }, [okta], []],
  ['issuers, one of them by another tenant', { issuers: [OKTA] }, [foreign], []],
  ['issuers, another one', { issuers: [OKTA] }, [google], ['issuer']],
  ['issuers, another one and a passkey', { issuers: [OKTA] }, [google, passkey], []],
  ['no issuer at all, a provider', { issuers: [] }, [okta], ['issuer']],
  ['no issuer at all, a password', { issuers: [] }, [password], []],
]

describe('what a sign-in lacks for a tenant', () => {
  for (const [what, change, methods, gaps] of table) {
    test(what, () => {
      const who = { email: 'ada@acme.example', methods }
      assert.deepEqual(gapsOf({ ...defaultRules, ...change }, { tenant: TENANT, who }), gaps)
    })
  }

  test('goes by the domain as DNS compares it, of that domain alone', () => {
    const lacks = (email: string) =>
      gapsOf({ ...defaultRules, ...sso }, { tenant: TENANT, who: { email, methods: [password] } }).length > 0
    for (const email of ['a@ACME.example', 'a@b@acme.example', 'unproven:x:a@acme.example']) {
      assert.equal(lacks(email), true, email)
    }
    for (
      const email of [
        'a@sub.acme.example',
        'a@acme.example.org',
        'a@notacme.example',
        'acme.example@b.c',
        'a',
        '',
      ]
    ) {
      assert.equal(lacks(email), false, email)
    }
    assert.equal(domainOf('a@bücher.example'), 'xn--bcher-kva.example')
  })

  test('has its limits in ms', () => {
    assert.deepEqual(limitsOf(defaultRules), { idleMs: 3_600_000, absoluteMs: 43_200_000 })
  })
})
