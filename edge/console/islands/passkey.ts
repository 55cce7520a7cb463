/// <reference lib="dom" />
/**
 * Forms that a passkey answers: `data-options` is the call for what it is asked, `data-verify` the one that takes its
 * answer together with the form's fields.
 */
import { call } from './api.ts'
import { showOnce } from './dialogs.ts'
import { bodyOf } from './fields.ts'
import { go, nextOf } from './form.ts'
import { isFresh } from './fresh.ts'
import { clear, say } from './say.ts'
import { makePasskey, passkeysHere, refusalOf, usePasskey } from './webauthn.ts'

/** The autofill's question: a browser answers one at a time, so a button ends it first. */
let waiting = new AbortController()

export function startPasskeys(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-passkey]')) {
    if (!passkeysHere) {
      form.hidden = true
      continue
    }
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      void ask(form)
    })
  }
}

/** Offers passkeys in the field of the mail address, where the browser can. */
export async function startAutofill(): Promise<void> {
  const form = document.querySelector<HTMLFormElement>('form[data-passkey="autofill"]')
  if (form === null || !passkeysHere || !await PublicKeyCredential.isConditionalMediationAvailable?.()) return
  await ask(form, true)
}

/** In the background (`conditional`) it says nothing of what goes wrong: nobody asked yet. */
async function ask(form: HTMLFormElement, conditional = false): Promise<void> {
  const { options = '', verify = '', passkey } = form.dataset
  waiting.abort()
  waiting = new AbortController()
  const { signal } = waiting
  clear(form)
  const asked = await fresh(options)
  if (asked === null || signal.aborted) return
  if (!asked.ok) return conditional ? undefined : say(form, asked.problem)
  let credential: unknown
  try {
    credential = passkey === 'make'
      ? await makePasskey(asked.json)
      : await usePasskey(asked.json, { conditional, signal })
  } catch (error) {
    if (!conditional) say(form, { code: 'passkey', detail: refusalOf(error) })
    return
  }
  const reply = await call(verify, { ...bodyOf(form), credential })
  if (!reply.ok) return say(form, reply.problem)
  await showOnce(form, reply.json)
  go(nextOf(form, reply.json))
}

/** The call, once more after a passkey or a code where it needs one; null when that was cancelled. */
async function fresh(target: string) {
  const asked = await call(target)
  if (asked.ok || asked.problem.code !== 'fresh_sign_in_required') return asked
  return await isFresh() ? await call(target) : null
}
