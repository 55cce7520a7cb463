/// <reference lib="dom" />
/** Asks for a passkey or a code, for what needs one that is at most five minutes old. */
import { call } from './api.ts'
import { opened } from './dialogs.ts'
import { clear, say } from './say.ts'
import { passkeysHere, refusalOf, usePasskey } from './webauthn.ts'

/** Resolves to whether the person confirmed; false when they cancelled. */
export async function isFresh(): Promise<boolean> {
  const dialog = document.querySelector<HTMLDialogElement>('#fresh')
  const form = dialog?.querySelector<HTMLFormElement>('[data-fresh-code]')
  const passkey = dialog?.querySelector<HTMLButtonElement>('[data-fresh-passkey]')
  const cancel = dialog?.querySelector<HTMLButtonElement>('[data-cancel]')
  if (!dialog || !form || !passkey || !cancel) return false
  let done = false
  const settle = () => {
    done = true
    dialog.close()
  }
  form.onsubmit = async (event) => {
    event.preventDefault()
    clear(dialog)
    const field = form.elements.namedItem('code') as HTMLInputElement
    const reply = await call('POST /v1/fresh/totp', { code: field.value.replaceAll(/\s/g, '') })
    field.value = ''
    if (reply.ok) settle()
    else say(dialog, reply.problem)
  }
  passkey.hidden = !passkeysHere
  passkey.onclick = async () => {
    clear(dialog)
    const said = await byPasskey()
    if (said === null) settle()
    else say(dialog, { code: 'passkey', detail: said })
  }
  clear(dialog)
  await opened(dialog, { no: cancel })
  return done
}

/** Null when it worked, else what to say. */
async function byPasskey(): Promise<string | null> {
  const asked = await call('POST /v1/fresh/passkey/options')
  if (!asked.ok) return asked.problem.detail
  let credential: unknown
  try {
    credential = await usePasskey(asked.json)
  } catch (error) {
    return refusalOf(error)
  }
  const reply = await call('POST /v1/fresh/passkey', { credential })
  return reply.ok ? null : reply.problem.detail
}
