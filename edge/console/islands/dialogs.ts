/// <reference lib="dom" />
/** The dialogs that stand at the end of every page, as questions that a script can wait for. */
import { text } from './api.ts'

/**
 * Opens a dialog; resolves with whether `yes` closed it. At once, and listening no longer: a dialog says that it has
 * closed a while later, when another question may stand in it.
 */
export function opened(
  dialog: HTMLDialogElement,
  { yes, no }: { readonly yes?: Element | null; readonly no?: Element | null },
): Promise<boolean> {
  return new Promise((resolve) => {
    const listening = new AbortController()
    const { signal } = listening
    const settle = (agreed: boolean) => {
      listening.abort()
      dialog.close()
      resolve(agreed)
    }
    yes?.addEventListener('click', () => settle(true), { signal })
    no?.addEventListener('click', () => settle(false), { signal })
    dialog.addEventListener('cancel', () => settle(false), { signal })
    dialog.addEventListener('close', () => dialog.open || settle(false), { signal })
    dialog.showModal()
  })
}

export async function confirmed(question: string, button: string): Promise<boolean> {
  const dialog = document.querySelector<HTMLDialogElement>('#confirm')
  const said = dialog?.querySelector('[data-confirm-text]')
  const yes = dialog?.querySelector('[data-agree]')
  if (!dialog || !said || !yes) return false
  said.textContent = question
  yes.textContent = button
  return await opened(dialog, { yes, no: dialog.querySelector('[data-cancel]') })
}

/** Shows the reply's secret; resolves when the person says that they kept it. */
export async function showOnce(form: HTMLElement, json: Readonly<Record<string, unknown>>): Promise<void> {
  const { once = '', onceCalled = '', onceBefore } = form.dataset
  if (once === '') return
  const dialog = document.querySelector<HTMLDialogElement>('#once')
  const value = text(json, once)
  const place = dialog?.querySelector('[data-once-value]')
  if (!dialog || !place || value === '') return
  const title = dialog.querySelector('[data-once-title]')
  if (title) title.textContent = `Copy this now: ${onceCalled}`
  const whole = onceBefore === undefined ? value : `${location.origin}${onceBefore}${value}`
  place.textContent = whole
  const copy = dialog.querySelector<HTMLButtonElement>('[data-copy]')
  const said = dialog.querySelector('[data-once-said]')
  if (said) said.textContent = ''
  if (copy) {
    copy.onclick = async () => {
      const words = await copied(whole)
        ? 'Copied.'
        : 'Your browser does not let this page copy: select it instead.'
      if (said) said.textContent = words
    }
  }
  await opened(dialog, { yes: dialog.querySelector('[data-close]') })
  place.textContent = ''
}

async function copied(value: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(value)
    return true
  } catch {
    return false
  }
}
