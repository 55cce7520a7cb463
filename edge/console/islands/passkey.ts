/// <reference lib="dom" />
/** Passkeys: a new one for the account, and signing in with one by a button or by the browser's autofill. */
import { call, type Reply } from './api.ts'
import { go, nextOf } from './form.ts'
import { isFresh } from './fresh.ts'
import { clear, say } from './say.ts'
import { makePasskey, passkeysHere, refusalOf, usePasskey } from './webauthn.ts'

/** The autofill's question: a browser answers one at a time, so a button ends it first. */
let waiting = new AbortController()

export function startPasskeys(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-passkey]')) {
    form.hidden = !passkeysHere
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      clear(form)
      void (form.dataset['passkey'] === 'make' ? make(form) : signIn(form))
    })
  }
}

/** Offers passkeys in the field of the mail address, where the browser can. */
export async function startAutofill(): Promise<void> {
  const form = document.querySelector<HTMLFormElement>('form[data-passkey="sign-in"]')
  if (form === null || !passkeysHere || !await PublicKeyCredential.isConditionalMediationAvailable?.()) return
  await signIn(form, true)
}

async function signIn(form: HTMLFormElement, conditional = false): Promise<void> {
  waiting.abort()
  waiting = new AbortController()
  const { signal } = waiting
  const asked = await call('POST /v1/sessions/passkey/options', {})
  if (signal.aborted) return
  if (!asked.ok) return conditional ? undefined : say(form, asked.problem)
  let credential: unknown
  try {
    credential = await usePasskey(asked.json['options'] ?? asked.json, { conditional, signal })
  } catch (error) {
    if (!conditional) say(form, { code: 'passkey', detail: refusalOf(error) })
    return
  }
  const { options: _options, ...state } = asked.json
  finish(form, await call('POST /v1/sessions/passkey/verify', { ...state, credential }))
}

async function make(form: HTMLFormElement): Promise<void> {
  let asked = await call('POST /v1/account/passkeys/options', {})
  if (!asked.ok && asked.problem.code === 'fresh_sign_in_required') {
    if (!await isFresh()) return
    asked = await call('POST /v1/account/passkeys/options', {})
  }
  if (!asked.ok) return say(form, asked.problem)
  let credential: unknown
  try {
    credential = await makePasskey(asked.json['options'] ?? asked.json)
  } catch (error) {
    return say(form, { code: 'passkey', detail: refusalOf(error) })
  }
  const name = (form.elements.namedItem('name') as HTMLInputElement).value.trim()
  finish(form, await call('POST /v1/account/passkeys', { name, credential }))
}

function finish(form: HTMLFormElement, reply: Reply): void {
  if (reply.ok) go(nextOf(form, reply.json))
  else say(form, reply.problem)
}
