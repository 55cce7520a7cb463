/// <reference lib="dom" />
/**
 * Buttons that save a file of the API. Whether it is given is asked first, so that a refusal is said on the page; then
 * the browser itself saves it, as it comes.
 */
import type { Problem } from './api.ts'
import { isFresh } from './fresh.ts'
import { clear, say } from './say.ts'

export function startDownloads(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-download]')) {
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      void download(form)
    })
  }
}

async function download(form: HTMLFormElement): Promise<void> {
  const { download: path = '', name = '' } = form.dataset
  clear(form)
  let problem = await refusalOf(path)
  if (problem?.code === 'fresh_sign_in_required') {
    if (!await isFresh()) return
    problem = await refusalOf(path)
  }
  if (problem !== null) return say(form, problem)
  const link = document.createElement('a')
  link.href = path
  link.download = name
  link.click()
}

/** Null where it is given; its content is not waited for. */
async function refusalOf(path: string): Promise<Problem | null> {
  const stop = new AbortController()
  try {
    const answer = await fetch(path, { credentials: 'same-origin', redirect: 'error', signal: stop.signal })
    return answer.ok ? null : await answer.json() as Problem
  } catch {
    return { code: 'unreachable', detail: 'The edge does not answer. Look at your network and try again.' }
  } finally {
    stop.abort()
  }
}
